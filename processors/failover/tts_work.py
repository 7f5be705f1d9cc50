"""The TTS's work: texts to speak, until all of their audio is there.

Of a text that was half spoken, another voice says the rest, from the beginning of the sentence that
was not finished.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from processors.failover.work import Handover
from processors.frames import TTSAbandonedFrame


@dataclass
class _Text:
    """A reply as it is written, or one `say`; `done` counts the characters spoken so far."""

    say: TTSSpeakFrame | None = None
    written: str = ""
    complete: bool = False
    context_id: str | None = None
    sentences: list[str] = field(default_factory=list[str])
    audio_of_last: bool = False
    done: int = 0


class TTSWork:
    """Follows the texts that are to be spoken, in their order."""

    doing = "it had a text to speak"

    def __init__(self) -> None:
        self._texts: deque[_Text] = deque()
        self._sign_at = 0.0

    @property
    def owed_since(self) -> float | None:
        """When a sentence was begun, or the latest audio came, if there is none of it yet."""
        text = next((text for text in self._texts if text.sentences), None)
        if text is None or text.audio_of_last or not _has_sound(text.sentences[-1]):
            return None
        return self._sign_at

    @property
    def idle(self) -> bool:
        """Whether there is nothing to speak."""
        return not self._texts

    def given(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """See `Work`."""
        if direction is not FrameDirection.DOWNSTREAM:
            return
        if isinstance(frame, LLMFullResponseStartFrame):
            self._texts.append(_Text())
        elif isinstance(frame, LLMTextFrame):
            if self._writing is not None:
                self._writing.written += frame.text
        elif isinstance(frame, LLMFullResponseEndFrame):
            if self._writing is not None:
                self._writing.complete = True
        elif isinstance(frame, TTSSpeakFrame):
            self._texts.append(_Text(say=frame, written=frame.text, complete=True))
        elif isinstance(frame, InterruptionFrame):
            self._texts = deque(t for t in self._texts if t.say and not t.say.interruptible)

    def came(self, frame: Frame, direction: FrameDirection, at: float) -> None:
        """See `Work`."""
        if isinstance(frame, TTSAudioRawFrame):
            self._sign_at = at
            text = self._of(frame.context_id)
            if text is not None:
                text.audio_of_last = True
        elif isinstance(frame, TTSTextFrame):
            return
        elif isinstance(frame, AggregatedTextFrame):
            if frame.will_be_spoken:
                self._begin_sentence(frame, at)
        elif isinstance(frame, TTSStoppedFrame):
            self._ended(frame.context_id)
        elif isinstance(frame, LLMFullResponseEndFrame):
            self._drop_first_reply()

    def hand_over(self, at: float) -> Handover:
        """Have the next one speak what has not been spoken."""
        self._sign_at = at
        handover = Handover(begins_anew=True)
        for text in self._texts:
            if text.context_id is not None and text.sentences:
                handover.ends.append(TTSAbandonedFrame(context_id=text.context_id))
            handover.frames += [(frame, FrameDirection.DOWNSTREAM) for frame in _rest_of(text)]
            text.written = text.written[text.done :]
            text.done, text.context_id, text.audio_of_last = 0, None, False
            text.sentences.clear()
        return handover

    @property
    def _writing(self) -> _Text | None:
        return next((t for t in self._texts if t.say is None and not t.complete), None)

    def _of(self, context_id: str | None) -> _Text | None:
        return next((t for t in self._texts if t.context_id == context_id and context_id), None)

    def _begin_sentence(self, frame: AggregatedTextFrame, at: float) -> None:
        text = self._of(frame.context_id) or next(
            (t for t in self._texts if t.context_id is None and _wrote(t, frame.text)), None
        )
        if text is None:
            return
        text.context_id = frame.context_id
        if text.sentences and text.audio_of_last:
            text.done = _end_of(text.sentences[-1], text)
        text.sentences.append(frame.raw_text or frame.text)
        text.audio_of_last = False
        self._sign_at = at

    def _ended(self, context_id: str | None) -> None:
        text = self._of(context_id)
        if text is not None and text.audio_of_last:
            text.done = len(text.written)
            if text.say is not None or text.complete:
                self._texts.remove(text)
            else:
                text.context_id = None

    def _drop_first_reply(self) -> None:
        reply = next((t for t in self._texts if t.say is None and t.complete), None)
        if reply is not None:
            self._texts.remove(reply)


def _wrote(text: _Text, sentence: str) -> bool:
    return sentence.strip() in text.written or text.say is None


def _end_of(sentence: str, text: _Text) -> int:
    found = text.written.find(sentence.strip(), text.done)
    return text.done if found < 0 else found + len(sentence.strip())


def _has_sound(sentence: str) -> bool:
    return any(character.isalnum() for character in sentence)


def _rest_of(text: _Text) -> list[Frame]:
    rest = text.written[text.done :]
    if text.say is not None:
        say = replace(text.say, text=rest.strip())
        say.interruptible = text.say.interruptible
        return [say]
    frames: list[Frame] = [LLMFullResponseStartFrame()]
    if rest.strip():
        frames.append(LLMTextFrame(text=rest.lstrip()))
    if text.complete:
        frames.append(LLMFullResponseEndFrame())
    return frames
