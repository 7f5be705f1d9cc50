"""A bot in two lines: what the caller hears, as events by the loop's own clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import UNSET

from eventlog.events import (
    AgentState,
    AgentStateChanged,
    Close,
    ConversationItemAdded,
    Event,
    UserState,
    UserStateChanged,
)
from eventlog.items import AssistantMetrics, Message
from eventlog.signals import CloseReason


@dataclass
class FakeSpoken:
    """A line that takes `seconds` to say, or is cut short."""

    seconds: float
    cut_short: bool = False
    ended_at: float | None = None

    async def done(self) -> None:
        await asyncio.sleep(self.seconds)
        if not self.cut_short:
            self.ended_at = now()


@dataclass
class FakeCall:
    """Both ends of a call: the caller's line, and a bot that does as the test says.

    `said` holds each line with the second at which the caller began it; `on_line` is what the bot
    does about a line, run as a task of its own.
    """

    seconds_a_line: float = 1.0
    dead: bool = False
    said: list[tuple[float, bytes]] = field(default_factory=list)
    on_line: Callable[[bytes], None] = lambda _: None
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    agent: AgentState = AgentState.LISTENING

    def speak(self, pcm: bytes, sample_rate: int) -> FakeSpoken:
        assert sample_rate == 8000
        self.said.append((now(), pcm))
        self.on_line(pcm)
        return FakeSpoken(self.seconds_a_line, cut_short=self.dead)

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def become(self, state: AgentState) -> None:
        old, self.agent = self.agent, state
        self.tell(AgentStateChanged(old_state=old, new_state=state, created_at=now()))

    async def answer(self, *, after: float, lasting: float, cut: bool = False) -> None:
        """Speak an answer; the item comes before the state that follows, as in a log."""
        await asyncio.sleep(after)
        self.become(AgentState.SPEAKING)
        started = now()
        await asyncio.sleep(lasting)
        self.tell(answered(started, cut=cut))
        self.become(AgentState.LISTENING)

    def user_speaks(self) -> None:
        self.tell(
            UserStateChanged(
                old_state=UserState.LISTENING, new_state=UserState.SPEAKING, created_at=now()
            )
        )

    def close(self, reason: CloseReason) -> None:
        self.tell(Close(reason=reason, created_at=now()))


def answered(started: float | None, *, cut: bool = False) -> ConversationItemAdded:
    """The bot's message as the log has it; one that was never heard has no start."""
    metrics = AssistantMetrics(started_speaking_at=UNSET if started is None else started)
    item = Message(
        id="item_1",
        role="assistant",
        content=["Yes."],
        interrupted=cut,
        metrics=metrics,
        created_at=now(),
    )
    return ConversationItemAdded(item=item, created_at=now())


def now() -> float:
    return asyncio.get_running_loop().time()
