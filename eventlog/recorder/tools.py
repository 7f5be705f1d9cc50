"""What the recorder makes of tool calls: one event a batch, two items a call.

Batches may overlap: while a preamble is still being heard, a quick tool has ended and the LLM has
asked for the next ones; and a tool that outlives an interruption runs beside those of a new reply.
"""

from __future__ import annotations

from eventlog.events import FunctionToolsExecuted
from eventlog.items import FunctionCall, FunctionCallOutput
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.speech import Speech, ToolBatch, ToolRun
from eventlog.recorder.timeline import Timeline
from eventlog.signals import ToolFinished, ToolsRequested, ToolStarted

CANCELLED = "The call was cancelled before it ended"


class ToolSide:
    """Folds the signals of tools into the timeline.

    Attributes:
        requests: The LLM's request that was answered with a tool call, by the call's item.
    """

    def __init__(self, timeline: Timeline, ids: ItemIds) -> None:
        self._timeline = timeline
        self._ids = ids
        self._open: list[ToolBatch] = []
        self.requests: dict[str, str] = {}

    @property
    def running(self) -> bool:
        """Whether a tool is at work."""
        return any(not batch.settled for batch in self._open)

    @property
    def settled(self) -> list[ToolBatch]:
        """The batches whose tools have all ended and that are still to be told, oldest first."""
        return [batch for batch in self._open if batch.settled]

    @property
    def awaited(self) -> bool:
        """Whether a reply waits for its tools."""
        return any(batch.speech and batch.speech.batch is batch for batch in self._open)

    def requested(self, signal: ToolsRequested, speech: Speech | None) -> None:
        """Open a batch; it belongs to the reply `speech`, which waits for it."""
        runs = [ToolRun(call, signal.at) for call in signal.calls]
        batch = ToolBatch(runs, signal.at, speech, signal.request)
        self._open.append(batch)
        if speech is not None:
            speech.batch = batch

    def started(self, signal: ToolStarted) -> None:
        """Take the time at which a tool began to run."""
        run = self._run(signal.call_id)
        if run is not None:
            run.started_at = signal.at

    def finished(self, signal: ToolFinished) -> None:
        """Take the result of a tool; a second result for the same call is ignored."""
        run = self._run(signal.call_id)
        if run is not None and run.finished_at is None:
            run.output, run.is_error, run.finished_at = signal.output, signal.is_error, signal.at
            run.answered_by_llm = signal.answered_by_llm

    def cancelled(self, call_id: str, at: float) -> None:
        """A tool was called off: that is an error output, so that every call has its pair."""
        self.finished(ToolFinished(at=at, call_id=call_id, output=CANCELLED, is_error=True))

    def release(self) -> None:
        """An interruption came: no reply waits for tools any more, but some of them may go on."""
        for batch in self._open:
            if batch.speech is not None:
                batch.speech.batch = None

    def abandon(self, at: float) -> None:
        """Tell what ran of the batches that the close of the call overtook."""
        for batch in list(self._open):
            for run in batch.runs:
                self.cancelled(run.call.call_id, at)
            self.tell(batch, at)

    def tell(self, batch: ToolBatch, at: float) -> bool:
        """Tell a batch whose tools have all ended; whether its reply waited for it."""
        self._open.remove(batch)
        speech = batch.speech
        awaited = speech is not None and speech.batch is batch
        if speech is not None and awaited:
            speech.batch = None
        response_id = self._ids.item()
        calls: list[FunctionCall] = []
        outputs: list[FunctionCallOutput | None] = []
        for number, run in enumerate(batch.runs):
            calls.append(_call(run, f"{response_id}/fnc_{number}"))
            outputs.append(_output(run, self._ids.item(), at))
        if batch.request is not None:
            self.requests |= {call.id: batch.request for call in calls}
        for item in [*calls, *outputs]:
            if item is not None:
                self._timeline.keep(item)
        self._timeline.tell(
            FunctionToolsExecuted(
                function_calls=calls,
                function_call_outputs=outputs,
                created_at=self._timeline.moment(at),
            )
        )
        return awaited

    def _run(self, call_id: str) -> ToolRun | None:
        runs = (batch.run(call_id) for batch in self._open)
        return next((run for run in runs if run is not None), None)


def _call(run: ToolRun, item_id: str) -> FunctionCall:
    return FunctionCall(
        id=item_id,
        call_id=run.call.call_id,
        arguments=run.call.arguments,
        name=run.call.name,
        created_at=run.started_at,
    )


def _output(run: ToolRun, item_id: str, at: float) -> FunctionCallOutput:
    return FunctionCallOutput(
        id=item_id,
        name=run.call.name,
        call_id=run.call.call_id,
        output=run.output or "",
        is_error=run.is_error,
        created_at=at if run.finished_at is None else run.finished_at,
    )
