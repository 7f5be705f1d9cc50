"""Who has the floor: what the bot is about, for whoever must decide at once.

Interrupting is a decision about the present. Frames that tell of the bot's doings reach the
strategies of the user's turn late and in pieces, so the processors that do them note them here, in
the event loop that all of them share, and the strategies look.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

# A text that was to be said and has given no audio for so long is not waited for (seconds): its
# voice failed, and nobody must be kept from speaking by it.
_SPEECH_DUE = 10.0
# The way of an interruption to the end of the pipeline takes milliseconds; what takes longer than
# this (seconds) is broken and not waited for.
_SETTLE_TIMEOUT = 1.0
# A transcript that the turn model keeps for longer than this (seconds) is not waited for.
_WORDS_TIMEOUT = 5.0
# What is due at a moment is past after it (seconds).
_A_LITTLE = 0.001


class Playback(Protocol):
    """What the floor knows of the bot's voice."""

    @property
    def sounding(self) -> bool:
        """Whether audio is being heard, or waits to be."""
        ...

    @property
    def interruptible(self) -> bool:
        """Whether what is being heard, or is heard next, may be cut."""
        ...

    @property
    def quiet_since(self) -> float:
        """When the latest audio ended, or will (monotonic seconds)."""
        ...


@dataclass
class _Say:
    interruptible: bool
    at: float


class Floor:
    """What the bot is doing, noted by the processors that do it.

    Args:
        allow_interruptions: Whether the user may cut the bot at all.
        discard_audio: Whether the user is not listened to while the bot may not be cut.
        clock: Monotonic clock in seconds.

    Attributes:
        playback: The bot's voice, once there is one.
        closed: Whether the call is ending: nothing is asked of the LLM any more.
        owes_answer: Whether tools have given results that the LLM has not been told.
    """

    def __init__(
        self,
        *,
        allow_interruptions: bool = True,
        discard_audio: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.playback: Playback | None = None
        self.closed = False
        self.owes_answer = False
        self._allow_interruptions = allow_interruptions
        self._discard_audio = discard_audio
        self._clock = clock
        self._thinking = False
        self._tools: set[str] = set()
        self._says: deque[_Say] = deque()
        self._settled = asyncio.Event()
        self._settled.set()
        self._asked = asyncio.Event()
        self._words_under_way = 0
        self._words_arrived = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._left = asyncio.Event()

    def listen(self, taken: Callable[[], None]) -> None:
        """Have `taken` called whenever the bot has got something to do or to say."""
        self._listeners.append(taken)

    @property
    def busy(self) -> bool:
        """Whether the bot thinks, speaks, waits for a tool, or has something to say."""
        if not self._settled.is_set():
            return False
        return self._thinking or bool(self._tools) or self._sounding or self._next_say is not None

    @property
    def forgets_answer(self) -> bool:
        """Whether the LLM is owed results and nothing is under way that will bring them to it."""
        return self.owes_answer and not self._tools and not self._sounding

    @property
    def settling(self) -> bool:
        """Whether an interruption is on its way through the pipeline."""
        return not self._settled.is_set()

    @property
    def interruptible(self) -> bool:
        """Whether the user may cut what the bot is about."""
        if not self._allow_interruptions:
            return False
        if self._sounding and self.playback is not None:
            return self.playback.interruptible
        say = self._next_say
        return say is None or self._thinking or say.interruptible

    @property
    def deaf(self) -> bool:
        """Whether the user is not to be transcribed just now."""
        return self._discard_audio and self.busy and not self.interruptible

    def thinks(self) -> None:
        """The LLM was given something to answer, or will be when the turn's hook is through."""
        self._thinking, self.owes_answer = True, False
        self._asked.set()
        self._taken()

    def thought(self) -> None:
        """The LLM has answered, failed, or will not be asked after all."""
        self._thinking = False
        self.left()

    def tool_started(self, call_id: str) -> None:
        """A tool is at work."""
        self._tools.add(call_id)

    def tool_ended(self, call_id: str, *, to_be_answered: bool = False) -> None:
        """A tool has answered, or was called off; the LLM may have to answer in turn."""
        self._tools.discard(call_id)
        self.owes_answer = self.owes_answer or to_be_answered
        self.left()

    def say_requested(self, *, interruptible: bool) -> None:
        """A text is to be spoken as soon as the voice is free."""
        self._says.append(_Say(interruptible, self._clock()))
        self._taken()

    def say_started(self) -> None:
        """The first audio of the oldest such text is there: from here on the voice knows."""
        if self._says:
            self._says.popleft()
        self.left()

    def interrupting(self) -> None:
        """The bot is being cut: it has lost the floor, though not every processor knows."""
        self._settled.clear()
        self.cut()

    def cut(self) -> None:
        """An interruption came: what may be cut is not going to be said."""
        self._thinking = self.owes_answer = False
        self._says = deque(say for say in self._says if not say.interruptible)
        self.left()

    def settle(self) -> None:
        """The interruption is through: what was heard of the reply is in the context."""
        self._settled.set()

    def left(self) -> None:
        """Something that the bot was about is over: whoever waits looks again."""
        self._left.set()

    def close(self) -> None:
        """The call is ending."""
        self.closed = True
        self._asked.set()
        self.left()

    async def free(self) -> None:
        """Wait until the bot is about nothing, or the call is ending."""
        await self.settled()
        while self.busy and not self.closed:
            self._left.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), self._say_due_in)
            await self.settled()

    def asks(self) -> None:
        """Something is on its way to the LLM; `asked` waits until it is there."""
        self._asked.clear()

    async def asked(self) -> None:
        """Wait until what is on its way to the LLM is there, and the bot known to be thinking."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), _SETTLE_TIMEOUT)

    @property
    def words_under_way(self) -> bool:
        """Whether a final transcript is on its way to who decides about interruptions."""
        return self._words_under_way > 0

    def words_leave(self) -> None:
        """A final transcript has come out of the STT."""
        self._words_under_way += 1
        self._words_arrived.clear()

    def words_arrive(self) -> None:
        """A final transcript has come to who decides."""
        self._words_under_way = max(0, self._words_under_way - 1)
        if not self._words_under_way:
            self._words_arrived.set()

    async def words_arrived(self) -> None:
        """Wait until no final transcript is on its way; a busy turn model can keep it for long."""
        if self._words_under_way:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._words_arrived.wait(), _WORDS_TIMEOUT)

    async def settled(self) -> None:
        """Wait until no interruption is under way."""
        try:
            await asyncio.wait_for(self._settled.wait(), _SETTLE_TIMEOUT)
        except TimeoutError:
            self._settled.set()

    def _taken(self) -> None:
        for listener in self._listeners:
            listener()

    @property
    def _sounding(self) -> bool:
        return self.playback is not None and self.playback.sounding

    @property
    def _next_say(self) -> _Say | None:
        # What waits behind audio is due only when that has been heard.
        while self._says and self._due_in(self._says[0]) < 0:
            self._says.popleft()
        return self._says[0] if self._says else None

    @property
    def _say_due_in(self) -> float | None:
        say = self._next_say
        return None if say is None else self._due_in(say) + _A_LITTLE

    def _due_in(self, say: _Say) -> float:
        quiet_since = self.playback.quiet_since if self.playback is not None else 0.0
        return max(say.at, quiet_since) + _SPEECH_DUE - self._clock()
