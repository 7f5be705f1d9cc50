"""Many files in pieces, read by other processes."""

import os
import signal

from eventlog.stats.pieces import FILES, Piece, each_piece


def _interrupted(piece: Piece) -> tuple[int, int]:
    os.kill(os.getpid(), signal.SIGINT)
    return os.getpid(), len(piece)


def test_ctrl_c_ends_no_piece_in_the_middle():
    """A terminal tells all processes of a command; the one that was called decides."""
    found = list(each_piece(_interrupted, ["a"] * (2 * FILES + 1)))
    assert [files for _, files in found] == [FILES, FILES, 1]
    assert os.getpid() not in {process for process, _ in found}
