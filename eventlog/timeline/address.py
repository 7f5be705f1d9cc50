"""Where a file lies as seen from the page that refers to it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def address(file: Path, page: Path) -> str:
    """The relative URL of a file; a name that is no UTF-8 is told byte by byte."""
    beside = os.path.relpath(file.resolve(), page.resolve().parent)
    return quote(os.fsencode(beside.replace(os.sep, "/")))
