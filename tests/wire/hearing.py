"""What a loopback recogniser makes of the audio of one connection: words as they grow.

Used by the recognisers that decide by themselves what to send when (Flux, Cartesia, OpenAI's
realtime model); times are seconds of the audio that came in.
"""

from collections.abc import Callable

from .speech_detector import Speech, SpeechDetector


class Hearing:
    """Hears speech and reveals the text of each stretch of it word by word.

    Args:
        sample_rate: Hz.
        word_interval: Seconds of speech per word.
        next_text: Gives what the next stretch of speech will be recognised as.
    """

    def __init__(
        self, sample_rate: int, *, word_interval: float, next_text: Callable[[], str]
    ) -> None:
        self._detector = SpeechDetector(sample_rate)
        self._word_interval = word_interval
        self._next_text = next_text
        self._words: list[str] | None = None
        self._shown = 0

    @property
    def position(self) -> float:
        """Seconds of audio heard so far."""
        return self._detector.position

    @property
    def speech(self) -> Speech | None:
        """The speech since the last `take`, or None."""
        return self._detector.speech

    @property
    def silence(self) -> float:
        """Seconds of silence since speech last sounded, 0 where there was none."""
        speech = self.speech
        return self.position - speech.end if speech else 0.0

    @property
    def text(self) -> str:
        """All words of the speech since the last `take`, the unspoken ones included."""
        return " ".join(self._words or ())

    def hear(self, pcm: bytes) -> str | None:
        """Take in audio; returns the words so far if there are more of them than before."""
        self._detector.hear(pcm)
        speech = self.speech
        if speech is None:
            return None
        if self._words is None:
            self._words = self._next_text().split()
        spoken = int((speech.end - speech.start) / self._word_interval)
        count = min(len(self._words), spoken)
        if count <= self._shown:
            return None
        self._shown = count
        return " ".join(self._words[:count])

    def take(self) -> tuple[str, Speech | None]:
        """Return the whole text and where it was spoken, and begin anew."""
        text, speech = self.text, self._detector.take()
        self._words, self._shown = None, 0
        return text, speech
