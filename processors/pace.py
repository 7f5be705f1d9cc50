"""The pace at which the bot's audio is let go of: just ahead of its playing, and no faster.

From the lengths of what was let go of follows until when the bot is heard. No transport tells that
in time.
"""

from __future__ import annotations

from collections.abc import Callable

# How far ahead of its playing audio is handed to the output (seconds): enough for the output's
# own chunks, little enough that a pause is heard at once.
LEAD = 0.04


class Pace:
    """Knows when the next piece may be let go of.

    Args:
        clock: Monotonic clock in seconds.
        speech_gap: Seconds between the end of one speech and the beginning of the next.

    Attributes:
        heard_at: When the audio let go of so far has been heard (the clock's seconds).
        cuttable: Whether the latest of it may be cut.
    """

    def __init__(self, clock: Callable[[], float], speech_gap: float) -> None:
        self._clock = clock
        self._speech_gap = speech_gap
        self.heard_at = float("-inf")
        self.cuttable = True

    @property
    def sounding(self) -> bool:
        """Whether some of it is still being heard."""
        return self._clock() < self.heard_at

    @property
    def silent_in(self) -> float:
        """Seconds until it has been heard."""
        return max(0.0, self.heard_at - self._clock())

    def delay(self, *, begins_speech: bool) -> float:
        """Return the seconds to wait before the next piece; 0 or less if there are none."""
        now = self._clock()
        if begins_speech and self.heard_at > float("-inf"):
            gap = self.heard_at + self._speech_gap - now
            if self._speech_gap and gap > 0:
                return gap
        return self.heard_at - LEAD - now

    def let_go(self, seconds: float, *, cuttable: bool) -> None:
        """Note a piece of this length."""
        self.heard_at = max(self.heard_at, self._clock()) + seconds
        self.cuttable = cuttable

    def silent(self) -> None:
        """Nothing is heard any more, whatever was let go of."""
        self.heard_at = min(self.heard_at, self._clock())

    def cut(self) -> None:
        """An interruption silences what may be cut."""
        if self.cuttable:
            self.silent()
