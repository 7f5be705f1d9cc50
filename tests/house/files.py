"""The files of the project: what git has or would take."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "processors", "eventlog")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is committed or that `git add` would take, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = [Path(name) for name in listing.split("\0") if name]
    return tuple(sorted({name for name in names if (ROOT / name).is_file()}))


@cache
def texts() -> dict[Path, str]:
    """The content of every tracked file that is text."""
    found: dict[Path, str] = {}
    for path in tracked():
        try:
            found[path] = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def modules(package: str) -> list[Path]:
    """The Python files of a package, relative to the root."""
    return [path for path in tracked() if path.parts[0] == package and path.suffix == ".py"]
