"""A short call whose providers are loopback servers, to be broken while it is held.

The caller's audio is a buzz and the VAD goes by its loudness, so that no model is loaded and a turn
takes a second; the clients, their retries and their errors are the real ones.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from bot.session import SessionReport
from eventlog.events import (
    AgentState,
    AgentStateChanged,
    ConversationItemAdded,
    ErrorOccurred,
    Event,
    UserState,
    UserStateChanged,
)
from eventlog.items import Message
from tests.scripted.speech import speech

from .cartesia_stt import CartesiaSTTServer
from .cartesia_tts import CartesiaTTSServer
from .deepgram import DeepgramServer, Utterance
from .elevenlabs import ElevenLabsServer
from .flux import FluxServer
from .loopback import KEY, LoopbackServer
from .openai import Answer, OpenAIServer

QUESTION = "What is the capital of France?"
ANSWER = "It is Paris, on the Seine."
GREETING = "Hello there."
TURN = 0.6
"""Seconds that the caller speaks."""


@dataclass(frozen=True)
class Provider:
    """One provider of a slot: its server, and the section of the configuration that points to it.

    `vendor` is the name by which a report calls it.
    """

    slot: str
    vendor: str
    name: str
    server: Callable[[], LoopbackServer]
    args: Callable[[Any], Mapping[str, str]]
    settings: Mapping[str, str]

    def section(self, server: LoopbackServer) -> dict[str, Any]:
        args = {"api_key": KEY, **self.args(server)}
        return {"provider": self.name, "args": args, "settings": dict(self.settings)}


def answers(text: str) -> OpenAIServer:
    """An LLM that has but one answer."""
    return OpenAIServer(lambda body: Answer(text))


PROVIDERS = {
    "deepgram": Provider(
        "stt",
        "deepgram",
        "deepgram",
        lambda: DeepgramServer([Utterance(QUESTION)] * 20, word_interval=0.1),
        lambda server: {"base_url": server.url},
        {},
    ),
    "flux": Provider(
        "stt",
        "deepgram",
        "deepgram-flux",
        lambda: FluxServer([QUESTION] * 20, word_interval=0.1, end_silence=0.3),
        lambda server: {"url": f"{server.url}/v2/listen"},
        {},
    ),
    "cartesia-stt": Provider(
        "stt",
        "cartesia",
        "cartesia",
        lambda: CartesiaSTTServer([QUESTION] * 20, word_interval=0.1),
        lambda server: {"base_url": server.url},
        {},
    ),
    "openai": Provider(
        "llm",
        "openai",
        "openai",
        lambda: answers(ANSWER),
        lambda server: {"base_url": server.base_url},
        {"model": "gpt-4.1-mini"},
    ),
    "elevenlabs": Provider(
        "tts",
        "elevenlabs",
        "elevenlabs",
        lambda: ElevenLabsServer(char_ms=30, words_per_piece=1),
        lambda server: {"url": server.url},
        {"voice": "VOICE"},
    ),
    "cartesia-tts": Provider(
        "tts",
        "cartesia",
        "cartesia",
        lambda: CartesiaTTSServer(char_ms=30, words_per_piece=1),
        lambda server: {"url": server.tts_url},
        {"voice": "VOICE"},
    ),
}
USUAL = ("deepgram", "openai", "elevenlabs")


class FaultyCall:
    """A call with one provider that is looked at, and what can be done in it.

    Attributes:
        server: The server of that provider.
        call: The call.
        transport: Its line.
        running: The call's task.
        errors: The errors that the log told of so far.
        answers: What the bot said so far.
        speaking: Whether it is speaking.
        speeches: How often it has stopped to speak.
        stretches: How often the caller has.
    """

    def __init__(self, server: Any, call: Call, transport: MemoryTransport) -> None:
        self.server = server
        self.call = call
        self.transport = transport
        self.errors: list[ErrorOccurred] = []
        self.answers: list[str] = []
        self.speaking = False
        self.speeches = 0
        self.stretches = 0
        self._change = asyncio.Event()
        call.listen(self._on_event)
        self.running = asyncio.create_task(call.run())
        self.running.add_done_callback(lambda task: self._changed())

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.running.done()

    async def until(self, happened: Callable[[], bool], within: float = 8.0) -> None:
        """Wait for a fact about the call.

        Raises:
            TimeoutError: If it has not happened `within` so many seconds.
        """
        async with asyncio.timeout(within):
            while not happened():
                await self._change.wait()

    async def greeted(self) -> None:
        """Wait until the bot has greeted, or the call is over."""
        await self.until(lambda: self.speeches >= 1 or self.over)

    async def speak(self, seconds: float = TURN) -> None:
        """Say something as the caller."""
        await self.transport.far_end.speak(speech(seconds), 16000).done()

    async def speak_until_heard(self, seconds: float) -> None:
        """Say something and wait until the bot knows that it is over."""
        before = self.stretches
        await self.speak(seconds)
        await self.until(lambda: self.stretches > before or self.over)

    async def ask(self, within: float) -> bool:
        """Say something and tell whether the bot answered."""
        before = self.speeches
        await self.speak()
        try:
            await self.until(lambda: self.speeches > before or self.over, within)
        except TimeoutError:
            return False
        return self.speeches > before

    async def ask_until(
        self, done: Callable[[], bool], *, times: int = 6, patience: float = 2.5
    ) -> None:
        """Say something again and again until something is so.

        Args:
            done: What is waited for.
            times: How often it is said.
            patience: Seconds before it is said again.
        """
        for _ in range(times):
            if done():
                return
            await self.ask(patience)
        assert done()

    async def report(self) -> SessionReport:
        """The report of the call, which is ended if it is not over."""
        await self.call.close()
        return await asyncio.wait_for(self.running, 10)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AgentStateChanged):
            self.speaking = event.new_state is AgentState.SPEAKING
            self.speeches += event.old_state is AgentState.SPEAKING
        elif isinstance(event, UserStateChanged):
            self.stretches += event.old_state is UserState.SPEAKING
        elif isinstance(event, ConversationItemAdded) and isinstance(event.item, Message):
            if event.item.role == "assistant":
                self.answers.append(event.item.content[0])
        elif isinstance(event, ErrorOccurred):
            self.errors.append(event)
        self._changed()

    def _changed(self) -> None:
        self._change.set()
        self._change = asyncio.Event()


@asynccontextmanager
async def call_with(
    name: str,
    directory: Path,
    *,
    broken: Callable[[Any], Any] | None = None,
    llm: OpenAIServer | None = None,
    settings: Mapping[str, Any] | None = None,
    greeting: str = GREETING,
) -> AsyncGenerator[FaultyCall]:
    """Hold a call; leaving the block closes it.

    Args:
        name: The provider that is looked at; the others are the usual ones.
        directory: Where the call's folder goes.
        broken: Given the server before the call begins.
        llm: Another LLM than the usual one.
        settings: The section `call`.
        greeting: What the bot says first.
    """
    chosen = _slots(name)
    async with AsyncExitStack() as stack:
        servers = {
            each: llm if llm is not None and each == "openai" else PROVIDERS[each].server()
            for each in chosen
        }
        for server in servers.values():
            await stack.enter_async_context(server)
        if broken is not None:
            await broken(servers[name])
        transport = MemoryTransport()
        config = {
            **{PROVIDERS[each].slot: PROVIDERS[each].section(servers[each]) for each in chosen},
            "agent": {"greeting": greeting},
            "vad": {"provider": "tests.scripted.vad:EnergyVAD", "args": {"stop_secs": 0.2}},
            "turn": {"detector": "none"},
            "log": {"directory": str(directory), "audio": False},
            "call": dict(settings or {}),
        }
        held = FaultyCall(servers[name], Call(load_config(config), transport), transport)
        await transport.far_end.join()
        try:
            yield held
        finally:
            await held.report()


def _slots(name: str) -> Sequence[str]:
    slot = PROVIDERS[name].slot
    return [name if PROVIDERS[each].slot == slot else each for each in USUAL]
