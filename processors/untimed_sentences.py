"""Sentences of a voice that does not time its words: which of these are heard by when.

They are spread over the audio of their sentence, by their length; of a sentence whose audio is not
all there yet, at the rate that the voice has shown so far.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipecat.frames.frames import AggregatedTextFrame, Frame, TTSTextFrame

from processors.word_frames import word_frame, words_of

# Characters a second of a voice that has not finished a sentence yet; English speech has about 15.
_FIRST_RATE = 15.0


@dataclass
class Sentence:
    """A sentence without word times (seconds of its context's audio); `order` is of its arrival."""

    order: int
    frame: AggregatedTextFrame
    began: float
    text: str
    ended: float | None = None
    told: int = 0
    spoken: TTSTextFrame | None = None


class UntimedSentences:
    """Knows how fast the voice is.

    Attributes:
        rate: Characters a second.
    """

    def __init__(self) -> None:
        self.rate = _FIRST_RATE

    def spoken(
        self, sentences: list[Sentence], frame: TTSTextFrame, order: int, received: float
    ) -> None:
        """The voice says that it has spoken a sentence: the first that it has not said so of.

        Args:
            sentences: Those of its context.
            frame: What says so.
            order: The order of its arrival.
            received: Seconds of audio that there are of the context.
        """
        sentence = next((s for s in sentences if s.spoken is None), None)
        if sentence is None:
            sentence = Sentence(order, frame, received, frame.raw_text or frame.text)
            sentences.append(sentence)
        sentence.spoken = frame
        sentence.text = frame.raw_text or frame.text
        if received > sentence.began:
            sentence.ended = received
            self.rate = max(1.0, len(sentence.text) / (sentence.ended - sentence.began))

    def words(
        self, sentences: list[Sentence], position: float | None, *, append: bool
    ) -> Iterator[Frame]:
        """Take out the words whose audio has begun by `position` (seconds), all of them for None.

        Args:
            sentences: Some of a context, from its first one on.
            position: How far the audio has been let go of.
            append: Whether the LLM's context is to have them.
        """
        began = 0.0
        for sentence in sentences:
            began = max(began, sentence.began)
            rate = self.rate
            if sentence.ended is not None and sentence.ended > began:
                rate = len(sentence.text) / (sentence.ended - began)
            words = list(words_of(sentence.text))
            while sentence.told < len(words):
                at, word = words[sentence.told]
                if position is not None and began + at / rate >= position:
                    return
                sentence.told += 1
                yield _sentence_word(sentence, word, append=append)
            began = sentence.ended or began + len(sentence.text) / rate


def _sentence_word(sentence: Sentence, word: str, *, append: bool) -> TTSTextFrame:
    source = sentence.spoken or sentence.frame
    frame = word_frame(source, word, sentence.frame.id)
    frame.append_to_context = append if sentence.spoken is None else source.append_to_context
    frame.includes_inter_frame_spaces = True
    return frame
