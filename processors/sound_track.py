"""One side of a recording, laid out by the clock.

A moment of the log is found in the sound only if the sound is as long as the time that passed.
Sound comes in pieces, and not always in time: a microphone that is off sends none for a while,
which has to be silence in the recording; an event loop that was held up hands out late, and at
once, what was spoken meanwhile, which needs no silence beside it. When the first late piece comes
the two look alike. So silence is laid down at once and taken back if what follows turns out to
fill the time.
"""

from __future__ import annotations

JITTER = 0.2
"""Seconds that a piece may be late before there is thought to be a gap before it."""
_WIDTH = 2  # bytes of a sample


class SoundTrack:
    """Samples (s16le, mono) of which the first is that of the recording's begin.

    Args:
        rate: Samples a second.
    """

    def __init__(self, rate: int) -> None:
        self._jitter = round(JITTER * rate)
        self._begin = 0  # the sample with which what is held begins
        self._held = bytearray()
        self._gaps: list[tuple[int, int]] = []  # sample and length of the silences laid down

    @property
    def end(self) -> int:
        """The sample after the last."""
        return self._begin + len(self._held) // _WIDTH

    def put(self, sound: bytes, due: int) -> None:
        """Lay sound behind what is there, after silence if it begins much later.

        Args:
            sound: The samples.
            due: The sample with which it begins, by the clock.
        """
        gap = due - self.end
        if gap > self._jitter or (not self.end and gap > 0):
            self._gaps.append((self.end, gap))
            self._held.extend(bytes(gap * _WIDTH))
        self._held.extend(sound)

    def take_back(self, now: int) -> None:
        """Take silence away again, the latest first, so that nothing lies beyond a sample.

        Sound that lies beyond it all the same is cut where it is more than jitter: a clock that is
        faster than ours, or the voices of several people one behind the other, would grow for ever.
        """
        while self._gaps and self.end > now:
            at, length = self._gaps.pop()
            taken = min(length, self.end - now)
            start = (at - self._begin) * _WIDTH
            del self._held[start : start + taken * _WIDTH]
            if taken < length:
                self._gaps.append((at, length - taken))
        beyond = self.end - now - self._jitter
        if beyond > 0:
            del self._held[-beyond * _WIDTH :]

    def cut(self, until: int) -> bytes:
        """What lies before a sample, filled up with silence; it is no longer held."""
        length = max(until - self._begin, 0) * _WIDTH
        sound = bytes(self._held[:length])
        del self._held[:length]
        self._begin = max(until, self._begin)
        self._gaps = [gap for gap in self._gaps if gap[0] >= self._begin]
        return sound + bytes(length - len(sound))
