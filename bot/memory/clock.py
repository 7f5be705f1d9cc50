"""One clock for both directions of the in-memory line."""

import asyncio
import time


class LineClock:
    """Paces audio by a clock that never steps, and tells its moments as wall time.

    A call's report is in epoch seconds, but a wall clock may be set back while audio flows. The
    two are tied together once, when the line is made, so that all times of a call agree.
    """

    def __init__(self) -> None:
        self._epoch = time.time() - time.monotonic()

    def now(self) -> float:
        """The present moment, in seconds of the monotonic clock."""
        return time.monotonic()

    def wall(self, moment: float) -> float:
        """A moment of the monotonic clock as epoch seconds."""
        return self._epoch + moment

    async def sleep_until(self, moment: float) -> None:
        """Wait for a moment of the monotonic clock; one in the past only yields to the loop."""
        await asyncio.sleep(max(0.0, moment - self.now()))
