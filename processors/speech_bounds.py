"""Where one speech of the bot ends and the next begins, in what the voice lets go of.

A reply of the LLM is one speech, however many contexts the TTS makes of it; a text that was to be
said is another. Between two of them lies the gap that the configuration asks for.
"""

from __future__ import annotations

from processors.floor import Floor


class SpeechBounds:
    """Follows what is let go of, in its order.

    Args:
        floor: Where the beginning of a text that was to be said is noted.

    Attributes:
        begins: Whether the audio that comes next is the beginning of a speech.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._in_reply = False
        self.begins = True

    def audio(self) -> None:
        """Audio is let go of."""
        if self.begins:
            self.begins = False
            if not self._in_reply:
                self._floor.say_started()

    def reply_begins(self) -> None:
        """A reply of the LLM begins."""
        self._in_reply = self.begins = True

    def reply_ends(self) -> None:
        """A reply of the LLM ends."""
        self._in_reply, self.begins = False, True

    def context_ends(self) -> None:
        """A context of the TTS ends, which outside of a reply is a speech."""
        if self._in_reply:
            return
        if self.begins:
            # A text that gave no audio: it has had its time all the same.
            self._floor.say_started()
        self.begins = True

    def cut(self, *, goes_on: bool) -> None:
        """An interruption came; `goes_on` if the latest audio is of a speech that it left alone."""
        self._in_reply = False
        # Whatever else comes is another speech.
        self.begins = self.begins or not goes_on
