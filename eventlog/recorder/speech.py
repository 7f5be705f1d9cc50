"""The bot's side: a speech is one reply or one `say`, an utterance one message within it.

A reply has several utterances when tools are called: a preamble before the tools, the answer after
them. Times are epoch seconds and None until known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import UNSET, UnsetType

from eventlog.items import AssistantMetrics
from eventlog.signals import SpeechSource, ToolCall


@dataclass
class ToolRun:
    """One tool call and what became of it."""

    call: ToolCall
    started_at: float
    output: str | None = None
    is_error: bool = False
    finished_at: float | None = None
    answered_by_llm: bool = True


@dataclass
class ToolBatch:
    """The tool calls of one step of the LLM."""

    runs: list[ToolRun]
    requested_at: float
    # The reply that asked for the tools, None if nobody knows which one did.
    speech: Speech | None = None
    # The request that the LLM answered with them, None if nobody knows which one it was.
    request: str | None = None

    @property
    def settled(self) -> bool:
        """Whether every tool of the batch has ended."""
        return all(run.finished_at is not None for run in self.runs)

    @property
    def answered_by_llm(self) -> bool:
        """Whether the LLM is asked again with what the tools gave back."""
        return any(run.answered_by_llm for run in self.runs)

    def run(self, call_id: str) -> ToolRun | None:
        """Return the run with this id, None if the batch does not have it."""
        return next((run for run in self.runs if run.call.call_id == call_id), None)


@dataclass
class AnsweredTurn:
    """The user's turn that a reply answers: the id of its item and the marks of its delays.

    `stt` is the provider that transcribed it, `realtime` the one that heard and answered it.
    """

    item_id: str
    stopped_at: float | None
    marks: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    stt: str | None = None
    realtime: str | None = None


@dataclass
class Speech:
    """One handle of the schema: everything the bot does from one `speech_created` on.

    `agent_id` is the agent that had the call when it was announced.
    """

    source: SpeechSource
    agent_id: str = ""
    answers: AnsweredTurn | None = None
    batch: ToolBatch | None = None
    # What already happened on the way to the first audible word: (stage, time it was reached).
    marks: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    latency_taken: bool = False


@dataclass(eq=False)
class Utterance:
    """One message of the bot in the making.

    `asked_text` is what a `say` asked for, None for what an LLM writes; `released_at` is when a
    reply that was begun early was let out to be spoken; `quiet_since` is the last sound before a
    pause in which the output declared the bot silent, and None again when more is heard; `llm` and
    `tts` are the providers that wrote and spoke it, and `request` is what the LLM answered with it.
    """

    speech: Speech
    created_at: float
    recorded: bool = True
    requested_at: float | None = None
    first_token_at: float | None = None
    first_audio_at: float | None = None
    started_at: float | None = None
    stopped_at: float | None = None
    text: str | None = None
    interrupted: bool = False
    answered: bool = False
    unspoken: bool = False
    silent: bool = False
    interruptible: bool = True
    asked_text: str | None = None
    released_at: float | None = None
    quiet_since: float | None = None
    llm: str | None = None
    tts: str | None = None
    request: str | None = None

    @property
    def generated(self) -> bool:
        """Whether an LLM writes it, rather than whoever asked for it."""
        return self.speech.source is SpeechSource.GENERATE_REPLY

    @property
    def playing(self) -> bool:
        """Whether it has begun to be heard and has not ended; it may be held."""
        return self.started_at is not None and self.stopped_at is None

    @property
    def quiet(self) -> bool:
        """Whether the output fell silent in a pause, and has not been heard again since."""
        return self.playing and self.quiet_since is not None

    @property
    def sounding(self) -> bool:
        """Whether it has begun to be heard and the output has not fallen silent."""
        return self.playing and self.quiet_since is None

    @property
    def all_out(self) -> bool:
        """Whether it is quiet and nothing more of it will be heard: its text came after it."""
        return self.quiet and self.text is not None

    def silent_by(self, at: float) -> float:
        """Return when its last sound was heard, at the latest `at` (epoch seconds)."""
        known = self.stopped_at if self.quiet_since is None else self.quiet_since
        return max(at if known is None else min(known, at), self.started_at or at)

    def cut(self, at: float, silent_at: float | None) -> None:
        """Mark it as cut at `at`; `silent_at` is when it fell silent, if it has already."""
        self.interrupted = True
        if self.quiet_since is None:
            self.quiet_since = silent_at
        if self.quiet_since is not None:
            self.stopped_at = self.silent_by(at)

    def metrics(self) -> AssistantMetrics:
        """Work out the metrics of the bot's item (specification, section 4)."""
        text_began = self._text_began() if self.generated else self.requested_at
        metrics = AssistantMetrics(
            started_speaking_at=_known(self.started_at),
            stopped_speaking_at=_known(self.stopped_at),
            tts_node_ttfb=_between(text_began, self.first_audio_at),
        )
        if self.generated:
            metrics.llm_node_ttft = _between(self.requested_at, self.first_token_at)
        answers = self.speech.answers
        if answers and not self.speech.latency_taken:
            metrics.e2e_latency = _between(answers.stopped_at, self.started_at)
        return metrics

    def _text_began(self) -> float | None:
        # The text of a reply that was begun early is kept from the TTS until it is let out.
        if self.first_token_at is None or self.released_at is None:
            return self.first_token_at
        return max(self.first_token_at, self.released_at)


def _known(at: float | None) -> float | UnsetType:
    return UNSET if at is None else at


def _between(start: float | None, end: float | None) -> float | UnsetType:
    if start is None or end is None or end < start:
        return UNSET
    return end - start
