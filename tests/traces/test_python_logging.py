"""What is logged through Python's own `logging` is in the log.txt of its call, and only heard."""

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from loguru import logger
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from bot.traces import log_form
from bot.traces.log_lines import LogLines
from tests.traces.test_log_lines import KEY, lines_in, opened

own = logging.getLogger("tests.tools")


@contextmanager
def call(folder: Path, **options) -> Iterator[LogLines]:
    lines = opened(folder, **options)
    lines.begin()
    try:
        yield lines
    finally:
        lines.end()
        lines.close()


def text_in(folder: Path) -> str:
    return (folder / "log.txt").read_text(encoding="utf-8")


async def held(folder: Path, name: str, meet: asyncio.Barrier) -> None:
    with call(folder):

        async def task() -> None:
            await meet.wait()
            own.warning("%s in a task", name)

        await asyncio.gather(asyncio.create_task(task()), task())
        await asyncio.to_thread(own.error, f"{name} in a thread")
    own.warning(f"{name} is over")


async def test_calls_at_the_same_time_have_each_their_own_lines(tmp_path: Path) -> None:
    meet = asyncio.Barrier(4)
    await asyncio.gather(held(tmp_path / "a", "a", meet), held(tmp_path / "b", "b", meet))
    for name in "ab":
        assert lines_in(tmp_path / name) == [f"{name} in a task"] * 2 + [f"{name} in a thread"]


def test_what_is_logged_outside_of_a_call_is_in_no_log(tmp_path: Path) -> None:
    with call(tmp_path):
        thread = threading.Thread(target=own.warning, args=["from a thread of its own"])
        thread.start()
        thread.join()
        own.warning("from the call")
    own.warning("from after it")
    assert lines_in(tmp_path) == ["from the call"]


def test_a_line_looks_as_those_of_loguru_do(tmp_path: Path) -> None:
    with call(tmp_path):
        logging.getLogger("my tools").warning("one\n2026-01-01T00:00:00.000Z ERROR   two")
    first, second = text_in(tmp_path).splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"{time} WARNING my_tools:\w+:\d+ one", first)
    assert second == "    2026-01-01T00:00:00.000Z ERROR   two"


def test_an_exception_keeps_its_traceback_and_what_it_came_of(tmp_path: Path) -> None:
    with call(tmp_path):
        secret_of_a_frame = "in-a-variable"  # noqa: F841 - a traceback must not show it
        try:
            try:
                raise KeyError("cause" + "!" * log_form.LONGEST)
            except KeyError as error:
                raise ValueError(f"refused {KEY}") from error
        except ValueError:
            own.exception("It failed")
    lines = text_in(tmp_path).splitlines()
    assert lines[0].endswith(" It failed")
    assert lines[1] == "    Traceback (most recent call last):"
    assert any(line.startswith("    KeyError: 'cause!") for line in lines)
    assert lines[-1] == "    ValueError: refused ********"
    assert all(line.startswith("    ") for line in lines[1:])
    assert "in-a-variable" not in text_in(tmp_path)


@pytest.mark.parametrize(
    ("level", "kept"),
    [
        ("debug", ["debug", "info", "warning"]),
        ("info", ["info", "warning"]),
        ("warning", ["warning"]),
        ("error", []),
    ],
)
def test_what_its_logger_lets_through_is_kept_from_the_level_of_the_log_on(
    tmp_path: Path, level: str, kept: list[str]
) -> None:
    own.setLevel(logging.DEBUG)
    with call(tmp_path, level=level):
        own.debug("debug")
        own.info("info")
        own.warning("warning")
    assert lines_in(tmp_path) == kept


def test_what_its_logger_does_not_let_through_is_not_kept(tmp_path: Path) -> None:
    own.setLevel(logging.WARNING)
    refusing = logging.getLogger("tests.refusing")
    refusing.addFilter(lambda record: "private" not in record.getMessage())
    with call(tmp_path):
        own.info("chatter")
        refusing.warning("private")
        own.warning("trouble")
    assert lines_in(tmp_path) == ["trouble"]


async def test_the_debugging_of_a_library_is_not_kept_and_no_key_is_in_what_is(
    tmp_path: Path,
) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    heard: list[logging.LogRecord] = []
    listening = logging.Handler()
    listening.emit = heard.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(listening)
    token = "abcdefghijklmnopqrstuvwxyz0123456789"
    headers = {"Authorization": f"Token {token}"}

    async def echo(connection) -> None:
        async for message in connection:
            await connection.send(message)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, request=request)

    with call(tmp_path):
        async with serve(echo, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            address = f"ws://127.0.0.1:{port}/?token={KEY}"
            async with connect(address, additional_headers=headers) as connection:
                await connection.send("hello")
                await connection.recv()
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            await client.get(f"https://api.example/v1?model=m&api_key={token}&own={KEY}")
        own.debug("sent %s", headers)
    logging.getLogger().removeHandler(listening)
    # It was there to be kept, unless a vendor's SDK hides it from all logs, as Deepgram's does.
    told = [str(record.args) for record in heard if record.name.startswith("websockets")]
    assert any("Authorization" in each for each in told)
    assert any(KEY in each for each in told)
    text = text_in(tmp_path)
    assert re.findall(r"Z DEBUG +(\w+)", text) == ["tests"]
    assert "HTTP Request: GET https://api.example/v1?model=m&api_key=[REDACTED]&own=" in text
    assert "sent {'Authorization': '[REDACTED]'}" in text
    assert token not in text
    assert KEY not in text


def test_a_logger_that_does_not_propagate_is_heard_too(tmp_path: Path) -> None:
    own.propagate = False
    with call(tmp_path):
        own.warning("to myself")
    assert lines_in(tmp_path) == ["to myself"]


def test_a_line_that_cannot_be_printed_is_counted_and_the_call_goes_on(tmp_path: Path) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError(KEY)

    own.propagate = False  # the handlers of pytest raise
    losses: list = []
    with call(tmp_path, losses=losses):
        own.warning("%d calls", "no")
        own.warning("this %s", Broken())
        own.warning("after")
    assert lines_in(tmp_path) == ["after"]
    assert losses == [
        (1, "a line of tests.tools that cannot be printed (TypeError)"),
        (1, "a line of tests.tools that cannot be printed (RuntimeError)"),
    ]


def test_what_a_handler_says_of_such_a_line_is_kept(tmp_path: Path) -> None:
    own.propagate = False
    complaining = logging.Handler()
    complaining.emit = lambda record: logger.error("no line")  # type: ignore[method-assign]
    own.addHandler(complaining)
    losses: list = []
    with call(tmp_path, losses=losses):
        own.warning("%d calls", "no")
    own.removeHandler(complaining)
    assert lines_in(tmp_path) == ["no line"]
    assert len(losses) == 1
