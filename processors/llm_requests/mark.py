"""The id of a request on the frames of its answer, by which the log knows what a reply answers."""

from __future__ import annotations

from pipecat.frames.frames import Frame

_KEY = "parley.llm_request"


def mark(frame: Frame, request: str) -> None:
    """Say which request a frame belongs to the answer of."""
    frame.metadata[_KEY] = request


def request_of(frame: Frame) -> str | None:
    """Return the request that a frame belongs to the answer of, None if that is not known."""
    return frame.metadata.get(_KEY)
