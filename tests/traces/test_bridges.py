"""What goes through both logs of Python is in log.txt once; and nothing is left of having heard."""

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from loguru import logger

from tests.traces.test_log_lines import lines_in, opened
from tests.traces.test_python_logging import call, own


class InterceptHandler(logging.Handler):
    """The bridge of loguru's own documentation, from `logging` to loguru."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level: str | int = logger.level(record.levelname).name
        except ValueError:
            level = record.levelno
        logger.opt(depth=6, exception=record.exc_info).log(level, record.getMessage())


class PropagateHandler(logging.Handler):
    """The one in the other direction."""

    def emit(self, record: logging.LogRecord) -> None:
        logging.getLogger(record.name).handle(record)


def test_what_is_sent_on_to_loguru_is_there_once(tmp_path: Path) -> None:
    own.setLevel(logging.DEBUG)
    bridge = InterceptHandler()
    logging.getLogger().addHandler(bridge)
    with call(tmp_path):
        own.warning("one %d", 1)
        own.debug("two")
        # The bridge says so, in a line of its own, and not what it was given.
        bridge.emit = lambda record: logger.info("something else")  # type: ignore[method-assign]
        own.warning("three")
        logging.getLogger().removeHandler(bridge)
        own.warning("four")
    assert lines_in(tmp_path) == ["one 1", "two", "something else", "three", "four"]


def test_a_bridge_to_loguru_does_not_let_the_debugging_of_libraries_in(tmp_path: Path) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    bridge = InterceptHandler()
    logging.getLogger().addHandler(bridge)
    with call(tmp_path):
        asyncio.run(asyncio.sleep(0))
        own.debug("mine")
    logging.getLogger().removeHandler(bridge)
    assert lines_in(tmp_path) == ["mine"]


@pytest.mark.parametrize("first", ["the bridge", "the call"])
def test_what_loguru_sends_here_is_there_once(tmp_path: Path, first: str) -> None:
    sinks: list[int] = []

    def bridge() -> None:
        sinks.append(logger.add(PropagateHandler(), format="{message}"))

    if first == "the bridge":
        bridge()
    with call(tmp_path):
        if first == "the call":
            bridge()
        logger.warning("one")
        own.warning("two")
    logger.remove(sinks[0])
    assert lines_in(tmp_path) == ["one", "two"]


def test_nothing_is_left_in_python_when_the_last_call_is_over(tmp_path: Path) -> None:
    before = logging.Logger.callHandlers
    with call(tmp_path / "a"):
        first = opened(tmp_path / "b")
    assert logging.Logger.callHandlers is not before
    first.close()
    assert logging.Logger.callHandlers is before


def test_who_hooked_in_meanwhile_keeps_their_hook_and_the_next_call_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = logging.Logger.callHandlers
    others: list[str] = []
    with call(tmp_path / "a"):
        ours = logging.Logger.callHandlers

        def theirs(self: logging.Logger, record: logging.LogRecord) -> None:
            ours(self, record)
            others.append(record.getMessage())

        logging.Logger.callHandlers = theirs  # type: ignore[method-assign]
        own.warning("one")
    own.warning("between")
    with call(tmp_path / "b"):
        own.warning("two")
        logging.Logger.callHandlers = ours  # type: ignore[method-assign]
    assert logging.Logger.callHandlers is before
    assert others == ["one", "between", "two"]
    assert (lines_in(tmp_path / "a"), lines_in(tmp_path / "b")) == (["one"], ["two"])


UNTOUCHED = """
import logging, sys
from pathlib import Path
from bot.traces.log_lines import LogLines
from bot.traces.masking import Masking
from loguru import logger

logger.remove()
lines = LogLines(Path(sys.argv[1]), "debug", Masking([], {}), print)
lines.begin()
own = logging.getLogger("tools")
own.warning("by the last resort")
own.info("by nobody")
logging.basicConfig(format="set up: %(message)s", level=logging.INFO)
own.info("as asked for")
lines.end()
lines.close()
own.info("still")
"""


def test_the_terminal_shows_what_it_would_without_a_call(tmp_path: Path) -> None:
    command = [sys.executable, "-c", UNTOUCHED, str(tmp_path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert shown.stderr.splitlines()[-3:] == [
        "by the last resort",
        "set up: as asked for",
        "set up: still",
    ]
    assert "by nobody" not in shown.stderr + shown.stdout
    assert lines_in(tmp_path) == ["by the last resort", "as asked for"]
