"""What the recorder makes of the bot's mind: replies, their tools, and what it is doing.

How an utterance is heard, held and ended is `playback_side`'s, which replies are still to come is
`due_replies`'; what becomes of one that was asked for, and whether the bot thinks or listens when
nothing is heard, is decided here.
"""

from __future__ import annotations

from typing import Any

from eventlog.events import AgentState
from eventlog.recorder.agent_events import AgentEvents
from eventlog.recorder.due_replies import DueReplies
from eventlog.recorder.early_reply import EarlyReply
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.latency import step_marks
from eventlog.recorder.playback_side import PlaybackSide
from eventlog.recorder.serving import Serving
from eventlog.recorder.speech import AnsweredTurn, Speech, ToolBatch, Utterance
from eventlog.recorder.timeline import Timeline
from eventlog.recorder.tools import ToolSide
from eventlog.recorder.utterances import Utterances
from eventlog.signals import (
    LLMAnswered,
    LLMFirstToken,
    PlaybackResumed,
    ReplyRequested,
    SayRequested,
    SpeechSource,
    ToolsRequested,
    TTSFirstAudio,
)


class AgentSide:
    """Folds the bot's signals into the timeline."""

    def __init__(self, timeline: Timeline, ids: ItemIds, serving: Serving) -> None:
        self._timeline = timeline
        self._serving = serving
        self.events = AgentEvents(timeline, ids)
        self.tools = ToolSide(timeline, ids)
        self.due = DueReplies(self.events, self.tools)
        self._utterances = Utterances()
        self.early = EarlyReply(self.events, self._utterances)
        self.playback = PlaybackSide(self.events, self._utterances, self._finish)
        self._resuming = False
        self._cut_at = float("inf")

    @property
    def turns(self) -> list[dict[str, Any]]:
        """What each answered turn waited for so far: the entries of `parley.turns`."""
        return self.events.turns

    @property
    def requests(self) -> dict[str, str]:
        """The LLM's request that a message or a tool call answers, by the id of the item."""
        return self.events.requests | self.tools.requests

    def say(self, signal: SayRequested) -> None:
        """Announce a text that needs no LLM."""
        speech = self.events.speech(
            SpeechSource.SAY, signal.at, user_initiated=signal.user_initiated
        )
        self._utterances.add(
            Utterance(
                speech,
                signal.at,
                recorded=signal.recorded,
                requested_at=signal.at,
                interruptible=signal.interruptible,
                asked_text=signal.text,
            )
        )

    def answer(self, turn: AnsweredTurn, at: float) -> None:
        """Name the turn that the announced reply answers; from here on the bot is thinking."""
        self.due.answer(turn)
        if self.events.state is not AgentState.SPEAKING:
            self.events.think(at)

    def answer_unasked(self, at: float) -> Speech:
        """Begin the reply of a model that heard the turn itself, and return it."""
        speech = self.due.announce(at)
        self.reply_requested(ReplyRequested(at=at))
        return speech

    def reply_requested(self, signal: ReplyRequested) -> None:
        """The LLM was asked: for the announced reply, after tools, early, or out of the blue."""
        if signal.preemptive:
            self.early.begin(signal.at)
            return
        speech = self.due.take(signal)
        if self.events.state is not AgentState.SPEAKING:
            self.events.become(AgentState.THINKING, signal.at)
        created_at = self._timeline.moment(signal.at)
        self._utterances.add(Utterance(speech, created_at, requested_at=signal.at))

    def first_token(self, signal: LLMFirstToken) -> None:
        """The LLM's answer begins."""
        utterance = self._utterances.first_in_the_making(
            lambda u: u.generated and u.first_token_at is None
        )
        if utterance is not None:
            utterance.first_token_at, utterance.request = signal.at, signal.request
            utterance.llm = self._serving.who("llm")

    def answered(self, signal: LLMAnswered) -> None:
        """The LLM's answer is complete; one without text is never heard."""
        utterance = self._utterances.first_in_the_making(lambda u: u.generated and not u.answered)
        if utterance is None:
            return
        utterance.answered, utterance.silent = True, not signal.characters
        if utterance is not self._utterances.attempt:
            self._answer_complete(utterance, signal.at)

    def _answer_complete(self, utterance: Utterance, at: float) -> None:
        if not utterance.silent:
            if utterance.unspoken:
                self._rest_unless_heard(at)
            return
        self._utterances.remove(utterance)
        to_be_heard = any(not u.unspoken for u in self._utterances)
        if utterance.speech.batch is None and not to_be_heard and self.due.announced is None:
            self._rest(at)
            return
        if utterance.speech.batch is not None:
            self.due.continuing = utterance.speech
            utterance.speech.marks += step_marks(utterance)
        self.tools_settled(at)

    def first_audio(self, signal: TTSFirstAudio) -> None:
        """The TTS gave the first audio of an utterance."""
        utterance = self._utterances.sounds_next(signal.text)
        if utterance is not None:
            utterance.first_audio_at = signal.at
            utterance.tts = self._serving.who("tts")

    def unspoken(self, at: float) -> None:
        """The TTS failed: the bot no longer thinks of a reply whose audio may never come."""
        utterance = self._utterances.unheard
        if utterance is None or utterance.first_audio_at is not None:
            return
        utterance.unspoken = True
        if utterance.answered or not utterance.generated:
            self._rest_unless_heard(at)
            # Tools that were to follow it have nothing to wait for.
            self.tools_settled(at)

    def answer_early(self, turn: AnsweredTurn, at: float) -> None:
        """Let the reply that was begun early answer `turn`; from here on it may be heard."""
        utterance = self.early.release(self._timeline.moment(at))
        if utterance is None:
            return
        utterance.speech.answers = turn
        if self.events.state is not AgentState.SPEAKING:
            self.events.think(at)
        if utterance.answered:
            self._answer_complete(utterance, at)

    def reply_discarded(self) -> None:
        """The reply begun early will not be given: a turn that was to have it gets another one."""
        self.due.announced = self.early.withdraw() or self.due.announced

    def resumed(self, signal: PlaybackResumed) -> None:
        """What was held goes on: the bot speaks if there is sound, and thinks if some is due."""
        if self.playback.resumed(signal.at):
            self._go_on(signal.at)
            # What follows on what was over already goes on itself, without being thought about.
            self._resuming = True
            self.playback.end_what_is_out(signal.at)
            self._resuming = False
            self._go_on(signal.at)

    def _go_on(self, at: float) -> None:
        begun = any(u.started_at is not None and not u.interrupted for u in self._utterances)
        if begun or self._utterances.audio_is_ready:
            self.events.become(AgentState.SPEAKING, at)
        elif self._awaited or self.due.continuing is not None:
            self.events.become(AgentState.THINKING, at)

    def interrupted(self, at: float) -> None:
        """Call off everything; what is being heard waits for the text that was heard."""
        self._cut_at = at
        self.early.discard()
        self.due.drop()
        self.tools.release()
        self._utterances.keep(lambda u: u.started_at is not None or not u.interruptible)
        was_held = self.playback.cut(at)
        if not any(u.started_at is not None for u in self._utterances):
            self.events.rest(at)
        elif was_held:
            self._go_on(at)

    def settled(self, at: float) -> None:
        """An interruption is through: what was asked while it was on its way went with it.

        No answer is complete in those milliseconds; one that ended in them was called off.
        """
        self.playback.settle(at)
        gone = [u for u in self._utterances if self._was_called_off(u)]
        for utterance in gone:
            self._utterances.remove(utterance)
        if gone and not self._utterances:
            self._rest(at)

    def _was_called_off(self, utterance: Utterance) -> bool:
        unheard = utterance.first_audio_at is None and utterance.started_at is None
        asked_at = utterance.requested_at
        asked_meanwhile = asked_at is not None and asked_at >= self._cut_at
        return utterance.generated and unheard and utterance.answered and asked_meanwhile

    def close(self, at: float) -> None:
        """Tell what was being said when the call ended; from there on the bot does nothing."""
        self.playback.close(at)
        self._utterances.clear()
        self.tools.abandon(at)
        self.events.rest(at)

    def tools_requested(self, signal: ToolsRequested) -> None:
        """A batch of tools belongs to the reply whose answer is under way."""
        utterance = self._utterances.first_in_the_making(lambda u: u.generated and not u.answered)
        if utterance is not None and utterance.first_token_at is None:
            utterance.first_token_at, utterance.request = signal.at, signal.request
        self.tools.requested(signal, utterance.speech if utterance else self.due.continuing)

    def tools_settled(self, at: float) -> None:
        """Tell the batches whose last tool has ended, each after its spoken preamble."""
        for batch in self.tools.settled:
            if self._preamble_lasts(batch):
                continue
            if self.tools.tell(batch, at) and batch.speech is not None:
                self._tools_answered(batch, batch.speech, at)

    def _tools_answered(self, batch: ToolBatch, speech: Speech, at: float) -> None:
        speech.marks.append(("tools", at))
        if any(u.speech is speech and not u.unspoken for u in self._utterances):
            return
        if batch.answered_by_llm:
            self.due.continuing = speech
            return
        if self.due.continuing is speech:
            self.due.continuing = None
        if not self._utterances:
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

    def _finish(self, utterance: Utterance, at: float) -> None:
        self._utterances.remove(utterance)
        if utterance.recorded and utterance.text:
            self.events.message(utterance, at)
        if self._utterances.heard:
            return
        if utterance.speech.batch is not None:
            utterance.speech.latency_taken = True
        if utterance.speech.batch is None or self._resuming:
            self._rest(at)
        else:
            self.events.become(AgentState.THINKING, at)
        self.tools_settled(at)

    def _rest_unless_heard(self, at: float) -> None:
        if not self._utterances.heard:
            self._rest(at)

    def _rest(self, at: float) -> None:
        self.events.become(AgentState.LISTENING, at)
        if self._awaited and not self._resuming:
            self.events.become(AgentState.THINKING, at)

    @property
    def _awaited(self) -> bool:
        """Whether there will be something to say that no sound is known of yet."""
        waiting = any(
            u.generated and not u.unspoken and not u.interrupted for u in self._utterances
        )
        return waiting or self.due.announced is not None or self.tools.awaited
