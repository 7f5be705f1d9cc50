"""A terminal for a command, and what it was told."""

import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """Our end and the command's end; the latter is to be closed when the command has it."""
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def all_of(end: int) -> bytes:
    """All that a command, which has ended, wrote to its terminal."""
    told = b""
    try:
        while chunk := os.read(end, 65536):
            told += chunk
    except OSError:  # so a terminal says that its other end is closed
        pass
    return told
