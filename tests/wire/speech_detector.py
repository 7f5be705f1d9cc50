"""Hears where speech is, so that a loopback recogniser reacts to real audio and not to a script.

Loudness is enough for test audio. Time is counted in samples received, never by a clock, so the
same audio gives the same result at any speed of delivery.
"""

from dataclasses import dataclass

import numpy as np

WINDOW = 0.01
"""Seconds of audio that are judged at once."""
FORGET = 0.3
"""Seconds of silence after which a sound too short for speech is taken for a click."""


@dataclass(slots=True)
class Speech:
    """A stretch of sound: where it starts and last sounded, and how much of it sounded.

    All in seconds of audio since the stream began.
    """

    start: float
    end: float
    voiced: float = 0.0


class SpeechDetector:
    """Finds speech in s16le mono PCM.

    Args:
        sample_rate: Hz.
        threshold: Root mean square, in 16-bit sample units, from which a window counts as sound.
        min_speech: Seconds of sound below which it is not speech.
    """

    def __init__(
        self, sample_rate: int, *, threshold: float = 300.0, min_speech: float = 0.06
    ) -> None:
        self._rate = sample_rate
        self._threshold = threshold
        self._min_speech = min_speech
        self._window = int(sample_rate * WINDOW)
        self._rest = b""
        self._samples = 0
        self._sound: Speech | None = None

    @property
    def position(self) -> float:
        """Seconds of audio judged so far."""
        return self._samples / self._rate

    @property
    def speech(self) -> Speech | None:
        """The speech heard since the last `take`, or None."""
        sound = self._sound
        return sound if sound and sound.voiced >= self._min_speech else None

    def hear(self, pcm: bytes) -> None:
        """Judge more audio; what does not fill a window waits for the next call."""
        data = self._rest + pcm
        size = self._window * 2
        whole = len(data) - len(data) % size
        self._rest = data[whole:]
        windows = np.frombuffer(data[:whole], dtype="<i2").astype(np.float64)
        loudness = np.sqrt(np.mean(windows.reshape(-1, self._window) ** 2, axis=1))
        for level in loudness:
            self._judge(sounds=bool(level >= self._threshold))

    def take(self) -> Speech | None:
        """Return the speech heard so far and begin anew."""
        speech = self.speech
        self._sound = None
        return speech

    def _judge(self, *, sounds: bool) -> None:
        began = self.position
        self._samples += self._window
        if sounds:
            self._sound = self._sound or Speech(began, began)
            self._sound.end = self.position
            self._sound.voiced += WINDOW
        elif self._sound and not self.speech and self.position - self._sound.end > FORGET:
            self._sound = None
