"""What waits for the bot's voice, in the order in which it came.

The order counts what waits elsewhere, too: text waits beside its audio, and belongs before what
came after it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pipecat.frames.frames import Frame, OutputAudioRawFrame


@dataclass
class Waiting:
    """A frame in the queue; of an audio frame `released` bytes have been let go of."""

    order: int
    frame: Frame
    released: int = 0


class VoiceQueue:
    """The frames that wait; false if there are none."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._order = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def arrive(self) -> int:
        """Return the place in the order of what comes now."""
        self._order += 1
        return self._order

    def add(self, order: int, frame: Frame) -> None:
        """Have a frame wait that came in this place."""
        self._waiting.append(Waiting(order, frame))

    @property
    def first(self) -> Waiting:
        """The one that is let go of next."""
        return self._waiting[0]

    @property
    def audio(self) -> OutputAudioRawFrame | None:
        """The audio that is let go of next."""
        frames = (waiting.frame for waiting in self._waiting)
        return next((frame for frame in frames if isinstance(frame, OutputAudioRawFrame)), None)

    def leave(self) -> None:
        """Take the first one out."""
        self._waiting.popleft()

    def cut(self) -> None:
        """Drop what may be interrupted."""
        self._waiting = deque(w for w in self._waiting if not w.frame.interruptible)
