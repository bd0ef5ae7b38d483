"""Finds a Chromium for the browser tests: from the environment, on the path, or as Debian's package."""

import os
import shutil
import subprocess
from functools import cache

VARIABLE = "MASH_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL_SECONDS = 600


class NoChromiumError(Exception):
    """There is no Chromium here; the text says why, in one line."""


@cache
def find_chromium() -> str:
    """The path of a Chromium; installs Debian's where none is there and this user is root. Raises NoChromiumError."""
    if named := os.environ.get(VARIABLE):
        if shutil.which(named) is None:
            raise NoChromiumError(f"{VARIABLE} names {named}, which cannot be run")
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or _install()


def _install() -> str:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NoChromiumError(f"no Chromium on the path; install one, or name one in {VARIABLE}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run(
                [apt, *arguments], env=environment, capture_output=True, timeout=INSTALL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise NoChromiumError(f"apt-get {arguments[0]} took longer than {INSTALL_SECONDS} s") from None
        if done.returncode != 0:
            raise NoChromiumError(f"apt-get {arguments[0]} chromium failed with exit code {done.returncode}")
    if (path := shutil.which("chromium")) is None:
        raise NoChromiumError("Debian's chromium was installed and is not on the path")
    return path
