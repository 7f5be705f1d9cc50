"""The line that says how far a command is: seen on a terminal, and nowhere else."""

import io

from eventlog.progress import EVERY, FIRST, Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_terminal_sees_the_last_word_and_keeps_nothing_of_it():
    stream, clock = Terminal(), Clock()
    with Progress(stream, clock) as progress:
        progress("too early")
        clock.now += FIRST
        progress("one")
        progress("too soon")
        clock.now += EVERY
        progress("two")
    assert stream.getvalue() == "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[K"


def test_what_is_done_at_once_shows_nothing():
    stream, clock = Terminal(), Clock()
    with Progress(stream, clock) as progress:
        progress("one")
    assert stream.getvalue() == ""


def test_the_line_is_gone_also_when_the_command_is_broken_off():
    stream, clock = Terminal(), Clock()
    try:
        with Progress(stream, clock) as progress:
            clock.now += FIRST
            progress("one")
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert stream.getvalue().endswith("\r\x1b[K")


def test_a_pipe_gets_nothing():
    stream, clock = io.StringIO(), Clock()
    with Progress(stream, clock) as progress:
        clock.now += FIRST
        progress("one")
    assert stream.getvalue() == ""
