"""Whether the process that writes a file still lives: it holds a lock, which ends with it.

A killed process says nothing, and its number may soon be another's. The lock of an open file is
let go by the system whatever ends the process, so who reads the file can ask for it. Who asks
takes a lock for a moment as well, one that many may have: two who ask at once do not take each
other for the writer, and a writer that comes in that very moment waits it out.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_TRIES = 250
_BETWEEN_TRIES = 0.001  # seconds; who asks is done in microseconds, if the machine lets it run


def hold(file: int, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Hold the lock of an open file until it is closed, where there are such locks.

    Those who ask are waited for, a quarter of a second at most. If the lock is taken even then,
    another writer has it, and the file is known to be held all the same.

    Args:
        file: Open for writing, since some disks give this lock to no other.
        sleep: Waits for so many seconds.
    """
    if sys.platform == "win32":
        return
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(_BETWEEN_TRIES)
        except OSError:  # a disk without locks; nobody can ask there either
            return
        else:
            return


def is_held(path: Path) -> bool | None:
    """Say whether somebody holds the lock of a file; None where that cannot be known.

    Raises:
        OSError: The file cannot be opened.
    """
    if sys.platform == "win32":
        return None
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(file)
    return False
