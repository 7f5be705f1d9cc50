import asyncio
import json
from typing import Any

from bot.serve.live_events import LiveEvents, live_message
from eventlog.events import Close, UserInputTranscribed
from eventlog.signals import CloseReason

CLOSE = Close(reason=CloseReason.USER_INITIATED, created_at=2.0)


class FakeConnection:
    def __init__(self, broken: bool = False) -> None:
        self.sent: list[dict[str, Any]] = []
        self.tries = 0
        self.handlers: dict[str, Any] = {}
        self._broken = broken
        self.news = asyncio.Event()

    def event_handler(self, name: str):
        return lambda handler: self.handlers.setdefault(name, handler)

    def send_app_message(self, message: dict[str, Any]) -> None:
        self.tries += 1
        if self._broken:
            raise ConnectionError("the channel is gone")
        self.sent.append(message)
        self.news.set()


def live(connection: FakeConnection) -> LiveEvents:
    return LiveEvents(connection, list, clock=lambda: 3.5)  # type: ignore[arg-type]


def said(text: str) -> UserInputTranscribed:
    return UserInputTranscribed(transcript=text, is_final=True, created_at=1.0)


async def test_an_event_is_sent_as_the_report_writes_it():
    connection = FakeConnection()
    live(connection)(CLOSE)
    [message] = connection.sent
    assert message["type"] == "parley"
    assert message["event"] == {
        "type": "close",
        "error": None,
        "reason": "user_initiated",
        "created_at": 2.0,
    }


async def test_what_an_event_changes_in_the_picture_is_sent_with_it_and_the_time_it_is():
    connection = FakeConnection()
    tell = live(connection)
    tell(said("Hello"))
    tell(CLOSE)
    first, last = (message["picture"] for message in connection.sent)
    assert (first["now"], first["over"], last["over"]) == (2.5, False, True)
    [mark] = next(lane["marks"] for lane in first["lanes"] if lane["id"] == "final")
    assert (mark["a"], mark["b"], mark["t"]) == (0.0, 2.5, "Hello")
    [mark] = next(lane["marks"] for lane in last["lanes"] if lane["id"] == "final")
    assert (mark["a"], mark["b"]) == (0.0, 1.0)


async def test_an_event_told_from_another_thread_is_sent_on_the_event_loop():
    connection = FakeConnection()
    await asyncio.to_thread(live(connection), CLOSE)
    async with asyncio.timeout(5):
        await connection.news.wait()
    assert connection.sent[0]["event"]["type"] == "close"


async def test_a_page_that_cannot_be_told_is_left_alone():
    """It costs the call nothing, and is not tried again."""
    connection = FakeConnection(broken=True)
    tell = live(connection)
    tell(CLOSE)
    tell(CLOSE)
    assert connection.tries == 1


async def test_what_is_told_after_the_connection_is_kept():
    """The call's page asks for it with the ending."""
    connection = FakeConnection()
    tell = live(connection)
    await connection.handlers["closed"](connection)
    tell(CLOSE)
    assert connection.tries == 0
    assert [message["event"]["type"] for message in tell.unsent] == ["close"]


def test_a_long_text_is_shortened():
    event = {"type": "x", "created_at": 1.0, "item": {"content": ["w" * 5000]}}
    text = live_message(event, {})["event"]["item"]["content"][0]
    assert text == "w" * 4000 + "…"


def test_an_event_that_fits_no_message_is_only_named():
    event = {"type": "x", "created_at": 1.0, "outputs": ["w" * 4000] * 20}
    message = live_message(event, {})
    assert message["event"] == {"type": "x", "created_at": 1.0, "too_long": True}
    assert len(json.dumps(message)) < 65536


def test_a_picture_that_fits_no_message_has_shorter_words():
    marks = [{"id": str(number), "t": "é" * 400} for number in range(50)]
    message = live_message({"type": "x", "created_at": 1.0}, {"lanes": [{"marks": marks}]})
    assert message["picture"]["lanes"][0]["marks"][7] == {"id": "7", "t": "é" * 40 + "…"}
    assert len(json.dumps(message)) < 65536
