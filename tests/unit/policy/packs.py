"""Packs as delivered, and copies of them with one change."""

import shutil
from datetime import date
from pathlib import Path

from deploy.mash.policy.choosing import PackDirectory
from tests.builders.triage import POLICY_DIR

AUTHORITIES = ("county-durham", "medway", "north-tyneside")
ON = date(2026, 11, 23)


def delivered(authority: str) -> PackDirectory:
    return PackDirectory(POLICY_DIR / authority, authority)


def changed(folder: Path, file: str, before: str, after: str, authority: str = "medway") -> PackDirectory:
    """A copy of a delivered pack in which the text `before`, which stands there once, became `after`."""
    copy = folder / authority
    shutil.copytree(POLICY_DIR / authority, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (copy / file).write_text(text.replace(before, after), encoding="utf-8")
    return PackDirectory(copy, authority)
