"""Settings of the services, and the key-encryption key."""

import os
import stat
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from deploy.mash.commands.serve import SERVICES
from deploy.mash.doctor.finding import Finding, good, wrong
from shared.errors import SettingsError
from shared.sealing import KeyEncryption


def check_services() -> Iterator[Finding]:
    """Each service is built from the environment as `mash serve` builds it; that connects to nothing."""
    refusals: dict[str, list[str]] = {}
    for name in SERVICES:
        try:
            import_module(f"services.{name}.app").build()
        except SettingsError as error:
            refusals.setdefault(str(error), []).append(name)
    for words, names in refusals.items():
        yield wrong("settings", f"{', '.join(names)} cannot start", words)
    if not refusals:
        yield good(
            "settings", f"every service can start; policy of {os.environ.get('MASH_AUTHORITY', 'county-durham')}"
        )


def read_kek(file: Path | None, text: str | None) -> tuple[KeyEncryption | None, list[Finding]]:
    """The key-encryption keys, from a file or a value."""
    try:
        kek = KeyEncryption(file.read_text() if file else text or "")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        return None, [wrong("key", f"{file} cannot be read ({why})", "set MASH_KEK_FILE to the file of keys")]
    except SettingsError as error:
        return None, [wrong("key", "no key-encryption key", str(error))]
    found = [good("key", f"{len(kek.ids)} in the keyring, {kek.current} wraps")]
    if file is not None and _others_may_write(file):
        found.append(wrong("key", f"{file} can be written by others", f"chmod 0400 {file}"))
    return kek, found


def _others_may_write(file: Path) -> bool:
    return bool(file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH))
