"""What the recorder makes of the bot's voice: what is heard, held, goes on, and ends.

A pause is not an end. While one lasts the output may declare the bot silent, since no audio comes;
the utterance is then quiet, and only words tell whether it was over: its text comes when all of its
audio has been handed out. What turned out to be over is told when the pause has been, so that the
log never has the bot finish a sentence while it is listening.
"""

from __future__ import annotations

from collections.abc import Callable

from eventlog.events import AgentState
from eventlog.recorder.agent_events import AgentEvents
from eventlog.recorder.speech import Utterance
from eventlog.recorder.utterances import Utterances
from eventlog.signals import (
    AssistantText,
    PlaybackPaused,
    PlaybackStarted,
    PlaybackStopped,
    SpeechSource,
)

# Seconds into an utterance within which the text of the one before it may still come in.
TEXT_DUE = 0.25
# Seconds within which the output declares the bot silent if audio ends; if it only fails to come,
# that takes the output three.
_RAN_OUT = 1.0
# Seconds after the end of a pause within which audio that was held is heard again.
_RESTART_DUE = 1.0


class PlaybackSide:
    """Folds the signals of the bot's voice into the timeline.

    Args:
        events: Where events are told.
        utterances: What the bot is saying and is still to say.
        finish: Told which utterance is over, and when (epoch seconds).
    """

    def __init__(
        self,
        events: AgentEvents,
        utterances: Utterances,
        finish: Callable[[Utterance, float], None],
    ) -> None:
        self._events = events
        self._utterances = utterances
        self._finish = finish
        self._pause: PlaybackPaused | None = None
        self._resumed_at = float("-inf")
        # When the latest utterance ended: what waited behind it is permitted to play from there.
        self._free_at = 0.0

    def started(self, signal: PlaybackStarted) -> None:
        """The bot is heard; audio that nobody announced is a speech all the same."""
        if self._goes_on(signal.at):
            return
        utterance = self._utterances.unheard
        if utterance is None:
            speech = self._events.speech(SpeechSource.SAY, signal.at, user_initiated=True)
            utterance = Utterance(speech, signal.at)
            self._utterances.add(utterance)
        utterance.started_at = signal.at
        utterance.created_at = max(utterance.created_at, min(self._free_at, signal.at))
        self._events.become(AgentState.SPEAKING, signal.at)

    def text_known(self, signal: AssistantText) -> None:
        """The text of an utterance, as the LLM's context has it."""
        sounding = self._utterances.first(lambda u: u.sounding)
        if sounding is not None and _lasted(sounding, signal.at) > TEXT_DUE:
            self._give_up_ended(signal.at)
        utterance = self._utterances.first(
            lambda u: u.text is None and u.recorded and u.started_at is not None
        )
        if utterance is None:
            return
        utterance.text = signal.text
        if self._pause is not None and not utterance.interrupted:
            self._put_off(utterance)
        elif utterance.stopped_at is not None or utterance.quiet:
            self._end(utterance, signal.at)

    def stopped(self, signal: PlaybackStopped) -> None:
        """The audio ended; the utterance ends as soon as its text is known."""
        utterance = self._utterances.first(lambda u: u.sounding)
        if self._pause is not None:
            if utterance is not None:
                self._fall_silent(utterance, self._pause.silent_at, signal.at)
            return
        utterance = utterance or self._utterances.first(lambda u: u.playing)
        if utterance is None or _lasted(utterance, signal.at) < 0:
            return
        self._give_up_ended(signal.at)
        utterance.stopped_at = utterance.silent_by(signal.at)
        self._free_at = signal.at
        if utterance.text is not None or not utterance.recorded:
            self._finish(utterance, signal.at)

    def paused(self, signal: PlaybackPaused) -> None:
        """What is heard or thought of is held; the bot listens until that is over."""
        self._pause = self._pause or signal
        self._events.hold(signal.at)

    def resumed(self, at: float) -> bool:
        """What was held goes on; whether anything was."""
        was_paused = self._pause is not None
        if was_paused:
            self._resumed_at = at
        self._lift()
        return was_paused

    def end_what_is_out(self, at: float) -> None:
        """Tell what turned out to be over while it was held."""
        for utterance in self._utterances:
            if utterance.all_out:
                self._end(utterance, at)

    def cut(self, at: float) -> bool:
        """Cut what is heard, so that it only waits for the text that was; whether it was held."""
        pause = self._pause
        self._lift()
        for utterance in self._utterances:
            if utterance.started_at is None or not utterance.interruptible:
                continue
            if utterance.stopped_at is None:
                utterance.cut(at, pause.silent_at if pause else None)
            elif pause is not None:
                # The log has the bot listening already, as if its last word were still to come.
                utterance.interrupted = True
        return pause is not None

    def settle(self, at: float, *, cut: bool = True) -> None:
        """Finish what has ended: no more of its text will come.

        Without a cut, the text of what has ended only just may still be on its way.
        """
        for utterance in self._utterances:
            over = self._pause is None and (utterance.stopped_at is not None or utterance.quiet)
            if not over and not utterance.interrupted:
                continue
            is_cut = utterance.interrupted or (cut and utterance.interruptible)
            if is_cut or utterance.silent_by(at) < at - TEXT_DUE:
                self._end(utterance, at)

    def close(self, at: float) -> None:
        """Tell what was being said when the call ended."""
        for utterance in self._utterances:
            if utterance.started_at is None or not utterance.recorded or not utterance.text:
                continue
            if utterance.stopped_at is None:
                utterance.cut(at, self._pause.silent_at if self._pause else at)
            self._events.message(utterance, at)

    def _goes_on(self, at: float) -> bool:
        return self._goes_on_after_pause(at) or self._goes_on_after_gap()

    def _goes_on_after_pause(self, at: float) -> bool:
        held = [utterance for utterance in self._utterances if utterance.playing]
        if not held:
            return False
        latest = held[-1]
        restarts = self._pause is not None or at - self._resumed_at <= _RESTART_DUE
        goes_on = restarts or (latest.quiet and latest.recorded)
        if goes_on:
            latest.quiet_since = None
        elif latest.quiet:
            self._end(latest, at)
        return goes_on

    def _goes_on_after_gap(self) -> bool:
        # An LLM or a TTS slower than speech leaves a gap between two sentences, in which the output
        # declares the bot silent. Until the text is known, the utterance is not over.
        ended = self._utterances.first(
            lambda u: u.stopped_at is not None and u.text is None and u.recorded and u.generated
        )
        if ended is None or ended.interrupted:
            return False
        if ended.answered and self._utterances.unheard is not None:
            return False
        ended.stopped_at = None
        return True

    def _give_up_ended(self, at: float) -> None:
        """Finish what ended before the utterance that is being heard: its text never came."""
        for ended in self._utterances:
            if ended.stopped_at is not None:
                self._finish(ended, at)

    def _fall_silent(self, utterance: Utterance, silent_at: float, at: float) -> None:
        utterance.quiet_since = silent_at
        if not utterance.recorded and at - silent_at <= _RAN_OUT:
            # Its text never comes, but the output did not have to wait for its audio.
            utterance.text = ""

    def _put_off(self, utterance: Utterance) -> None:
        if utterance.stopped_at is not None:
            utterance.quiet_since, utterance.stopped_at = utterance.stopped_at, None

    def _end(self, utterance: Utterance, at: float) -> None:
        if utterance.stopped_at is None:
            utterance.stopped_at = utterance.silent_by(at)
            self._free_at = at
        self._finish(utterance, at)

    def _lift(self) -> None:
        self._pause = None
        self._events.release()


def _lasted(utterance: Utterance, at: float) -> float:
    return 0.0 if utterance.started_at is None else at - utterance.started_at
