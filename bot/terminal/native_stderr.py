"""Keeps what native libraries write to stderr out of the terminal.

Daily's client writes its own JSON lines there, at whatever log level, and they would bury the one
line that tells a person what to do. Python's stderr stays where it is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def native_stderr_hidden(*, hidden: bool = True) -> Generator[None]:
    """Send the file descriptor of stderr nowhere for a while, but not `sys.stderr`."""
    if not hidden:
        yield
        return
    sys.stderr.flush()
    kept, python_stderr = os.dup(2), sys.stderr
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        with os.fdopen(os.dup(kept), "w", buffering=1, encoding="utf-8") as stream:
            sys.stderr = stream
            os.dup2(nowhere, 2)
            yield
    finally:
        os.dup2(kept, 2)
        sys.stderr = python_stderr
        os.close(kept)
        os.close(nowhere)
