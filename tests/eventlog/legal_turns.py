"""The moves of a legal call that make the user's turns: spoken, typed, dropped, answered early."""

from __future__ import annotations

from hypothesis import strategies as st

from eventlog.signals import (
    LLMAnswered,
    LLMFirstToken,
    ReplyDiscarded,
    ReplyRequested,
    TextReceived,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnDropped,
    UserTurnEnded,
)


class Turns:
    """A part of `legal_call.Call`, which has the state."""

    def turn_moves(self) -> list[str]:
        can = ["user_stops"] if self.speaking else ["user_speaks"] * 3
        can += ["word"] * 3 if self.speaking or self.words else []
        if self.words and not self.speaking and not self.uncuttable:
            can += ["turn"] * 6
        if self.words and not self.busy:
            can += ["begin_early"] * 3
        if self.early is not None:
            can += ["go_on_early"] * 3 + ["discard_early"]
        if self.withdrawable:
            can += ["withdraw_early"] * 2
        can += ["drop"] if self.words else []
        if not self.speaking and not self.busy:
            can += ["whole_turn"] * 4
        return [*can, "type_text"]

    def user_speaks(self) -> None:
        at = self.pass_time()
        self.speaking = True
        self.script.add(UserSpeechStarted, at, onset=at - 0.0625)
        # What the bot is about is cut at once, held, or let be.
        if self.busy and not self.paused and not self.draw(st.integers(0, 3)):
            self.interrupt()

    def user_stops(self) -> None:
        at = self.pass_time()
        self.speaking = False
        self.script.add(UserSpeechStopped, at, end=at - 0.0625)

    def word(self) -> None:
        self.transcribe(final=self.draw(st.integers(0, 3)) > 0)

    def transcribe(self, *, final: bool) -> None:
        word = f"w{next(self.numbers)}"
        self.script.hears(self.pass_time(), word, final=final)
        self.interim = None if final else (word, self.now)
        if final:
            self.words.append(word)
            self.said.append(word)
            self.cut_for_nothing = False
            # Held is only what may have been interrupted for nothing. Over what is heard or
            # thought of, words may be too few to cut it.
            if self.paused or (self.waiting and not (self.playing or self.asked or self.tools)):
                self.interrupt()
                self.cut_for_nothing = False

    def whole_turn(self) -> None:
        """What most turns are; the reply to it may be begun early."""
        self.user_speaks()
        self.user_stops()
        self.transcribe(final=True)
        for _ in range(self.draw(st.integers(0, 2))):
            self.begin_early()
            for _ in range(self.draw(st.integers(0, 2))):
                self.go_on_early()
        self.turn()

    def drop(self) -> None:
        self.script.add(UserTurnDropped, self.pass_time())
        self.said = [word for word in self.said if word not in self.words]
        self.words, self.early, self.interim = [], None, None

    def turn(self) -> None:
        if self.busy:
            self.interrupt()
        early = self.early
        # The end of turn is declared half a second after the end of speech, or later.
        self.now += 0.5
        text, self.words, self.interim = " ".join(self.words), [], None
        self.cut_for_nothing = False
        if early is None and self.draw(st.booleans()):
            self.script.add(UserTurnEnded, self.now, text=text)
            self.go_on_after_a_cut_hook()
            return
        hook = self.draw(st.sampled_from([0.0, 0.25]))
        refused = self.draw(st.sampled_from([False, False, True]))
        preempted = early is not None and not refused and self.draw(st.integers(0, 3)) > 0
        self.script.add(UserTurnEnded, self.now, text=text)
        if hook and not refused and self.draw(st.booleans()):
            # A noise while the hook runs holds the reply before there is one.
            self.silent_at = self.now
            self.script.pauses(self.now, silent=0)
        self.now += hook
        ends = {"hook": hook, "refused": refused, "preempted": preempted}
        self.script.add(UserTurnCompleted, self.now, **ends)
        self.early = None
        if refused:
            self.said = [word for word in self.said if word not in text.split()]
        elif preempted:
            self.answer_early(early)
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

    def type_text(self) -> None:
        if self.busy:
            self.interrupt()
        word = f"t{next(self.numbers)}"
        self.said.append(word)
        self.script.add(TextReceived, self.pass_time(), text=word)
        self.script.add(UserTurnCompleted, self.now, hook=0.0)
        self.early, self.cut_for_nothing = None, False
        self.ask()

    def begin_early(self) -> None:
        """Ask the LLM now; an earlier attempt is replaced."""
        self.script.add(ReplyRequested, self.pass_time(), preemptive=True)
        self.speeches += 1
        self.early, self.early_text = "asked", ""

    def go_on_early(self) -> None:
        if self.early == "asked":
            self.script.add(LLMFirstToken, self.pass_time())
            self.early = "begun"
        elif self.early == "begun":
            self.early_text = f"reply {next(self.numbers)}" if self.draw(st.booleans()) else ""
            self.script.add(LLMAnswered, self.pass_time(), characters=len(self.early_text))
            self.early = "answered"

    def discard_early(self) -> None:
        self.script.add(ReplyDiscarded, self.pass_time())
        self.early = None

    def answer_early(self, early: str) -> None:
        """The turn was completed with what was begun."""
        self.unspoken = False
        if early != "answered":
            self.asked, self.withdrawable = True, True
            # Its first token came already, or comes with its answer.
        elif self.early_text:
            self.answered(self.early_text)

    def withdraw_early(self) -> None:
        """The LLM wants a tool, and is asked once more."""
        self.script.add(ReplyDiscarded, self.pass_time())
        self.script.add(ReplyRequested, self.pass_time())
        self.withdrawable = False
