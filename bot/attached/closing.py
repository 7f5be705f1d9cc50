"""Why a call of somebody else's bot ended: what was seen before its last frame, and that frame.

Such a bot ends its pipeline without a word of why, so the reason is put together here: a far side
that left, or a service that can no longer do its job, comes before what the last frame says.
"""

from __future__ import annotations

import time

from pipecat.frames.frames import EndFrame, ErrorFrame, Frame
from pipecat.pipeline.worker import PipelineWorker, ProcessorUnusablePolicy

from bot.closing import closed_by, closed_by_exception, reason_of
from eventlog.signals import Closed, Failed
from processors.failures import failure_of, is_tool_failure

# What Pipecat itself says in a frame that ends a pipeline (pipeline/worker.py of 1.14).
_FATAL = ("fatal error: ", " can no longer do its job")
_HOSTS_OWN = ("interrupt signal", "idle timeout")


class ClosingReason:
    """Collects what may become the reason of the close.

    Args:
        worker: The worker whose policy says whether an unusable service ends the call.
    """

    def __init__(self, worker: PipelineWorker) -> None:
        policy = getattr(worker, "_processor_unusable_policy", None)
        self._ends_when_unusable = policy is ProcessorUnusablePolicy.END
        self._failed: Failed | None = None
        self._unusable: Failed | None = None
        self._gone: Closed | None = None
        self._stuck: Closed | None = None
        self._frame: Frame | None = None

    def far_side_joined(self) -> None:
        """Somebody is there, perhaps again."""
        self._gone = None

    def far_side_left(self, closed: Closed) -> None:
        """Nobody is there any more; the bot may end the call for that, or wait."""
        self._gone = self._gone or closed

    def failure(self, frame: ErrorFrame) -> None:
        """A part of the pipeline failed."""
        processor = frame.processor
        if processor is None or is_tool_failure(frame, processor):
            return
        self._failed = failure_of(frame, time.time(), processor)
        if not processor.is_usable:
            self._unusable = self._unusable or self._failed

    def stuck(self, what: str) -> None:
        """The pipeline did not come up."""
        self._stuck = self._stuck or closed_by_exception(TimeoutError(what))

    def ended(self, frame: Frame) -> None:
        """The pipeline ended with `frame`."""
        self._frame = frame

    def closed(self) -> Closed:
        """Return the close of the call, at this moment."""
        found = self._stuck or self._by_failure() or self._by_leaving()
        if found is None:
            reason, detail = reason_of(self._frame)
            found = Closed(at=0.0, reason=reason, detail=detail)
        found.at = time.time()
        return found

    @property
    def _said(self) -> str:
        return str(getattr(self._frame, "reason", None) or "")

    def _by_failure(self) -> Closed | None:
        if self._said.startswith(_FATAL[0]) or self._said.endswith(_FATAL[1]):
            failure = self._unusable or self._failed
        elif self._ends_when_unusable and isinstance(self._frame, EndFrame) and not self._said:
            failure = self._unusable
        else:
            failure = None
        return None if failure is None else closed_by(failure)

    def _by_leaving(self) -> Closed | None:
        return None if self._said in _HOSTS_OWN else self._gone
