"""Any call: whatever happens in whatever order, the log is sound and tells everything once."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventlog.checker import check
from eventlog.signals import (
    AssistantText,
    CloseReason,
    ErrorSource,
    Failed,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    TTSFirstAudio,
    UserAway,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnEnded,
)
from tests.eventlog.folding import T0, Script, Told, through_json

# Rules that are stricter than what a call may be: a first sound may leave no message (I26), and
# after a turn that was refused the next message has fewer words than were heard (I21).
UNHEARD = "I26"


class Line:
    """A legal call in the making: what may come next follows from what has been."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.script = Script().start()
        self.now = 0.0
        self.waiting: list[tuple[str, bool]] = []  # (text, whether the log is to have it)
        self.playing: tuple[str, bool] | None = None
        self.began = 0.0
        # What the log must tell: each message of the bot with the times at which it was heard,
        # every word of the user's turns, every tool, and one speech for each text and each reply.
        self.heard: dict[str, tuple[float, float]] = {}
        self.said: list[str] = []
        self.called: list[str] = []
        self.speeches = 0
        self.asked = False
        self.unspoken = False
        self.tools: list[str] = []
        self.announced = False
        self.speaking = False
        self.words: list[str] = []
        self.refused = False
        self.numbers = iter(range(10_000))

    def pass_time(self) -> float:
        self.now += self.draw(st.sampled_from([0.0625, 0.125, 0.5, 1.0, 4.0]))
        return self.now

    def moves(self) -> list[str]:
        """What may happen next."""
        can = ["say", "error", "away"]
        can.append("user_stops" if self.speaking else "user_speaks")
        if self.speaking or self.words:
            can.append("word")
        if self.words and not self.speaking:
            can += ["turn"] * 3
        if not self.asked and not self.tools:
            can.append("ask")
        if self.asked:
            can += ["answer"] * 3 + ["silent_answer", "call_tools"]
        if self.tools:
            can += ["tool_ends"] * 2
        if self.waiting and self.playing is None:
            can += ["play"] * 4
        if self.playing is not None:
            can += ["stop"] * 4
        return [*can, "interrupt"]

    def move(self) -> None:
        getattr(self, self.draw(st.sampled_from(self.moves())))()

    def say(self) -> None:
        text, recorded = f"say {next(self.numbers)}", self.draw(st.booleans())
        self.script.add(SayRequested, self.pass_time(), text=text, recorded=recorded)
        self.speeches += 1
        # The order in which texts are asked for is the order in which they are spoken; what the
        # LLM has not answered yet would come first.
        if self.asked:
            self.answer()
        self.waiting.append((text, recorded))

    def error(self) -> None:
        source = self.draw(st.sampled_from(list(ErrorSource)))
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

    def user_speaks(self) -> None:
        at = self.pass_time()
        self.speaking = True
        self.script.add(UserSpeechStarted, at, onset=at - 0.0625)
        if self.playing is not None or self.asked or self.tools:
            self.interrupt()

    def user_stops(self) -> None:
        at = self.pass_time()
        self.speaking = False
        self.script.add(UserSpeechStopped, at, end=at - 0.0625)

    def word(self) -> None:
        word, final = f"w{next(self.numbers)}", self.draw(st.booleans())
        self.script.hears(self.pass_time(), word, final=final)
        if final:
            self.words.append(word)
            self.said.append(word)

    def turn(self) -> None:
        if self.playing is not None or self.waiting or self.asked or self.tools:
            self.interrupt()
        # The end of turn is declared half a second after the end of speech, or later.
        self.now += 0.5
        text, self.words = " ".join(self.words), []
        if self.draw(st.booleans()):
            self.script.add(UserTurnEnded, self.now, text=text)
            self.go_on_after_a_cut_hook()
            return
        hook = self.draw(st.sampled_from([0.0, 0.25]))
        refused = self.draw(st.sampled_from([False, False, True]))
        self.script.turn_ends(self.now, text, hook=hook, refused=refused)
        self.now += hook
        if refused:
            self.refused = True
            self.said = [word for word in self.said if word not in text.split()]
        else:
            self.ask()

    def go_on_after_a_cut_hook(self) -> None:
        """The hook was cut off: nothing was announced, and the turn goes on with more words."""
        self.script.interrupts(self.pass_time())
        word = f"w{next(self.numbers)}"
        self.said.append(word)
        self.script.hears(self.pass_time(), word)
        self.now += 0.5
        self.script.turn_ends(self.now, word)
        self.ask()

    def ask(self, *, continues: bool = False) -> None:
        self.script.add(ReplyRequested, self.pass_time(), continues=continues)
        self.asked, self.unspoken = True, False
        self.speeches += not continues

    def answer(self) -> None:
        text = f"reply {next(self.numbers)}"
        self.script.add(LLMFirstToken, self.pass_time())
        self.script.add(LLMAnswered, self.pass_time(), characters=len(text))
        self.asked = False
        if not self.unspoken:
            self.waiting.append((text, True))

    def silent_answer(self) -> None:
        self.script.add(LLMAnswered, self.pass_time(), characters=0)
        self.asked = False

    def call_tools(self) -> None:
        prefix = f"batch{next(self.numbers)}"
        names = ["a", "b"][: self.draw(st.integers(1, 2))]
        self.script.add(LLMFirstToken, self.pass_time())
        self.script.tools(self.pass_time(), *names, prefix=prefix)
        self.now += 0.125
        self.tools += [f"{prefix} {number}" for number in range(len(names))]
        self.called += [f"{prefix}_{number}" for number in range(len(names))]
        if self.draw(st.booleans()):
            self.script.add(LLMAnswered, self.pass_time(), characters=0)
        else:
            text = f"preamble {next(self.numbers)}"
            self.script.add(LLMAnswered, self.pass_time(), characters=len(text))
            if not self.unspoken:
                self.waiting.append((text, True))
        self.asked = False

    def tool_ends(self) -> None:
        prefix, number = self.tools.pop().split()
        error = self.draw(st.booleans())
        self.script.tool_ends(self.pass_time(), int(number), prefix=prefix, is_error=error)
        if not self.tools and not self.asked:
            self.ask(continues=True)

    def play(self) -> None:
        self.playing = self.waiting.pop(0)
        self.script.add(TTSFirstAudio, self.pass_time())
        self.began = self.pass_time()
        self.script.add(PlaybackStarted, self.began)

    def stop(self) -> None:
        assert self.playing is not None
        text, recorded = self.playing
        signals = [(PlaybackStopped, {}), *([(AssistantText, {"text": text})] if recorded else [])]
        if self.draw(st.booleans()):
            signals.reverse()
        self.now += 0.5
        for kind, fields in signals:
            self.script.add(kind, self.pass_time(), **fields)
            if recorded and kind is PlaybackStopped:
                self.heard[text] = (self.began, self.now)
        self.playing = None

    def interrupt(self) -> None:
        self.script.add(Interrupted, self.pass_time())
        if self.playing is not None:
            text, recorded = self.playing
            self.script.add(PlaybackStopped, self.now)
            if recorded and self.draw(st.booleans()):
                self.script.add(AssistantText, self.now, text=text)
                self.heard[text] = (self.began, self.now)
        for tool in self.tools:
            prefix, number = tool.split()
            self.script.tool_is_cancelled(self.now, int(number), prefix=prefix)
        self.script.add(InterruptionSettled, self.now)
        self.waiting, self.tools, self.playing, self.asked = [], [], None, False

    def close(self) -> None:
        if self.playing is not None and self.playing[1]:
            self.script.add(AssistantText, self.pass_time(), text=self.playing[0])
        reason = self.draw(st.sampled_from(list(CloseReason)))
        self.script.close(self.pass_time(), reason)
        if self.playing is not None and self.playing[1]:
            self.heard[self.playing[0]] = (self.began, self.now)


@st.composite
def calls(draw: st.DrawFn) -> Line:
    line = Line(draw)
    for _ in range(draw(st.integers(0, 40))):
        line.move()
    line.close()
    return line


def heard_in(told: Told) -> list[tuple[str, float, float]]:
    """Each message of the bot, and when it was heard."""
    return sorted(
        (
            item["content"][0],
            item["metrics"]["started_speaking_at"] - T0,
            item["metrics"]["stopped_speaking_at"] - T0,
        )
        for item in told.items("assistant")
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls())
def test_any_call_makes_a_sound_report_that_tells_everything_once(line):
    told = Told(line.script.signals)
    despite = {UNHEARD}
    assert [finding for finding in check(told.logged) if finding.rule not in despite] == []
    assert heard_in(told) == sorted((text, *times) for text, times in line.heard.items())
    words = " ".join(item["content"][0] for item in told.items("user"))
    assert sorted(words.split()) == sorted(line.said)
    calls = [i for i in told.data["chat_history"]["items"] if i["type"] == "function_call"]
    assert sorted(call["call_id"] for call in calls) == sorted(line.called)
    assert sum(name.startswith("speech: ") for name in told.story) == line.speeches
    assert Told(through_json(line.script.signals)).data == told.data
    assert told.returned == told.recorder.timeline.events


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls(), st.randoms(use_true_random=False))
def test_signals_in_any_order_whatever_never_break_the_log(line, shuffler):
    signals = list(line.script.signals)
    *before, close = signals
    shuffler.shuffle(before)
    told = Told([*before, close])
    times = [event["created_at"] for event in told.data["events"]]
    assert times == sorted(times)
    assert [event["type"] for event in told.data["events"]].count("close") == 1
