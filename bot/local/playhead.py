"""Where the playback of synthesised speech has got to, and so when the next words are heard."""


class Playhead:
    """Keeps the times at which pieces of audio will be played, given when they were handed over.

    Audio is handed over faster than it is played, and now and then slower, when synthesis falls
    behind and the listener hears a gap. All times are nanoseconds of the pipeline's clock.
    """

    def __init__(self) -> None:
        self._free_at = 0

    def next_start(self, now: int) -> int:
        """When audio handed over now begins to be heard."""
        return max(self._free_at, now)

    def add(self, seconds: float, now: int) -> None:
        """Note audio of this length, handed over now."""
        self._free_at = self.next_start(now) + int(seconds * 1e9)

    def clear(self) -> None:
        """Note that what was to be played has been thrown away."""
        self._free_at = 0
