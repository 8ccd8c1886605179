"""Out of the lock, what one of our distributions needs: `python subset.py DISTRIBUTION FOLDER`, run in the workspace.
With `group:NAME` instead of a distribution: what a dependency group of the workspace needs.

Writes FOLDER/requirements.txt (pins and hashes, copied from requirements.lock word for word) and FOLDER/own.txt (the
folders of our own packages). The resolver only names what is needed; what the lock does not have ends the build.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)")


def locked(text: str) -> dict[tuple[str, str], str]:
    """Name and version to the entry of the lock: the pin and, on the lines after it, its hashes."""
    entries: dict[tuple[str, str], str] = {}
    for entry in re.split(r"\n(?=\S)", text):
        if match := PIN.match(entry):
            entries[match[1].lower(), match[2]] = entry.rstrip() + "\n"
    return entries


def folder_of(distribution: str) -> Path:
    """Where one of our distributions lies."""
    for declared in sorted(Path().glob("*/pyproject.toml")) + sorted(Path().glob("*/*/pyproject.toml")):
        if tomllib.loads(declared.read_text())["project"]["name"] == distribution:
            return declared.parent
    raise SystemExit(f"no package here is called {distribution}")


def main(wanted: str, to: Path) -> None:
    """Writes the two files."""
    own = None if wanted.startswith("group:") else folder_of(wanted)
    what = [str(own / "pyproject.toml")] if own else ["--group", wanted.removeprefix("group:")]
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--constraint", "requirements.lock"]
    compiled = subprocess.run([*command, *what], capture_output=True, text=True, check=False)
    if compiled.returncode != 0:
        raise SystemExit(compiled.stderr)
    entries, chosen, folders = locked(Path("requirements.lock").read_text()), [], [str(own)] if own else []
    for line in compiled.stdout.splitlines():
        if match := PIN.match(line):
            pin = match[1].lower(), match[2]
            if pin not in entries:
                raise SystemExit(f"{line} is not in requirements.lock")
            chosen.append(entries[pin])
        elif line.startswith("-e "):
            folders.append(line.removeprefix("-e ").removeprefix("file://"))
        elif line.strip():
            raise SystemExit(f"unexpected: {line}")
    to.mkdir(parents=True, exist_ok=True)
    (to / "requirements.txt").write_text("".join(chosen))
    (to / "own.txt").write_text("\n".join(folders) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
