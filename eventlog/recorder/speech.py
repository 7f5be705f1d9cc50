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
    """The user's turn that a reply answers: the id of its item and the marks of its delays."""

    item_id: str
    stopped_at: float | None
    marks: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])


@dataclass
class Speech:
    """One handle of the schema: everything the bot does from one `speech_created` on."""

    source: SpeechSource
    answers: AnsweredTurn | None = None
    batch: ToolBatch | None = None
    # What already happened on the way to the first audible word: (stage, time it was reached).
    marks: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    latency_taken: bool = False


@dataclass
class Utterance:
    """One message of the bot in the making."""

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

    @property
    def generated(self) -> bool:
        """Whether an LLM writes it, rather than whoever asked for it."""
        return self.speech.source is SpeechSource.GENERATE_REPLY

    @property
    def playing(self) -> bool:
        """Whether it is being heard now."""
        return self.started_at is not None and self.stopped_at is None

    def metrics(self) -> AssistantMetrics:
        """Work out the metrics of the bot's item (specification, section 4)."""
        text_began = self.first_token_at if self.generated else self.requested_at
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


def _known(at: float | None) -> float | UnsetType:
    return UNSET if at is None else at


def _between(start: float | None, end: float | None) -> float | UnsetType:
    if start is None or end is None or end < start:
        return UNSET
    return end - start
