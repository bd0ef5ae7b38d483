"""Signing secrets of webhooks: files outside the repository, read at each use so that a rotation needs no restart."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

from services.notifier.domain.directory import Directory, WebhookChannel
from shared.errors import SettingsError

_PREFIX = "whsec_"
_FEWEST_BYTES = 24  # The Standard Webhooks specification asks for 24 to 64 bytes.


class SecretFiles:
    """One file for each secret: lines of `whsec_<base64>`, newest first; every line signs while a rotation lasts."""

    def __init__(self, folder: Path | None) -> None:
        """folder: where the files are, each named as the directory names the secret."""
        self._folder = folder

    def __call__(self, name: str) -> Sequence[str]:
        """The usable secrets of `name` (an id that the pack has checked), newest first; empty where there is none."""
        if self._folder is None:
            return ()
        try:
            lines = (self._folder / name).read_text().split()
        except OSError:
            return ()
        return [line for line in lines if _is_secret(line)]

    def check(self, directory: Directory) -> None:
        """Raises SettingsError naming the first secret that the directory needs and that is not there."""
        for recipient, entry in directory.entries.items():
            for channel in entry.channels:
                if isinstance(channel, WebhookChannel) and not self(channel.secret):
                    raise SettingsError(
                        f"MASH_WEBHOOK_SECRETS_DIR: no secret {channel.secret!r} for the webhook of {recipient.id};"
                        " write a line whsec_<base64 of 24 or more bytes> to a file of that name, or set in_use: false"
                    )


def _is_secret(line: str) -> bool:
    if not line.startswith(_PREFIX):
        return False
    try:
        return len(base64.b64decode(line.removeprefix(_PREFIX) + "==", validate=False)) >= _FEWEST_BYTES
    except binascii.Error:
        return False
