"""Words cut out of a text that a TTS gave in one piece, each a frame of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipecat.frames.frames import AggregatedTextFrame, TTSTextFrame

# Scripts without spaces between words are cut at each character.
_WORD = re.compile(
    r"\s*(?:[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff]+)"
)


def words_of(text: str) -> Iterator[tuple[int, str]]:
    """Return the words of a text, each with the place of its first character and its spaces.

    Each text is set apart by a space from what was said before; the context strips its ends.
    """
    for match in _WORD.finditer(f" {text.strip()}"):
        spaces = len(match.group()) - len(match.group().lstrip())
        yield match.start() + spaces, match.group()


def word_frame(source: AggregatedTextFrame, word: str, segment_id: int | None) -> TTSTextFrame:
    """Return the frame of one word of another frame's text."""
    frame = TTSTextFrame(word, source.text_type, segment_id=segment_id)
    frame.context_id = source.context_id
    frame.will_be_spoken = True
    frame.append_to_context = source.append_to_context
    frame.includes_inter_frame_spaces = source.includes_inter_frame_spaces
    frame.interruptible = source.interruptible
    frame.transport_destination = source.transport_destination
    return frame
