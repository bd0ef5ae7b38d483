"""The policy packs of an embedded system: the project's own, with one webhook that is answered on this machine."""

import shutil
from pathlib import Path

import yaml

from deploy.mash.embedded.errors import EmbeddedError
from deploy.mash.embedded.ports import LOOPBACK
from deploy.mash.embedded.secrets import WEBHOOK_SECRET


def local_policy(packs: Path, into: Path, *, hooks_port: int) -> Path:
    """Copy the packs and point the webhook of the health agency at the receiver on `hooks_port`; returns the copy.

    Made anew at each start, so that a changed pack is always the one in force.
    """
    shutil.rmtree(into, ignore_errors=True)
    try:
        shutil.copytree(packs, into)
        for path in into.glob("*/directory.yaml"):
            directory = yaml.safe_load(path.read_text(encoding="utf-8"))
            if _point_home(directory, f"http://{LOOPBACK}:{hooks_port}/hooks/{WEBHOOK_SECRET}"):
                path.write_text(yaml.safe_dump(directory, allow_unicode=True, sort_keys=False), encoding="utf-8")
    except (OSError, yaml.YAMLError) as error:
        raise EmbeddedError(f"cannot prepare the policy packs of {packs}: {error}") from error
    return into


def _point_home(directory: object, url: str) -> bool:
    """Whether the directory had a webhook with our secret; it is then in use, and goes to `url`."""
    changed = False
    agencies = directory.get("agencies") if isinstance(directory, dict) else None
    for agency in (agencies or {}).values():
        for channel in agency.get("channels", []):
            webhook = channel.get("webhook")
            if webhook and webhook.get("secret") == WEBHOOK_SECRET:
                webhook["url"] = url
                channel.update(in_use=True, confirmed_by=["directory-owner", "information-governance"])
                changed = True
    return changed
