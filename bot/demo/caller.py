"""The simulated caller: plays a script by reacting to what the call tells.

Nothing here is timed in advance. The caller speaks when the bot has finished, or cuts in while it
really speaks, so that a slow machine plays the same call as a fast one, only later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from bot.demo.script import BargeIn, Hear, Say, Step
from eventlog.events import AgentState, AgentStateChanged, Close, ConversationItemAdded, Event
from eventlog.items import AssistantMetrics, Message

Pcm = tuple[bytes, int]
"""Mono s16le audio and its rate in Hz."""


class Spoken(Protocol):
    """A line on its way over the wire."""

    @property
    def ended_at(self) -> float | None:
        """Epoch seconds of its last sample; None while it is spoken, or if it was cut short."""
        ...

    async def done(self) -> None:
        """Wait until it has been spoken, or the line is gone."""
        ...


class Line(Protocol):
    """The caller's end of the call; `bot.memory.FarEnd` is one."""

    def speak(self, pcm: bytes, sample_rate: int) -> Spoken:
        """Say this now."""
        ...


class StepNotPlayedError(Exception):
    """The script could not be played to its end; the message says what did not happen."""


class Caller:
    """Plays a script on a line.

    Args:
        line: Where to speak.
        voice: The audio of each text of the script.
        on_line: Told each text as the caller begins to say it.

    Attributes:
        began: Whether the caller has begun to play.
    """

    def __init__(
        self, line: Line, voice: Mapping[str, Pcm], on_line: Callable[[str], None] | None = None
    ) -> None:
        self._line = line
        self._voice = voice
        self._on_line = on_line
        self.began = False
        self._changed = asyncio.Event()
        self._agent = AgentState.INITIALIZING
        self._spoke_since = 0.0
        self._answers: list[Message] = []
        self._said_until = 0.0
        self._closed: Close | None = None

    def listen(self, event: Event) -> None:
        """Take in an event of the call, as it is told."""
        if isinstance(event, AgentStateChanged):
            self._agent = event.new_state
            self._spoke_since = event.created_at
        elif isinstance(event, ConversationItemAdded) and event.item.role == "assistant":
            self._answers.append(event.item)
        elif isinstance(event, Close):
            self._closed = event
        self._changed.set()

    async def play(self, script: Sequence[Step]) -> None:
        """Play every step.

        Raises:
            StepNotPlayedError: A step did not happen within its time, or the call ended first.
        """
        self.began = True
        for step in script:
            if isinstance(step, Hear):
                await self._hear(step)
            elif isinstance(step, Say):
                await asyncio.sleep(step.pause)
                await self._say(step.text)
            else:
                await self._barge_in(step)

    async def _hear(self, step: Hear) -> None:
        async with self._limit(step.limit, step.what):
            await self._until(self._is_answered, step.what)

    async def _say(self, text: str) -> None:
        if self._closed is not None:
            raise self._ended(f"the caller could say: {text}")
        if self._on_line is not None:
            self._on_line(text)
        spoken = self._line.speak(*self._voice[text])
        await spoken.done()
        if spoken.ended_at is None:
            raise StepNotPlayedError(f"the line went dead while the caller said: {text}")
        self._said_until = spoken.ended_at

    async def _barge_in(self, step: BargeIn) -> None:
        tries = 1
        while not await self._listens(step):
            if tries == step.tries:
                raise StepNotPlayedError(
                    f"none of the bot's {tries} answers lasted the {step.after:g} s after which "
                    f"the caller cuts it off with: {step.text}"
                )
            tries += 1
            await self._hear(Hear("the end of a short answer", step.limit))
            await self._say(step.again)
        asked_until = self._said_until
        await self._say(step.text)
        cut = f"the bot to be cut off by: {step.text}"
        async with self._limit(step.limit, cut):
            await self._until(lambda: self._was_cut(asked_until), cut)

    async def _listens(self, step: BargeIn) -> bool:
        """Listen to the beginning of an answer; False if it was over before its time."""
        answer = f"an answer to cut off with: {step.text}"
        async with self._limit(step.limit, answer):
            await self._until(self._is_answering, answer)
        try:
            async with asyncio.timeout(step.after):
                await self._until(lambda: not self._is_answering(), answer)
        except TimeoutError:
            return True
        return False

    def _is_answering(self) -> bool:
        return self._agent is AgentState.SPEAKING and self._spoke_since >= self._said_until

    def _is_answered(self) -> bool:
        """Whether an answer that began after the caller's last line is over."""
        over = self._agent is AgentState.LISTENING
        return over and any(_began(answer) >= self._said_until for answer in self._answers)

    def _was_cut(self, asked_until: float) -> bool:
        return any(a.interrupted and _began(a) >= asked_until for a in self._answers)

    async def _until(self, happened: Callable[[], bool], what: str) -> None:
        while not happened():
            if self._closed is not None:
                raise self._ended(what)
            self._changed.clear()
            await self._changed.wait()

    @asynccontextmanager
    async def _limit(self, seconds: float, what: str) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise StepNotPlayedError(
                f"the caller waited {seconds:g} s in vain for {what}"
            ) from error

    def _ended(self, what: str) -> StepNotPlayedError:
        assert self._closed is not None
        return StepNotPlayedError(f"the call ended ({self._closed.reason}) before {what}")


def _began(answer: Message) -> float:
    """When an answer was first heard, in epoch seconds; before all time if it never was."""
    metrics = answer.metrics
    if isinstance(metrics, AssistantMetrics) and isinstance(metrics.started_speaking_at, float):
        return metrics.started_speaking_at
    return float("-inf")
