"""Whether the process that writes a file still lives: it holds a lock, which ends with it.

A killed process says nothing, and its number may soon be another's. The lock of an open file is
let go by the system whatever ends the process, so who reads the file can ask for it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def hold(file: int) -> None:
    """Hold the lock of an open file until it is closed, where there are such locks."""
    if sys.platform != "win32":
        with suppress(OSError):  # a disk without locks; nobody can ask there either
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


def is_held(path: Path) -> bool | None:
    """Say whether somebody holds the lock of a file; None where that cannot be known.

    Raises:
        OSError: The file cannot be opened.
    """
    if sys.platform == "win32":
        return None
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(file)
    return False
