"""A file of lines: nobody waits for its disk, and what that costs is counted."""

import os
import stat
import threading

import pytest

from eventlog.line_file import LineFile

THREAD = "test-lines"


def break_the_disk(monkeypatch, *, after):
    """Let the thread's writes fail after some that work."""
    real, left = os.write, [after]

    def full(file, data):
        if threading.current_thread().name == THREAD:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(os, "write", full)


def test_lines_are_on_disk_in_their_order_when_it_is_closed(tmp_path):
    losses = []
    file = LineFile(tmp_path / "a", THREAD, lambda *loss: losses.append(loss), first=b"0\n")
    for number in range(1, 100):
        file.append(b"%d\n" % number)
    file.close()
    assert (tmp_path / "a").read_text().split() == [str(number) for number in range(100)]
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert losses == []


def test_a_file_that_is_there_is_not_written_over(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(FileExistsError):
        LineFile(tmp_path / "a", THREAD, lambda *_: None)


def test_settling_tells_what_was_lost_so_far_and_closing_only_the_rest(tmp_path, monkeypatch):
    break_the_disk(monkeypatch, after=2)
    losses = []
    file = LineFile(tmp_path / "a", THREAD, lambda *loss: losses.append(loss))
    for _ in range(5):
        file.append(b"line\n")
    file.settle()
    assert losses == [(3, "No space left on device")]
    file.append(b"one more\n")
    file.close()
    assert losses[1:] == [(1, "No space left on device")]
    assert (tmp_path / "a").read_bytes() == b"line\n" * 2


def test_what_a_hanging_disk_lets_wait_has_an_end(tmp_path, monkeypatch):
    release, hangs, real = threading.Event(), threading.Event(), os.write

    def hang(file, data):
        if threading.current_thread().name == THREAD:
            hangs.set()
            release.wait(10)
        return real(file, data)

    monkeypatch.setattr(os, "write", hang)
    losses = []
    file = LineFile(tmp_path / "a", THREAD, lambda *loss: losses.append(loss), most_waiting=3)
    file.append(b"x\n")
    assert hangs.wait(10)
    for _ in range(10):
        file.append(b"x\n")
    file.settle(timeout=0.01)
    assert losses == []
    release.set()
    file.close(timeout=10)
    assert losses == [(7, "more than 3 lines waited for the disk")]
    assert (tmp_path / "a").read_bytes() == b"x\n" * 4
