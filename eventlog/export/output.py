"""Where an export goes: standard output, or a private file that is there whole or not at all."""

from __future__ import annotations

import io
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from eventlog import whole_file

STDOUT = Path("-")


def utf8(text: str) -> str:
    """The text with what UTF-8 cannot hold (lone surrogates) as replacement characters."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def write(path: Path, text: str) -> None:
    """Write a text in place of what was there, or to standard output for `-`.

    Raises:
        OSError: It cannot be written; what was there before is still there.
    """
    with writing(path) as stream:
        stream.write(text)


@contextmanager
def writing(path: Path) -> Generator[IO[str]]:
    """A stream whose text becomes a file (mode 0600) when all of it is there.

    Raises:
        OSError: It cannot be written; what was there before is still there.
    """
    if path == STDOUT:
        yield sys.stdout
        return
    with (
        whole_file.writing(path) as file,
        io.TextIOWrapper(file, "utf-8", errors="backslashreplace", newline="") as stream,
    ):
        yield stream
