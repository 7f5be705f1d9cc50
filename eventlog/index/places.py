"""Where the timelines of a written page are, and how its rows refer to them and to other files."""

from __future__ import annotations

import hashlib
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from eventlog.call_folder import REPORT_FILE
from eventlog.index.collect import Found
from eventlog.index.folder import kept, names_in
from eventlog.timeline.writing import FILE_NAME


@dataclass(frozen=True, slots=True)
class Place:
    """Where the timeline of a call is or should be.

    Attributes:
        path: The file.
        url: The same, relative to the page.
        is_there: Whether there is one; one that we drew of a file that has changed is none.
        command: What draws one.
        files: Word and relative URL of what else there is of the call.
    """

    path: Path
    url: str
    is_there: bool
    command: str
    files: list[tuple[str, str]]


class Places:
    """The places of the calls below a folder, seen from a page.

    Args:
        root: The folder or file in which the calls were found.
        page: Where the page goes.
    """

    def __init__(self, root: Path, page: Path) -> None:
        self._root = str(root if root.is_dir() else root.parent)
        self._page = page
        self._folder = page.with_name(f"{page.stem}-timelines")
        # Resolved once: a tree may have ten thousand folders, and no link is followed in it.
        self._way = os.path.relpath(Path(self._root).resolve(), page.parent.resolve())

    def of(self, found: Found) -> Place:
        """The place of one call."""
        folder, name = os.path.split(found.file)
        folder = folder or os.curdir
        if name != REPORT_FILE:
            url = self._url(folder, name)
            return self._beside_the_page(found, f"{shlex.quote(found.file)} --index {found.index}",
                                         [("report", url)])  # fmt: skip
        names = names_in(folder)
        files = [(word, self._url(folder, file)) for word, file in kept(names)]
        is_there = FILE_NAME in names
        arguments = shlex.quote(folder)
        if not is_there and not os.access(folder, os.W_OK):
            return self._beside_the_page(found, arguments, files)
        url = self._url(folder, FILE_NAME)
        return Place(Path(folder, FILE_NAME), url, is_there, _command(arguments), files)

    def _beside_the_page(self, found: Found, arguments: str, files: list[tuple[str, str]]) -> Place:
        file = Path(found.file)
        # The stem is for people; the digest keeps two files of one name apart.
        digest = hashlib.sha256(os.fsencode(file.resolve())).hexdigest()[:8]
        path = self._folder / f"{file.stem[:40]}-{digest}-{found.index}.html"
        url = _quoted(f"{self._folder.name}/{path.name}")
        return Place(path, url, _is_newer(path, file), _command(arguments), files)

    def _url(self, folder: str, name: str) -> str:
        inside = os.path.relpath(folder, self._root)
        return _quoted(os.path.normpath(os.path.join(self._way, inside, name)))  # noqa: PTH118


def _is_newer(path: Path, file: Path) -> bool:
    try:
        return path.stat().st_mtime_ns >= file.stat().st_mtime_ns
    except OSError:
        return False


def _command(arguments: str) -> str:
    return f"parley log timeline {arguments}"


def _quoted(path: str) -> str:
    return quote(os.fsencode(path.replace(os.sep, "/")))
