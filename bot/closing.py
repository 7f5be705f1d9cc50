"""How a call closes: what Pipecat's last frame or a failure says, in the words of the schema."""

from __future__ import annotations

import time
from typing import Any

from pipecat.frames.frames import CancelFrame, Frame

from eventlog.signals import Closed, CloseReason, ErrorSource, Failed

# Reasons that Pipecat itself gives to the frame that ends a pipeline (workers/runner.py and
# pipeline/worker.py of 1.14), and who is behind them.
_PIPECAT_REASONS = {
    "interrupt signal": ("host", "signal"),
    "idle timeout": ("bot", "idle timeout"),
    "runner exiting": ("host", "runner exiting"),
}


def reason_of(frame: Frame | None) -> tuple[CloseReason, dict[str, Any]]:
    """Return why a pipeline ended that nobody had told to.

    Args:
        frame: The frame that ended it, None if none was seen.
    """
    said = str(getattr(frame, "reason", None) or "")
    if isinstance(frame, CancelFrame) or frame is None:
        who, what = _PIPECAT_REASONS.get(said, ("host", said or "cancelled"))
        return CloseReason.JOB_SHUTDOWN, {"who": who, "what": what}
    return CloseReason.TASK_COMPLETED, {"who": "bot", "what": said or "script done"}


def closed_by_exception(error: Exception) -> Closed:
    """Return the close of a call that an exception of our own side ended."""
    failure = Failed(
        at=time.time(),
        source=ErrorSource.OTHER,
        label=f"{type(error).__module__}.{type(error).__name__}",
        recoverable=False,
        message=str(error),
        provider="parley",
        category="application",
    )
    return closed_by(failure)


def closed_by(failure: Failed) -> Closed:
    """Return the close of a call that a failure ended, naming the provider and the category."""
    detail = {
        "who": failure.provider,
        "what": failure.message,
        "provider": failure.provider,
        "category": failure.category,
    }
    return Closed(at=failure.at, reason=CloseReason.ERROR, detail=detail, failure=failure)
