"""Reading the two locks and what pyproject.toml asks for."""

import re
import tomllib
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.files import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))?")


@dataclass(frozen=True)
class Pin:
    """One package of a lock; several may have one name, for different platforms."""

    name: str
    version: Version
    marker: str
    hashes: int


def pins(lock: str) -> list[Pin]:
    """The packages of a lock, in its order."""
    found: list[Pin] = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text(encoding="utf-8")):
        match = _PIN.match(block)
        assert match, block[:80]
        name = canonicalize_name(match["name"])
        marker = (match["marker"] or "").strip()
        hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}", block))
        found.append(Pin(name, Version(match["version"]), marker, hashes))
    return found


def requirements(*groups: list[str]) -> list[Requirement]:
    return [Requirement(line) for group in groups for line in group]


def core() -> list[Requirement]:
    return requirements(PYPROJECT["project"]["dependencies"])


def everything() -> list[Requirement]:
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    return requirements(project["dependencies"], *extras, *PYPROJECT["dependency-groups"].values())
