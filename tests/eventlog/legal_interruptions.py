"""The moves of a legal call that stop the bot: it is held, goes on, or is cut."""

from __future__ import annotations

from hypothesis import strategies as st

from eventlog.signals import (
    AssistantText,
    FalseInterruption,
    Interrupted,
    InterruptionSettled,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
)


class Interruptions:
    """A part of `legal_call.Call`, which has the state."""

    def interruption_moves(self) -> list[str]:
        can = ["interrupt"]
        if self.cut_for_nothing and not self.busy:
            can += ["was_false"] * 2
        if not self.paused and self.busy and not self.uncuttable:
            can += ["pause"] * (6 if self.playing else 2)
        if self.paused:
            can += ["resume"] * 4
            if self.playing is not None and not self.playing.silent:
                can += ["fall_silent"] * 2
                # Of what has no text only an output that stops soon tells that it is over.
                if self.playing.recorded or self.now - self.silent_at <= 0.5:
                    can += ["end_in_pause"] * 2
        return can

    def pause(self) -> None:
        silence = self.draw(st.sampled_from([0.0, 0.03125, 0.0625]))
        self.silent_at = self.pass_time() + silence
        self.script.pauses(self.now, silent=silence)

    def fall_silent(self) -> None:
        """No audio comes, so that the output declares the bot silent after three seconds."""
        self.now = max(self.now, self.silent_at) + 3
        self.script.add(PlaybackStopped, self.now)
        self.playing.silent = True

    def end_in_pause(self) -> None:
        """All of it was handed out before the pause."""
        self.playing.silent = True
        signals = [(PlaybackStopped, {})]
        if self.playing.recorded:
            signals.append((AssistantText, {"text": self.playing.text}))
        if self.draw(st.booleans()):
            signals.reverse()
        self.now = max(self.now, self.silent_at)
        for kind, fields in signals:
            self.script.add(kind, self.now, **fields)
        self.playing.text_given = True

    def resume(self) -> None:
        line, silent_at, self.silent_at = self.playing, self.silent_at, None
        if line is not None and line.silent and line.text_given:
            self.playing = None
            if line.recorded:
                self.heard[line.text] = (line.began, silent_at)
        ready = self.playing is None and bool(self.waiting) and self.waiting[0].has_audio
        self.script.add(PlaybackResumed, self.pass_time())
        if ready or self.draw(st.integers(0, 3)):
            self.script.add(FalseInterruption, self.now, resumed=True)
            self.false_interruptions += 1
        self.now += 0.0625
        if ready:
            self.playing = self.waiting.pop(0)
            self.playing.began = self.now
            self.script.add(PlaybackStarted, self.now)
        elif self.playing is not None and self.playing.silent:
            self.playing.silent = False
            self.script.add(PlaybackStarted, self.now)

    def interrupt(self) -> None:
        self.script.add(Interrupted, self.pass_time())
        self.early = None
        self.cut_for_nothing = False
        if self.playing is not None and self.playing.interruptible:
            self.cut_for_nothing = not self.paused
            self.cut()
        for tool in self.tools:
            prefix, number = tool.split()
            self.script.tool_is_cancelled(self.now, int(number), prefix=prefix)
        self.script.add(InterruptionSettled, self.now)
        self.waiting = [line for line in self.waiting if not line.interruptible]
        self.tools, self.asked, self.withdrawable, self.silent_at = [], False, False, None

    def cut(self) -> None:
        line, self.playing = self.playing, None
        silent_at = self.now if self.silent_at is None else min(self.silent_at, self.now)
        if not self.paused or (not line.silent and self.draw(st.booleans())):
            self.script.add(PlaybackStopped, self.now)
        if line.recorded and not line.text_given and self.draw(st.booleans()):
            self.script.add(AssistantText, self.now, text=line.text)
            line.text_given = True
        if line.recorded and line.text_given:
            self.heard[line.text] = (line.began, silent_at)

    def was_false(self) -> None:
        self.script.add(FalseInterruption, self.pass_time(), resumed=False)
        self.cut_for_nothing = False
        self.false_interruptions += 1
