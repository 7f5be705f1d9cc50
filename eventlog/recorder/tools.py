"""What the recorder makes of tool calls: one event a batch, two items a call."""

from __future__ import annotations

from eventlog.events import FunctionToolsExecuted
from eventlog.items import FunctionCall, FunctionCallOutput
from eventlog.recorder.ids import ItemIds
from eventlog.recorder.speech import Speech, ToolBatch, ToolRun
from eventlog.recorder.timeline import Timeline
from eventlog.signals import ToolFinished, ToolsRequested, ToolStarted

CANCELLED = "The call was cancelled before it ended"


class ToolSide:
    """Folds the signals of tools into the timeline."""

    def __init__(self, timeline: Timeline, ids: ItemIds) -> None:
        self._timeline = timeline
        self._ids = ids
        self.speech: Speech | None = None

    @property
    def running(self) -> bool:
        """Whether a tool is at work."""
        return self._batch is not None and not self._batch.settled

    @property
    def _batch(self) -> ToolBatch | None:
        return self.speech.batch if self.speech else None

    def requested(self, signal: ToolsRequested, speech: Speech) -> None:
        """Open a batch; it belongs to the reply `speech`."""
        runs = [ToolRun(call, signal.at) for call in signal.calls]
        speech.batch = ToolBatch(runs, signal.at)
        self.speech = speech

    def started(self, signal: ToolStarted) -> None:
        """Take the time at which a tool began to run."""
        run = self._batch.run(signal.call_id) if self._batch else None
        if run is not None:
            run.started_at = signal.at

    def finished(self, signal: ToolFinished) -> None:
        """Take the result of a tool; a second result for the same call is ignored."""
        run = self._batch.run(signal.call_id) if self._batch else None
        if run is not None and run.finished_at is None:
            run.output, run.is_error, run.finished_at = signal.output, signal.is_error, signal.at

    def cancelled(self, call_id: str, at: float) -> None:
        """A tool was called off: that is an error output, so that every call has its pair."""
        self.finished(ToolFinished(at=at, call_id=call_id, output=CANCELLED, is_error=True))

    def abandon(self, at: float) -> None:
        """Tell what ran of a batch that an interruption or the close of the call overtook."""
        if self._batch is None:
            self.speech = None
            return
        for run in self._batch.runs:
            self.cancelled(run.call.call_id, at)
        self.tell_if_settled(at)

    def tell_if_settled(self, at: float) -> bool:
        """Tell the batch if all its tools have ended; whether it was told."""
        batch, speech = self._batch, self.speech
        if batch is None or speech is None or not batch.settled:
            return False
        speech.batch, self.speech = None, None
        response_id = self._ids.item()
        calls: list[FunctionCall] = []
        outputs: list[FunctionCallOutput | None] = []
        for number, run in enumerate(batch.runs):
            calls.append(_call(run, f"{response_id}/fnc_{number}"))
            outputs.append(_output(run, self._ids.item(), at))
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
        return True


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
