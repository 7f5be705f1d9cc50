"""What the recorder makes of the bot: states, speeches, and the item of each utterance.

Utterances are spoken in the order in which they were asked for, so the signals of the LLM, the TTS
and the playback need no ids: each belongs to the oldest utterance that still waits for it.
"""

from __future__ import annotations

from collections.abc import Callable

from eventlog.events import AgentState
from eventlog.recorder.agent_events import AgentEvents
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.latency import step_marks
from eventlog.recorder.speech import AnsweredTurn, Speech, ToolBatch, Utterance
from eventlog.recorder.timeline import Timeline
from eventlog.recorder.tools import ToolSide
from eventlog.signals import (
    AssistantText,
    LLMAnswered,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    SpeechSource,
    ToolsRequested,
)

# Seconds into an utterance within which the text of the one before it may still come in.
_TEXT_DUE = 0.25


class AgentSide:
    """Folds the bot's signals into the timeline."""

    def __init__(self, timeline: Timeline, ids: ItemIds) -> None:
        self._timeline = timeline
        self.events = AgentEvents(timeline, ids)
        self.tools = ToolSide(timeline, ids)
        self._utterances: list[Utterance] = []
        # The reply that was announced and whose LLM request is still to come.
        self._announced: Speech | None = None
        # The reply that waits for its tools and will ask the LLM again.
        self._reply: Speech | None = None
        # When the latest utterance ended: what waited behind it is permitted to play from there.
        self._free_at = 0.0

    def say(self, signal: SayRequested) -> None:
        """Announce a text that needs no LLM."""
        speech = self.events.speech(
            SpeechSource.SAY, signal.at, user_initiated=signal.user_initiated
        )
        self._utterances.append(
            Utterance(speech, signal.at, recorded=signal.recorded, requested_at=signal.at)
        )

    def announce(self, at: float, *, user_initiated: bool = True) -> None:
        """Announce a reply; its LLM request follows."""
        self._announced = self.events.speech(
            SpeechSource.GENERATE_REPLY, at, user_initiated=user_initiated
        )

    def answer(self, turn: AnsweredTurn, at: float) -> None:
        """Name the turn that the announced reply answers; from here on the bot is thinking."""
        if self._announced is not None:
            self._announced.answers = turn
        if self.events.state is not AgentState.SPEAKING:
            self.events.become(AgentState.THINKING, at)

    def reply_requested(self, signal: ReplyRequested) -> None:
        """The LLM was asked: for the announced reply, after tools, or out of the blue."""
        continued = self._continued() if signal.continues else None
        if continued is not None:
            speech = continued
        elif self._announced is not None:
            speech = self._announced
        else:
            speech = self.events.speech(
                SpeechSource.GENERATE_REPLY, signal.at, user_initiated=signal.user_initiated
            )
        self._announced = self._reply = None
        if self.events.state is not AgentState.SPEAKING:
            self.events.become(AgentState.THINKING, signal.at)
        created_at = self._timeline.moment(signal.at)
        self._utterances.append(Utterance(speech, created_at, requested_at=signal.at))

    def first_token(self, at: float) -> None:
        """The LLM's answer begins."""
        utterance = self._oldest(lambda u: u.generated and u.first_token_at is None)
        if utterance is not None:
            utterance.first_token_at = at

    def answered(self, signal: LLMAnswered) -> None:
        """The LLM's answer is complete; one without text is never heard."""
        utterance = self._oldest(lambda u: u.generated and not u.answered)
        if utterance is None:
            return
        utterance.answered = True
        if signal.characters:
            if utterance.unspoken:
                self._rest_unless_playing(signal.at)
            return
        self._utterances.remove(utterance)
        if utterance.speech.batch is None and not self._utterances and self._announced is None:
            self._rest(signal.at)
            return
        if utterance.speech.batch is not None:
            self._reply = utterance.speech
            utterance.speech.marks += step_marks(utterance)
        self.tools_settled(signal.at)

    def first_audio(self, at: float) -> None:
        """The TTS gave the first audio of an utterance."""
        utterance = self._oldest(
            lambda u: u.first_audio_at is None and u.started_at is None and not u.unspoken
        )
        if utterance is not None:
            utterance.first_audio_at = at

    def unspoken(self, at: float) -> None:
        """The TTS failed: the bot no longer thinks of a reply whose audio may never come."""
        utterance = self._unheard()
        if utterance is None or utterance.first_audio_at is not None:
            return
        utterance.unspoken = True
        if utterance.answered or not utterance.generated:
            self._rest_unless_playing(at)

    def _unheard(self) -> Utterance | None:
        """Return the utterance whose audio comes next; one whose TTS failed comes last."""
        return self._oldest(lambda u: u.started_at is None and not u.unspoken) or self._oldest(
            lambda u: u.started_at is None
        )

    def playback_started(self, signal: PlaybackStarted) -> None:
        """The bot is heard; audio that nobody announced is a speech all the same."""
        if self._goes_on():
            return
        utterance = self._unheard()
        if utterance is None:
            speech = self.events.speech(SpeechSource.SAY, signal.at, user_initiated=True)
            utterance = Utterance(speech, signal.at)
            self._utterances.append(utterance)
        utterance.started_at = signal.at
        utterance.created_at = max(utterance.created_at, min(self._free_at, signal.at))
        self.events.become(AgentState.SPEAKING, signal.at)

    def _goes_on(self) -> bool:
        # An LLM or a TTS slower than speech leaves a gap between two sentences, in which the output
        # declares the bot silent. Until the text is known, the utterance is not over.
        paused = self._oldest(
            lambda u: u.stopped_at is not None and u.text is None and u.recorded and u.generated
        )
        if paused is None or paused.interrupted:
            return False
        if paused.answered and self._oldest(lambda u: u.started_at is None) is not None:
            return False
        paused.stopped_at = None
        return True

    def text_known(self, signal: AssistantText) -> None:
        """The text of an utterance, as the LLM's context has it."""
        playing = self._oldest(lambda u: u.playing)
        if playing is not None and _lasted(playing, signal.at) > _TEXT_DUE:
            self._give_up_ended(signal.at)
        utterance = self._oldest(
            lambda u: u.text is None and u.recorded and u.started_at is not None
        )
        if utterance is None:
            return
        utterance.text = signal.text
        if utterance.stopped_at is not None:
            self._finish(utterance, signal.at)

    def playback_stopped(self, signal: PlaybackStopped) -> None:
        """The audio ended; the utterance ends as soon as its text is known."""
        utterance = self._oldest(lambda u: u.playing)
        if utterance is None:
            return
        self._give_up_ended(signal.at)
        utterance.stopped_at = self._free_at = signal.at
        if utterance.text is not None or not utterance.recorded:
            self._finish(utterance, signal.at)

    def interrupted(self, at: float) -> None:
        """Call off everything; what is being heard waits for the text that was heard."""
        self._announced = self._reply = None
        self.tools.release()
        self._utterances = [u for u in self._utterances if u.started_at is not None]
        for utterance in self._utterances:
            utterance.interrupted = utterance.stopped_at is None
        if not self._utterances and self.events.state is AgentState.THINKING:
            self.events.become(AgentState.LISTENING, at)

    def settle(self, at: float) -> None:
        """Finish what was cut: no more of its text will come."""
        for utterance in list(self._utterances):
            if utterance.started_at is not None and (
                utterance.stopped_at is not None or utterance.interrupted
            ):
                utterance.stopped_at = utterance.stopped_at or at
                self._finish(utterance, at)

    def close(self, at: float) -> None:
        """Tell what was being said when the call ended; a close changes no state."""
        for utterance in list(self._utterances):
            if utterance.started_at is None or not utterance.recorded or not utterance.text:
                continue
            if utterance.stopped_at is None:
                utterance.interrupted = True
                utterance.stopped_at = at
            self.events.message(utterance, at)
        self._utterances = []
        self.tools.abandon(at)

    def _give_up_ended(self, at: float) -> None:
        """Finish what ended before the utterance that is being heard: its text never came."""
        for ended in [u for u in self._utterances if u.stopped_at is not None]:
            self._finish(ended, at)

    def tools_requested(self, signal: ToolsRequested) -> None:
        """A batch of tools belongs to the reply whose answer is under way."""
        utterance = self._oldest(lambda u: u.generated and not u.answered)
        if utterance is not None and utterance.first_token_at is None:
            utterance.first_token_at = signal.at
        self.tools.requested(signal, utterance.speech if utterance else self._reply)

    def tools_settled(self, at: float) -> None:
        """Tell the batches whose last tool has ended, each after its spoken preamble."""
        for batch in self.tools.settled:
            if self._preamble_lasts(batch):
                continue
            if self.tools.tell(batch, at) and batch.speech is not None:
                batch.speech.marks.append(("tools", at))
                waiting = any(u.speech is batch.speech for u in self._utterances)
                if not waiting and batch.answered_by_llm:
                    self._reply = batch.speech
                elif not waiting and not self._utterances:
                    self._rest(at)

    def _preamble_lasts(self, batch: ToolBatch) -> bool:
        # A quick tool is answered while the preamble is still being heard: that answer is not it.
        return any(
            u.speech is batch.speech
            and not u.unspoken
            and u.requested_at is not None
            and u.requested_at <= batch.requested_at
            for u in self._utterances
        )

    def _continued(self) -> Speech | None:
        """Return the reply that a request with tool results goes on with."""
        if self._reply is not None:
            return self._reply
        return next(
            (b.speech for b in self.tools.settled if b.speech and b.speech.batch is b), None
        )

    def _finish(self, utterance: Utterance, at: float) -> None:
        self._utterances.remove(utterance)
        if utterance.recorded and utterance.text:
            self.events.message(utterance, at)
        if any(u.playing for u in self._utterances):
            return
        if utterance.speech.batch is not None:
            utterance.speech.latency_taken = True
            self.events.become(AgentState.THINKING, at)
        else:
            self._rest(at)
        self.tools_settled(at)

    def _rest_unless_playing(self, at: float) -> None:
        if not any(u.playing for u in self._utterances):
            self._rest(at)

    def _rest(self, at: float) -> None:
        self.events.become(AgentState.LISTENING, at)
        waiting = any(u.generated and not u.unspoken for u in self._utterances)
        if waiting or self._announced is not None or self.tools.awaited:
            self.events.become(AgentState.THINKING, at)

    def _announce(self, source: SpeechSource, signal: SayRequested | ReplyRequested) -> Speech:
        return self.events.speech(source, signal.at, user_initiated=signal.user_initiated)

    def _oldest(self, waits: Callable[[Utterance], bool]) -> Utterance | None:
        return next((u for u in self._utterances if waits(u)), None)


def _lasted(utterance: Utterance, at: float) -> float:
    return 0.0 if utterance.started_at is None else at - utterance.started_at
