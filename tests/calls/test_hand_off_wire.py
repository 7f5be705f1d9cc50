"""A hand-off on Pipecat's real clients: what OpenAI and ElevenLabs are sent, as they would be."""

import asyncio
from pathlib import Path
from typing import Any

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from eventlog.checker import check
from eventlog.events import ConversationItemAdded, Event
from eventlog.items import Message
from eventlog.reader import read
from tests.wire.deepgram import DeepgramServer
from tests.wire.elevenlabs import ElevenLabsServer
from tests.wire.loopback import KEY
from tests.wire.openai import Answer, ChatRequest, OpenAIServer, ToolCall

AGENTS = {
    "desk": {"instructions": "You are the desk.", "voice": "deskVoice"},
    "billing": {
        "instructions": "You are billing.",
        "description": "It knows every invoice.",
        "greeting": "Billing here.",
        "voice": "billingVoice",
        "tools": ["tests.calls.tools:get_weather"],
    },
}


class Heard:
    """Lets a caller wait until a text of the bot has been heard."""

    def __init__(self, call: Call) -> None:
        self._texts: asyncio.Queue[str] = asyncio.Queue()
        call.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        item = event.item if isinstance(event, ConversationItemAdded) else None
        if isinstance(item, Message) and item.role == "assistant":
            self._texts.put_nowait(item.content[0])

    async def next(self) -> str:
        async with asyncio.timeout(15):
            return await self._texts.get()


def told(chat: ChatRequest) -> tuple[str, list[str]]:
    """The instructions of a request, and the names of its tools."""
    body: Any = chat.body
    names = [tool["function"]["name"] for tool in body.get("tools", [])]
    return body["messages"][0]["content"], names


async def test_the_vendors_are_told_of_the_new_agent(tmp_path: Path) -> None:
    answers = [
        Answer(tool_calls=[ToolCall("hand_off_to_billing", call_id="call_1")]),
        Answer("You owe ten euros."),
    ]
    async with (
        OpenAIServer(answers) as openai,
        ElevenLabsServer() as tts,
        DeepgramServer([]) as stt,
    ):
        env = {
            **{f"{name}_API_KEY": KEY for name in ("DEEPGRAM", "OPENAI", "ELEVENLABS")},
            "DEEPGRAM_URL": stt.url,
            "OPENAI_BASE_URL": openai.base_url,
            "ELEVENLABS_URL": tts.url,
        }
        log = {"directory": str(tmp_path), "audio": False}
        source = {"extends": "default", "agents": AGENTS, "log": log}
        transport = MemoryTransport()
        call = Call(load_config(source, env=env), transport, env=env)
        heard = Heard(call)
        running = asyncio.create_task(call.run())
        await transport.far_end.join()
        assert await heard.next() == "Hello, how can I help you?"
        await call.send_text("Billing please.")
        assert await heard.next() == "Billing here."
        await call.send_text("What do I owe?")
        assert await heard.next() == "You owe ten euros."
        await call.close()
        report = await running

    desk, billing = (told(chat) for chat in openai.connections)
    assert desk[0].endswith("\n\nYou are the desk.")
    assert desk[1] == ["hand_off_to_billing"]
    assert billing[0].endswith("\n\nYou are billing.")
    assert billing[1] == ["get_weather", "hand_off_to_desk"]
    offer: Any = openai.connections[0].body["tools"]
    assert offer[0]["function"] == {
        "name": "hand_off_to_billing",
        "description": "Hand the caller over to billing. It knows every invoice.",
        "parameters": {"type": "object", "properties": {}, "required": []},
    }
    messages: Any = openai.connections[1].body["messages"]
    assert [message["role"] for message in messages[1:]] == [
        *("assistant", "user", "assistant", "tool", "assistant", "user")
    ]
    spoken = [
        (
            connection.request.path.split("/")[3],
            [c.text.strip() for c in connection.contexts.values()],
        )
        for connection in tts.connections
    ]
    assert spoken == [
        ("deskVoice", ["Hello, how can I help you?"]),
        ("billingVoice", ["Billing here.", "You owe ten euros."]),
    ]
    assert report.data["parley"]["providers"]["tts"]["voice"] == "deskVoice"
    assert report.path is not None
    assert [str(f) for logged in read(report.path) for f in check(logged)] == []
