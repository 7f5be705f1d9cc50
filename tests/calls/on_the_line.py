"""A short call in real time, and what was heard and written down of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from pipecat.transports.base_transport import BaseTransport

from bot.call import Call
from bot.config import load_config
from bot.memory import PlayedAudio, Utterance
from bot.session import SessionReport
from tests.calls import heard
from tests.scripted.llm import ScriptedLLM
from tests.scripted.speech import speech
from tests.scripted.tts import ScriptedTTS

# After so long a silence no more of the bot is to be expected: no pause of a test is as long
# (seconds).
_PATIENCE = 6.0
# Nothing follows a reply after so long a silence (seconds).
SETTLED = 0.4
# The VAD of these calls: sound before it tells of speech, silence before it tells of its end.
START, STOP = 0.05, 0.2


class FarSide(Protocol):
    """Who is at the other end; see `bot.memory.FarEnd`."""

    played: list[PlayedAudio]
    sample_rate: int

    async def join(self) -> None: ...

    async def connected(self) -> None: ...

    def speak(self, pcm: bytes, sample_rate: int) -> Utterance: ...

    def on_audio(self, listener: Callable[[PlayedAudio], None]) -> object: ...


Script = Callable[["LineCall"], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """A call as it goes, and what is different in its configuration.

    Attributes:
        script: What the caller and the application do; the call is closed at its end.
        answers: The LLM's.
        utterances: What the STT makes of each sound of the caller.
        voice: Arguments of the scripted TTS.
        turn: Options of turn-taking.
        tools: References of tools.
    """

    script: Script
    answers: list[dict[str, Any]] = field(default_factory=list)
    utterances: list[dict[str, Any]] = field(default_factory=list)
    voice: dict[str, Any] = field(default_factory=dict)
    turn: dict[str, Any] = field(default_factory=dict)
    tools: list[str] = field(default_factory=list)

    def config(self, directory: Path) -> dict[str, Any]:
        scripted = {
            "vad": ("vad:EnergyVAD", {"start_secs": START, "stop_secs": STOP}),
            "stt": ("stt:ScriptedSTT", {"utterances": self.utterances}),
            "llm": ("llm:ScriptedLLM", {"answers": self.answers}),
            "tts": ("tts:ScriptedTTS", self.voice),
        }
        return {
            **{
                slot: {"provider": f"tests.scripted.{name}", "args": args}
                for slot, (name, args) in scripted.items()
            },
            "turn": {"detector": "none", **self.turn},
            "tools": self.tools,
            "log": {"directory": str(directory)},
        }


@dataclass(frozen=True)
class Said:
    """One thing that the bot said, as the report has it."""

    text: str
    interrupted: bool


class LineCall:
    """A call on the in-memory line, or another one with such a far side.

    Attributes:
        far_end: Who is at the other end.
        scene: What it was made from.
        call: The call.
        moments: Epoch seconds that the script noted.
        utterances: What the caller uttered, oldest first, with its true times.
        failure: What went wrong with the script, if anything did.
    """

    def __init__(
        self, scene: Scene, directory: Path, transport: BaseTransport, far_end: FarSide
    ) -> None:
        self.scene = scene
        self.far_end = far_end
        self.call = Call(load_config(scene.config(directory)), transport)
        self.moments: dict[str, float] = {}
        self.utterances: list[Utterance] = []
        self._overslept = 0.0
        self.failure: Exception | None = None
        self._report: SessionReport | None = None
        self._audible = 0
        self._awaited: Callable[[], bool] | None = None
        self._come = asyncio.Event()
        self.far_end.on_audio(self._hear)

    @property
    def tts(self) -> ScriptedTTS:
        assert isinstance(self.call.services.tts, ScriptedTTS)
        return self.call.services.tts

    @property
    def llm(self) -> ScriptedLLM:
        assert isinstance(self.call.services.llm, ScriptedLLM)
        return self.call.services.llm

    async def play(self) -> None:
        """Hold the call."""
        running = asyncio.create_task(self.call.run())
        watching = asyncio.create_task(self._watch_the_machine())
        try:
            await self.far_end.join()
            await self.far_end.connected()
            await self.scene.script(self)
        finally:
            await self.call.close()
            self._report = await asyncio.wait_for(running, 10)
            watching.cancel()

    # What the script waits for and does

    async def heard_for(self, seconds: float) -> None:
        """Wait until the caller has heard so much of the bot's voice, silences not counted."""
        await self._until(lambda: self._audible >= seconds * self.far_end.sample_rate)

    async def heard_all(self, texts: int = 1) -> None:
        """Wait until this many texts have been heard whole, and nothing follows."""
        await self._heard_whole(0, texts, 0)

    async def heard_next(self) -> None:
        """Wait until what is synthesised next has been heard whole, and nothing follows."""
        await self.heard_from(len(self.tts.spoken))

    async def heard_from(self, text: int) -> None:
        """Wait until a text, not heard yet, and all behind it have been heard whole.

        Args:
            text: Its number; the first text is 0.
        """
        await self._heard_whole(text, text + 1, self._audible)

    async def utter(self, seconds: float) -> Utterance:
        """Make a sound as the caller; it is over when this returns."""
        utterance = self.far_end.speak(speech(seconds), 16000)
        self.utterances.append(utterance)
        await utterance.done()
        return utterance

    def note(self, moment: str) -> None:
        """Note the present moment under a name."""
        self.moments[moment] = time.time()

    # What there is to see afterwards

    @property
    def report(self) -> SessionReport:
        assert self._report is not None
        return self._report

    @property
    def played(self) -> list[PlayedAudio]:
        """What the caller heard."""
        return self.far_end.played

    @property
    def late(self) -> float:
        """How late the machine was (seconds), which is not the bot's fault.

        The most that anything was woken late, and all that the line had to wait for audio which
        the bot had let go of in time.
        """
        return self._overslept + heard.stutter(self.played, self.far_end.sample_rate)

    @property
    def silences(self) -> list[heard.Silence]:
        return heard.silences(self.played, self.far_end.sample_rate)

    @property
    def everything(self) -> range:
        """The samples of all that was synthesised."""
        return heard.all_of(self.tts.spoken)

    @property
    def said(self) -> list[Said]:
        """What the bot said, as the report has it."""
        return [
            Said(" ".join(item["content"]), item["interrupted"])
            for item in self.report.data["chat_history"]["items"]
            if item.get("role") == "assistant"
        ]

    @property
    def in_context(self) -> list[str]:
        """What the bot said, as the LLM's context has it."""
        messages: list[Any] = self.call._parts.context.get_messages()
        return [
            message["content"]
            for message in messages
            if message["role"] == "assistant" and message.get("content")
        ]

    def _hear(self, piece: PlayedAudio) -> None:
        self._audible += int(np.count_nonzero(np.frombuffer(piece.pcm, dtype="<i2")))
        if self._awaited is not None and self._awaited():
            self._come.set()

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, which only more audio can bring about.

        Raises:
            TimeoutError: It does not hold, and there has been no more audio for long.
        """
        if holds():
            return
        self._come.clear()
        self._awaited = holds
        try:
            while not self._come.is_set():
                audible = self._audible
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._come.wait(), _PATIENCE)
                if audible == self._audible and not self._come.is_set():
                    raise TimeoutError("the bot has fallen silent for good")
        finally:
            self._awaited = None

    async def _heard_whole(self, since: int, texts: int, audible: int) -> None:
        spoken = self.tts.spoken

        def whole() -> bool:
            samples = sum(text.samples for text in spoken[since:])
            return len(spoken) >= texts and self._audible - audible >= samples

        # What is missing is for the tests to see.
        with suppress(TimeoutError):
            await self._until(whole)
        await asyncio.sleep(SETTLED)

    async def _watch_the_machine(self) -> None:
        while True:
            due = time.monotonic() + 0.02
            await asyncio.sleep(0.02)
            self._overslept = max(self._overslept, time.monotonic() - due)
