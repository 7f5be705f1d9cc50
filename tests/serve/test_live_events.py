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
    return LiveEvents(connection)  # type: ignore[arg-type]


def said(text: str) -> UserInputTranscribed:
    return UserInputTranscribed(transcript=text, is_final=True, created_at=1.0)


async def test_an_event_is_sent_as_the_report_writes_it():
    connection = FakeConnection()
    live(connection)(CLOSE)
    assert connection.sent == [
        {
            "type": "parley",
            "event": {
                "type": "close",
                "error": None,
                "reason": "user_initiated",
                "created_at": 2.0,
            },
        }
    ]


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


async def test_nothing_is_sent_on_a_closed_connection():
    connection = FakeConnection()
    tell = live(connection)
    await connection.handlers["closed"](connection)
    tell(CLOSE)
    assert connection.tries == 0


def test_a_long_text_is_shortened():
    event = {"type": "x", "created_at": 1.0, "item": {"content": ["w" * 5000]}}
    text = live_message(event)["event"]["item"]["content"][0]
    assert text == "w" * 4000 + "…"


def test_an_event_that_fits_no_message_is_only_named():
    event = {"type": "x", "created_at": 1.0, "outputs": ["w" * 4000] * 20}
    message = live_message(event)
    assert message["event"] == {"type": "x", "created_at": 1.0, "too_long": True}
    assert len(json.dumps(message)) < 65536
