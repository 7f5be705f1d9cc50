"""The image that the Dockerfile describes, as a folder on this disk."""

import fnmatch
import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Copy:
    """One source of a COPY line and where it goes."""

    source: str
    target: str


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with its argument."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [
        (word.upper(), rest.strip())
        for word, _, rest in (line.partition(" ") for line in lines if line)
        if not word.startswith("#")
    ]


def arguments(instruction: str) -> list[str]:
    return [argument for name, argument in instructions() if name == instruction]


def copies() -> list[Copy]:
    found = []
    for argument in arguments("COPY"):
        *sources, target = shlex.split(argument)
        found += [Copy(source, target) for source in sources]
    return found


def environment() -> dict[str, str]:
    pairs = [pair for argument in arguments("ENV") for pair in shlex.split(argument)]
    return dict(pair.split("=", 1) for pair in pairs)


def in_context(path: str) -> bool:
    """Whether .dockerignore lets a path of the project into the build."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    parents = [path, *(str(parent) for parent in Path(path).parents)]
    allowed = True
    for line in lines:
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        wanted = pattern.startswith("!")
        pattern = pattern.lstrip("!")
        names = [*parents, *Path(path).parts] if pattern.startswith("**/") else parents
        if any(fnmatch.fnmatchcase(name, pattern.removeprefix("**/")) for name in names):
            allowed = wanted
    return allowed


def build(folder: Path) -> Path:
    """Copy what the COPY lines copy, into `folder`/app, and return that.

    A folder's content goes into the target, as Docker does it.
    """
    workdir = folder / arguments("WORKDIR")[-1].lstrip("/")
    workdir.mkdir(parents=True)
    for copy in copies():
        source, target = ROOT / copy.source, workdir / copy.target
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=_left_out)
        else:
            shutil.copy(source, target / source.name if target.is_dir() else target)
    return workdir


def add_base_image(workdir: Path) -> None:
    """Add what the base image has brought to /app: its server, and its module for routes."""
    shutil.copy(TESTS / "base_image.py", workdir / "app.py")
    (workdir / "pipecatcloud_system.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n"
    )


def _left_out(folder: str, names: list[str]) -> set[str]:
    base = os.path.relpath(folder, ROOT)
    return {name for name in names if not in_context(os.path.normpath(f"{base}/{name}"))}
