"""Copies Python and the few shared libraries it needs out of the build image into a folder that becomes an image.

`python runtime.py FOLDER`. What comes from a Debian package is listed in ./system.json, for the SBOM.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

# The libraries that wheels may count on (PEP 600), beside those that Python itself is linked with.
FOR_WHEELS = ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libz.so.1")
FOR_WHEELS += ("libstdc++.so.6", "libgcc_s.so.1", "libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2")
LEFT_OUT = ("__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data")
LEFT_OUT += ("site-packages", "config-*", "_tkinter*", "_test*", "_xxtestfuzz*", "turtle.py")
# What asks for a terminal or for libraries that nothing here uses.
LEFT_OUT += ("_curses*", "curses", "readline*", "nis.*", "_dbm*", "_gdbm*")
CERTIFICATES, ZONES = "/etc/ssl/certs/ca-certificates.crt", "/usr/share/zoneinfo"
UID = 10001
FILES = {
    "etc/passwd": f"root:x:0:0::/:/none\nmpp:x:{UID}:{UID}::/var/lib/mpp:/none\n",
    "etc/group": f"root:x:0:\nmpp:x:{UID}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/timezone": "UTC\n",
    "etc/ld.so.conf": "/usr/local/lib\n",
}


def linked(binary: Path) -> set[Path]:
    """The shared libraries a program or library is linked with, and the loader itself."""
    said = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout  # noqa: S607
    if "not found" in said:
        raise SystemExit(f"{binary} lacks a library:\n{said}")
    return {Path(path) for path in re.findall(r"(/\S+) \(0x", said)}


def within(root: Path, path: Path | str) -> Path:
    """The place of an absolute path below another root; its folder is made."""
    place = root / str(path).lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def python_files(root: Path) -> list[Path]:
    """Copies the interpreter, its library and its modules; returns what is linked with something."""
    prefix, name = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copy2(prefix / "bin" / name, within(root, prefix / "bin" / name))
    within(root, prefix / "bin/python3").symlink_to(name)
    modules = within(root, sysconfig.get_path("stdlib"))
    shutil.copytree(sysconfig.get_path("stdlib"), modules, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (modules / "site-packages").mkdir()
    return [prefix / "bin" / name, *(modules / "lib-dynload").glob("*.so")]


def libraries(binaries: list[Path]) -> set[Path]:
    """Everything the binaries are linked with, and what wheels may count on."""
    found = {path for binary in binaries for path in linked(binary)}
    folders = {path.parent for path in found if path.name.startswith("libc.so")}
    found |= {folder / name for folder in folders for name in FOR_WHEELS if (folder / name).exists()}
    return found | {path for library in list(found) for path in linked(library)}


def packages_of(paths: list[Path]) -> list[dict[str, str]]:
    """The Debian packages that own the files: name, version, architecture."""
    found = {}
    for path in paths:
        # Some packages still say /lib where the file lies in /usr/lib.
        asked = ["dpkg", "-S", str(path), str(path).removeprefix("/usr")]
        if owner := subprocess.run(asked, capture_output=True, text=True, check=False).stdout:
            name = owner.split(": ")[0].split(",")[0]
            shown = "${Package} ${Version} ${Architecture}"
            asked = ["dpkg-query", "-W", f"-f={shown}", name]
            answer = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
            found[name] = dict(zip(("name", "version", "architecture"), answer, strict=True))
    return [found[name] for name in sorted(found)]


def main(root: Path) -> None:
    """Makes the folder."""
    # As in Debian: what is written for /lib is found in /usr/lib.
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    needed = libraries(python_files(root))
    for path in sorted(needed):
        # The name that is asked for, with the content it leads to; its folder without links.
        shutil.copy2(path.resolve(), within(root, path.parent.resolve() / path.name))
    shutil.copy2(CERTIFICATES, within(root, CERTIFICATES))
    shutil.copytree(ZONES, within(root, ZONES), symlinks=True, ignore=shutil.ignore_patterns("right", "posix"))
    for name, text in FILES.items():
        within(root, name).write_text(text)
    (root / "etc/localtime").symlink_to(f"{ZONES}/UTC")
    subprocess.run(["ldconfig", "-r", root], check=True)  # noqa: S607
    shutil.rmtree(root / "var/cache", ignore_errors=True)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    owned = packages_of([path.parent.resolve() / path.name for path in needed] + [Path("/usr/share/zoneinfo/UTC")])
    python = {"name": "cpython", "version": platform.python_version(), "architecture": os.uname().machine}
    Path("system.json").write_text(json.dumps([python, *owned], indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
