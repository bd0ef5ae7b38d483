"""Finds a Chromium for the browser tests: from the environment, on the path, where systems put it, or from Debian."""

import os
import shutil
import subprocess
from collections.abc import Callable

VARIABLE = "MASH_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PLACES = ("/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome")  # A bare PATH may have none of them.
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


def find_chromium(say: Callable[[str], None]) -> str:
    """The path of a Chromium; installs Debian's where none is there and this user is root. Raises NoChromiumError.

    say: gets one line before anything is fetched, because that takes a while.
    """
    if named := os.environ.get(VARIABLE):
        if shutil.which(named) is None:
            raise NoChromiumError(f"{VARIABLE} names {named}, which cannot be run")
        return named
    return found_here() or _install(say)


def found_here() -> str | None:
    """A Chromium that is installed, on the path or off it."""
    return next((path for name in NAMES if (path := _which(name))), None)


def _which(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(PLACES))


def _install(say: Callable[[str], None]) -> str:
    apt = _which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise NoChromiumError(f"no Chromium here; install one (apt-get install chromium), or name one in {VARIABLE}")
    say("browser tests: no Chromium here, installing Debian's with apt-get (about 100 MB to fetch)")
    search = os.pathsep.join((os.environ.get("PATH") or os.defpath, "/usr/sbin", "/sbin"))
    environment = {**os.environ, "PATH": search, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run(
                [apt, *arguments], env=environment, capture_output=True, timeout=INSTALL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise NoChromiumError(f"apt-get {arguments[0]} took longer than {INSTALL_SECONDS} s") from None
        if done.returncode != 0:
            raise NoChromiumError(f"apt-get {arguments[0]} chromium failed with exit code {done.returncode}")
    if (path := found_here()) is None:
        raise NoChromiumError("Debian's chromium was installed and cannot be found")
    return path
