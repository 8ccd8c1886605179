"""What the architecture tests look at: the packages of the workspace and their files."""

import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("applications", "catalog", "identity", "notifications", "portal")


@dataclass(frozen=True)
class Package:
    """One distribution of the workspace."""

    folder: Path
    distribution: str
    import_name: str
    dependencies: tuple[str, ...]

    @property
    def source(self) -> Path:
        return self.folder / "src" / self.import_name

    def files(self) -> list[Path]:
        return sorted(self.source.rglob("*.py"))


def packages() -> list[Package]:
    """Every package of the workspace."""
    found = []
    for pattern in ("libs/*", "services/*", "connectors/*", "cli"):
        for folder in sorted(ROOT.glob(pattern)):
            settings = folder / "pyproject.toml"
            if settings.exists():
                project = tomllib.loads(settings.read_text())
                import_name = Path(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"][0]).name
                found.append(
                    Package(
                        folder,
                        project["project"]["name"],
                        import_name,
                        tuple(project["project"].get("dependencies", ())),
                    )
                )
    return found


def tracked_files() -> list[Path]:
    """Every file git tracks or would track."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def relative(path: Path) -> str:
    """Path as a reader types it."""
    return str(path.relative_to(ROOT))
