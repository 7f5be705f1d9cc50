"""A legal call in the making: what may come next follows from what has been.

Each move writes the signals of one thing that can happen and notes what the log must tell of it.
The bot's moves are here, those of the user's turns and those that stop the bot in the modules
beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from eventlog.signals import (
    AgentChanged,
    AssistantText,
    CloseReason,
    ErrorSource,
    Failed,
    LLMAnswered,
    LLMFirstToken,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    TTSFirstAudio,
    UserAway,
)
from tests.eventlog.folding import T0, Script
from tests.eventlog.legal_interruptions import Interruptions
from tests.eventlog.legal_turns import Turns


@dataclass
class Line:
    """A text of the bot: whether the log is to have it, and whether it may be cut."""

    text: str
    recorded: bool = True
    interruptible: bool = True
    has_audio: bool = False
    began: float = 0.0
    text_given: bool = False
    silent: bool = False


class Call(Turns, Interruptions):
    """A call so far, and what the log must tell of it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.script = Script().start()
        self.now = 0.0
        self.numbers = iter(range(10_000))
        # The bot: what waits to be heard, what is heard, and whether the LLM is at work.
        self.waiting: list[Line] = []
        self.playing: Line | None = None
        self.asked = False
        self.unspoken = False
        self.tools: list[str] = []
        # A pause: when what is held fell silent. A reply begun early: its LLM, and its text.
        self.silent_at: float | None = None
        self.early: str | None = None
        self.early_text = ""
        self.withdrawable = False
        # The user: whether they speak, the words of this turn, and whether a cut may prove false.
        self.speaking = False
        self.words: list[str] = []
        self.interim: tuple[str, float] | None = None
        self.cut_for_nothing = False
        # What the log must tell: each message of the bot with the times at which it was heard,
        # every word of the user's turns, every tool, and one speech for each text and each reply.
        self.heard: dict[str, tuple[float, float]] = {}
        self.said: list[str] = []
        self.called: list[str] = []
        self.agents = ["assistant"]
        self.speeches = 0
        self.false_interruptions = 0

    def pass_time(self) -> float:
        self.now += self.draw(st.sampled_from([0.0625, 0.125, 0.5, 1.0, 4.0]))
        return self.now

    @property
    def paused(self) -> bool:
        return self.silent_at is not None

    @property
    def busy(self) -> bool:
        return bool(self.playing or self.waiting or self.asked or self.tools)

    @property
    def uncuttable(self) -> bool:
        """Whether what is heard, or comes next, is nothing that can be interrupted."""
        if self.playing is None and (self.asked or not self.waiting):
            return False
        return not (self.playing or self.waiting[0]).interruptible

    def moves(self) -> list[str]:
        """What may happen next."""
        can = ["say", "error", "away", "hand_over"]
        if not self.asked and not self.tools and self.early is None:
            can.append("ask")
        if self.asked:
            can += ["answer"] * 6 + ["silent_answer", "call_tools"]
        if self.tools:
            can += ["tool_ends"] * 2
        if self.waiting and not self.waiting[0].has_audio:
            can.append("audio")
        if self.waiting and self.playing is None and not self.paused:
            can += ["play"] * 8
        if self.playing is not None and not self.paused:
            can += ["stop"] * 3
        return [*self.turn_moves(), *self.interruption_moves(), *can]

    def move(self) -> None:
        getattr(self, self.draw(st.sampled_from(self.moves())))()

    def say(self) -> None:
        recorded, interruptible = self.draw(st.booleans()), self.draw(st.integers(0, 3)) > 0
        line = Line(f"say {next(self.numbers)}", recorded, interruptible)
        fields = {"recorded": recorded, "interruptible": interruptible}
        self.script.add(SayRequested, self.pass_time(), text=line.text, **fields)
        self.speeches += 1
        # The order in which texts are asked for is the order in which they are spoken; what the
        # LLM has not answered yet would come first.
        if self.asked:
            self.answer()
        self.waiting.append(line)

    def error(self) -> None:
        source = self.draw(st.sampled_from(list(ErrorSource)))
        has_audio = bool(self.waiting) and self.waiting[0].has_audio
        if source is ErrorSource.TTS and (has_audio or self.early is not None):
            source = ErrorSource.STT
        at = T0 + self.pass_time()
        self.script.signals.append(Failed(at=at, source=source, label="x", recoverable=True))
        if source is ErrorSource.TTS:
            # What was to be heard next will not be: neither audio nor text of it comes.
            if self.waiting:
                self.waiting.pop(0)
            elif self.asked:
                self.unspoken = True

    def away(self) -> None:
        self.script.add(UserAway, self.pass_time())

    def hand_over(self) -> None:
        agent = self.draw(st.sampled_from(["assistant", "billing", "sales"]))
        self.script.add(AgentChanged, self.pass_time(), agent_id=agent)
        if agent != self.agents[-1]:
            self.agents.append(agent)

    def ask(self, *, continues: bool = False) -> None:
        self.script.add(ReplyRequested, self.pass_time(), continues=continues)
        self.asked, self.unspoken, self.withdrawable = True, False, False
        self.speeches += not continues

    def answer(self) -> None:
        text = f"reply {next(self.numbers)}"
        self.script.add(LLMFirstToken, self.pass_time())
        self.script.add(LLMAnswered, self.pass_time(), characters=len(text))
        self.answered(text)

    def answered(self, text: str) -> None:
        self.asked = self.withdrawable = False
        if not self.unspoken:
            self.waiting.append(Line(text))

    def silent_answer(self) -> None:
        self.script.add(LLMAnswered, self.pass_time(), characters=0)
        self.asked = self.withdrawable = False

    def call_tools(self) -> None:
        prefix = f"batch{next(self.numbers)}"
        names = ["a", "b"][: self.draw(st.integers(1, 2))]
        self.script.add(LLMFirstToken, self.pass_time())
        self.script.tools(self.pass_time(), *names, prefix=prefix)
        self.now += 0.125
        self.tools += [f"{prefix} {number}" for number in range(len(names))]
        self.called += [f"{prefix}_{number}" for number in range(len(names))]
        text = "" if self.draw(st.booleans()) else f"preamble {next(self.numbers)}"
        self.script.add(LLMAnswered, self.pass_time(), characters=len(text))
        self.asked = self.withdrawable = False
        if text and not self.unspoken:
            self.waiting.append(Line(text))

    def tool_ends(self) -> None:
        prefix, number = self.tools.pop().split()
        error = self.draw(st.booleans())
        self.script.tool_ends(self.pass_time(), int(number), prefix=prefix, is_error=error)
        if not self.tools and not self.asked:
            self.ask(continues=True)

    def audio(self) -> None:
        self.waiting[0].has_audio = True
        self.script.add(TTSFirstAudio, self.pass_time())

    def play(self) -> None:
        if not self.waiting[0].has_audio:
            self.audio()
        self.playing = self.waiting.pop(0)
        self.playing.began = self.pass_time()
        self.script.add(PlaybackStarted, self.now)

    def stop(self) -> None:
        line, self.playing = self.playing, None
        assert line is not None
        signals = [(PlaybackStopped, {})]
        if line.recorded:
            signals.append((AssistantText, {"text": line.text}))
        if self.draw(st.booleans()):
            signals.reverse()
        self.now += 0.5
        for kind, fields in signals:
            self.script.add(kind, self.pass_time(), **fields)
            if line.recorded and kind is PlaybackStopped:
                self.heard[line.text] = (line.began, self.now)

    def close(self) -> None:
        line = self.playing
        if line is not None and line.recorded and not line.text_given:
            self.script.add(AssistantText, self.pass_time(), text=line.text)
        reason = self.draw(st.sampled_from(list(CloseReason)))
        self.script.close(self.pass_time(), reason)
        # Words that were being said are the last that will be known of them.
        if self.interim is not None and (self.speaking or self.now - self.interim[1] <= 2.0):
            self.said.append(self.interim[0])
        if line is not None and line.recorded:
            self.heard[line.text] = (line.began, self.silent_at or self.now)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    call = Call(draw)
    for _ in range(draw(st.integers(0, 50))):
        call.move()
    call.close()
    return call
