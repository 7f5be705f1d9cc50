"""Find the configurations that come with Parley.

They lie in `configs/` of a source checkout and in `bot/configs` of an installed wheel; a person
names them `default` or `local` in both.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE / "configs", _PACKAGE.parent / "configs")


def shipped_configs() -> dict[str, Path]:
    """Map the name of each shipped configuration to its file, in alphabetical order."""
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        for file in sorted(folder.glob("*.yaml")):
            found.setdefault(file.stem, file)
    return dict(sorted(found.items()))
