"""Private files that a reader finds whole or as they were before, whatever ends the writing."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def writing(path: Path) -> Generator[BinaryIO]:
    """A stream that becomes the file (mode 0600) when all of it is there.

    Raises:
        OSError: It cannot be written; what was there before is still there.
    """
    # Two processes may write one page, such as the end of a call and somebody who looks at it.
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as stream:
            yield stream
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file at once.

    Raises:
        OSError: As `writing` has it.
    """
    with writing(path) as stream:
        stream.write(content)
