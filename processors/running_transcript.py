"""What the user has said since the last turn: the finals so far, and what is being said."""

from __future__ import annotations

from pipecat.frames.frames import Frame, InterimTranscriptionFrame, TranscriptionFrame


class RunningTranscript:
    """Collects transcripts until a turn takes them."""

    def __init__(self) -> None:
        self._finals: list[str] = []
        self._interim = ""

    @property
    def text(self) -> str:
        """The final segments so far, joined as the LLM's context joins them."""
        return " ".join(self._finals)

    @property
    def words(self) -> int:
        """How many words have been said, those of the running segment included."""
        return len(self.text.split()) + len(self._interim.split())

    def take(self, frame: Frame) -> bool:
        """Take a frame in and tell whether it has words."""
        if not isinstance(frame, TranscriptionFrame | InterimTranscriptionFrame):
            return False
        text = frame.text.strip()
        if not text:
            return False
        if isinstance(frame, TranscriptionFrame):
            self._finals.append(text)
            self._interim = ""
        else:
            self._interim = text
        return True

    def clear(self) -> None:
        """A turn has taken the words, or they were dropped."""
        self._finals.clear()
        self._interim = ""
