"""The providers, tools and hooks of any conversation: they do what the script says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer, BaseTurnParams, EndOfTurnState
from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
)
from pipecat.metrics.metrics import MetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from processors.user_turn_gate import RefuseTurn
from tests.calls.any_script import FRAME, Answer, Transcript, Voice
from tests.scripted.llm import ScriptedLLM
from tests.scripted.tts import ScriptedTTS

HERE = __name__
QUIET = 1000
_SYLLABLES = "abcdefghij"


class AnySTT(STTService):
    """Gives each transcript of the plan at its time, if it was not muted for all of its sound."""

    Settings = STTSettings

    def __init__(self, *, settings: STTSettings | None = None, **kwargs: Any) -> None:
        defaults = STTSettings(model="any-stt", language=Language("en"))
        super().__init__(settings=defaults, ttfs_p99_latency=0.35, **kwargs)
        self.planned: Sequence[Transcript] = ()
        self.given: list[tuple[float, Transcript]] = []
        self._joined: float | None = None
        self._heard: set[int] = set()
        self._giving: asyncio.Task[None] | None = None

    def can_generate_metrics(self) -> bool:
        return True

    def perform(self, planned: Sequence[Transcript]) -> None:
        """The user is there from now on."""
        self.planned = planned
        self._joined = time.monotonic()
        self._giving = self.create_task(self._give(self._joined), "transcripts")

    async def cleanup(self) -> None:
        if self._giving is not None:
            await self.cancel_task(self._giving)
        await super().cleanup()

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        if self._joined is not None:
            now = time.monotonic() - self._joined
            for number, transcript in enumerate(self.planned):
                if transcript.began <= now <= transcript.ended + FRAME:
                    self._heard.add(number)
        yield None

    async def _give(self, joined: float) -> None:
        for number, transcript in enumerate(self.planned):
            await asyncio.sleep(max(0.0, joined + transcript.at - time.monotonic()))
            if number in self._heard:
                kind = TranscriptionFrame if transcript.final else InterimTranscriptionFrame
                stamp = time_now_iso8601()
                self.given.append((time.time(), transcript))
                await self.push_frame(kind(transcript.text, "", stamp, Language("en")))


class AnyLLM(ScriptedLLM):
    """Answers the n-th request with the n-th answer, in words that no other answer has."""

    def perform(self, answers: Sequence[Answer], *, hands_over: bool) -> None:
        self._script = answers
        self.hands_over = hands_over

    def _choose(self, context: LLMContext) -> Mapping[str, Any]:
        number = len(self.requests) - 1
        answer = self._script[number % len(self._script)]
        other = "a" if "You are b." in str(self._settings.system_instruction) else "b"
        return {
            "content": words_of("reply", number, answer.words),
            "ttft": answer.ttft,
            "duration": answer.duration,
            "error": "scripted failure" if answer.error else None,
            "tool_calls": [
                {"name": f"hand_off_to_{other}" if name == "hand_off" else name}
                for name in answer.tools
                if name != "hand_off" or self.hands_over
            ],
        }

    def _take_back(self, answer: Mapping[str, Any]) -> None:
        """An answer that was cut off is not given again."""


class AnyTTS(ScriptedTTS):
    """Speaks the n-th text as the n-th voice does; of each sample is known whose word it is."""

    def perform(self, voices: Sequence[Voice]) -> None:
        self._script = voices
        self.words: list[str] = []
        self.lengths: list[int] = []

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        marked: bytes | None = None
        sent = 0
        async for frame in super().run_tts(text, context_id):
            if isinstance(frame, TTSAudioRawFrame):
                if marked is None:
                    marked = self._marked(text, self.spoken[-1].samples)
                frame.audio = marked[sent : sent + len(frame.audio)]
                sent += len(frame.audio)
            yield frame

    def _marked(self, text: str, samples: int) -> bytes:
        """Audio in which each sample is the number of its word, far enough from silence."""
        words = text.split()
        starts = [samples * text.index(word) // len(text) for word in words]
        lengths = np.diff([0, *starts[1:], samples])
        numbers = np.arange(len(words)) + len(self.words) + QUIET
        self.words.extend(words)
        self.lengths.extend(lengths.tolist())
        return np.repeat(numbers, lengths).astype("<i2").tobytes()

    def _voice(self, text: str) -> Mapping[str, Any]:
        voice = self._script[len(self.spoken) % len(self._script)]
        error = "scripted failure" if voice.error else None
        return {"ttfb": voice.ttfb, "duration": voice.duration, "error": error}


class AnyTurnModel(BaseTurnAnalyzer):
    """Says of the n-th pause whether it ends the turn."""

    ends_turn: ClassVar[Sequence[bool]] = ()

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0

    @property
    def speech_triggered(self) -> bool:
        return False

    @property
    def params(self) -> BaseTurnParams:
        return BaseTurnParams()

    def append_audio(self, buffer: bytes, is_speech: bool) -> EndOfTurnState:
        return EndOfTurnState.INCOMPLETE

    async def analyze_end_of_turn(self) -> tuple[EndOfTurnState, MetricsData | None]:
        ends = self.ends_turn[self._asked % len(self.ends_turn)]
        self._asked += 1
        return EndOfTurnState.COMPLETE if ends else EndOfTurnState.INCOMPLETE, None

    def clear(self) -> None:
        """It remembers nothing."""


def words_of(who: str, number: int, words: int) -> str:
    """So many words that nobody else says, in sentences of three."""
    said = [f"{who}{number}{_SYLLABLES[word]}" for word in range(words)]
    ends = {*range(2, words, 3), words - 1}
    return " ".join(word + "." if place in ends else word for place, word in enumerate(said))


ran: list[str] = []


async def instant(params: FunctionCallParams) -> None:
    """A tool that answers at once, without ever waiting."""
    ran.append(params.tool_call_id)
    await params.result_callback("instantly")


async def quick(params: FunctionCallParams) -> None:
    """A tool that answers soon."""
    ran.append(params.tool_call_id)
    await asyncio.sleep(0.1)
    await params.result_callback("quickly")


async def slow(params: FunctionCallParams) -> None:
    """A tool that takes its time."""
    ran.append(params.tool_call_id)
    await asyncio.sleep(1.5)
    await params.result_callback("slowly")


async def broken(params: FunctionCallParams) -> None:
    """A tool that fails."""
    ran.append(params.tool_call_id)
    await asyncio.sleep(0.2)
    raise RuntimeError("broken on purpose")


async def notes(context: LLMContext, text: str) -> None:
    """A hook that changes what the LLM is to know."""
    await asyncio.sleep(0.05)
    context.add_message({"role": "developer", "content": f"note on {text}"})


async def lingers(context: LLMContext, text: str) -> None:
    """A hook that takes its time."""
    await asyncio.sleep(0.6)


async def refuses(context: LLMContext, text: str) -> None:
    """A hook that refuses turns with a certain word."""
    await asyncio.sleep(0.1)
    if "never" in text:
        raise RefuseTurn


async def breaks(context: LLMContext, text: str) -> None:
    """A hook that fails."""
    raise RuntimeError("broken on purpose")
