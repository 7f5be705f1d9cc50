"""The words of a realtime model as they are spoken, and nothing of an answer that was cut.

A model writes tokens, which are pieces of words; the voice (processors/playback.py) lets go of text
by words, each at its place in the audio. And a model that is cut here, not by the user's voice,
does not know it yet and goes on.
"""

from __future__ import annotations

import re

from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType

_LAST_SPACE = re.compile(r"\s(?=\S*$)")
# A text without a space for so long is of a language that has none between its words.
_LONGEST_WORD = 40
_OF_ANSWER = (LLMTextFrame, TTSAudioRawFrame, TTSStartedFrame, TTSTextFrame)


class WholeWords(FrameProcessor):
    """Stands behind the model."""

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)
        self._rest = ""
        self._kind: str = TextType.SENTENCE
        self._cut = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Join text, drop what is left of a cut answer, and pass all else."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            return
        if isinstance(frame, InterruptionFrame):
            self._cut, self._rest = True, ""
        elif isinstance(frame, LLMFullResponseStartFrame):
            self._cut = False
        elif self._cut and isinstance(frame, _OF_ANSWER):
            return
        elif isinstance(frame, TTSTextFrame):
            await self._take(frame)
            return
        elif isinstance(frame, TTSStoppedFrame | LLMFullResponseEndFrame):
            await self._finish()
        await self.push_frame(frame, direction)

    async def _take(self, frame: TTSTextFrame) -> None:
        text = self._rest + frame.text
        space = _LAST_SPACE.search(text)
        cut = space.start() if space else len(text) if len(text) > _LONGEST_WORD else 0
        whole, self._rest = text[:cut], text[cut:]
        await self._say(whole, frame)

    async def _finish(self) -> None:
        rest, self._rest = self._rest, ""
        await self._say(rest, None)

    async def _say(self, text: str, like: TTSTextFrame | None) -> None:
        if not text.strip():
            return
        kind = like.text_type if like is not None else self._kind
        self._kind = kind
        frame = TTSTextFrame(text, kind)
        frame.includes_inter_frame_spaces = True
        await self.push_frame(frame)
