"""Which words of an utterance have been heard when so much of its audio has.

The context and the log must say what the user heard of a reply that was cut. Voices that time their
words are taken at their word. The others give whole sentences, which Pipecat would commit after
their audio, so that a cut sentence were lost whole: here their words are spread over the audio,
by their length, at the rate that the voice has shown so far.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipecat.frames.frames import AggregatedTextFrame, Frame, TTSTextFrame
from pipecat.utils.time import nanoseconds_to_seconds

# Characters a second of a voice that has not finished a sentence yet; English speech has about 15.
_FIRST_RATE = 15.0
# Scripts without spaces between words are cut at each character.
_WORD = re.compile(
    r"\s*(?:[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff]+)"
)


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


@dataclass
class Timed:
    """A frame that belongs to a moment of its context's audio; `order` is that of its arrival."""

    order: int
    frame: Frame


@dataclass
class SpokenContext:
    """The audio and the text of one TTS context (times in seconds of its own audio).

    `started` says whether its beginning has been let go of, `outlived_cut` whether an interruption
    came after that, `abandoned` whether no more audio of it will come.
    """

    base: int | None = None
    received: float = 0.0
    released: float = 0.0
    append_to_context: bool = True
    interruptible: bool = True
    started: bool = False
    outlived_cut: bool = False
    abandoned: bool = False
    sentences: list[Sentence] = field(default_factory=list[Sentence])


class SpokenText:
    """Holds the text of what is being spoken until its audio has been released."""

    def __init__(self) -> None:
        self._contexts: dict[str, SpokenContext] = {}
        self._timed: deque[Timed] = deque()
        self._last_pts = 0
        self._last_kept_pts = 0
        self._rate = _FIRST_RATE

    def context(self, context_id: str) -> SpokenContext:
        """Return the context of this id, new if need be."""
        return self._contexts.setdefault(context_id, SpokenContext())

    @property
    def uncuttable(self) -> set[str]:
        """The contexts under way that may not be interrupted."""
        return {key for key, context in self._contexts.items() if not context.interruptible}

    def begin(self, context_id: str, now: int) -> SpokenContext:
        """Note that the words of a context are timed from `now` on (clock nanoseconds).

        WordTimestampTracker: they begin with the first audio, or after the last word of the
        context before if that is later.
        """
        context = self.context(context_id)
        if context.base is None:
            context.base = max(self._last_pts, now)
        return context

    def take(self, frame: Frame, context_id: str, order: int) -> bool:
        """Take a text frame in; false if it is none that waits for its audio."""
        if frame.pts:
            self._timed.append(Timed(order, frame))
            if isinstance(frame, TTSTextFrame):
                self._last_pts = frame.pts
                if not frame.interruptible:
                    self._last_kept_pts = frame.pts
            return True
        if isinstance(frame, TTSTextFrame):
            self._sentence_spoken(frame, self.context(context_id), order)
            return True
        return False

    def announced(self, frame: AggregatedTextFrame, context_id: str, order: int) -> None:
        """A sentence is about to be synthesised."""
        context = self.context(context_id)
        context.interruptible = frame.interruptible
        if frame.will_be_spoken and not isinstance(frame, TTSTextFrame) and not frame.pts:
            context.sentences.append(Sentence(order, frame, context.received, frame.text))

    def heard(self, context_id: str) -> Iterator[Frame]:
        """Take out what belongs to the audio of a context that has been released so far."""
        context = self.context(context_id)
        while self._timed and self._is_due(self._timed[0].frame, context_id, context):
            yield self._timed.popleft().frame
        yield from self._words_until(context, context.sentences, context.released)

    def rest(self, order: int) -> Iterator[Frame]:
        """Take out all text that arrived before `order`: its audio is over."""
        while self._timed and self._timed[0].order < order:
            yield self._timed.popleft().frame
        for context in self._contexts.values():
            before = [sentence for sentence in context.sentences if sentence.order < order]
            end = context.received if context.abandoned else None
            yield from self._words_until(context, before, end)

    def abandon(self, context_id: str) -> None:
        """A context ends with the audio that is there: the rest of its text will not be heard."""
        if context_id in self._contexts:
            self._contexts[context_id].abandoned = True

    def forget(self, context_id: str) -> SpokenContext | None:
        """A context is over; what is known of it."""
        return self._contexts.pop(context_id, None)

    @property
    def uncuttable_begun(self) -> bool:
        """Whether one that may not be interrupted has begun, even if no audio of it is there."""
        return any(c.started and not c.interruptible for c in self._contexts.values())

    @property
    def outliving(self) -> list[str]:
        """The contexts under way that an interruption has left alone and the log is to know."""
        contexts = self._contexts.items()
        return [key for key, c in contexts if c.outlived_cut and c.append_to_context]

    def cut(self) -> None:
        """Drop the text of all contexts but those that may not be interrupted."""
        self._timed = deque(timed for timed in self._timed if not timed.frame.interruptible)
        self._contexts = {key: self._contexts[key] for key in self.uncuttable}
        for context in self._contexts.values():
            context.outlived_cut = context.outlived_cut or context.started
        # TTSService._interrupt_audio_contexts: later words follow those that are still to come.
        self._last_pts = self._last_kept_pts

    def _is_due(self, frame: Frame, context_id: str, playing: SpokenContext) -> bool:
        owner = getattr(frame, "context_id", None)
        context = self._contexts.get(owner) if owner else None
        if context is None or context.base is None:
            return owner == context_id or context is None
        if context is not playing:
            return context.released > 0.0  # its audio is over: it was released before this one's
        return nanoseconds_to_seconds((frame.pts or 0) - context.base) < context.released

    def _sentence_spoken(self, frame: TTSTextFrame, context: SpokenContext, order: int) -> None:
        sentence = next((s for s in context.sentences if s.spoken is None), None)
        if sentence is None:
            sentence = Sentence(order, frame, context.received, frame.raw_text or frame.text)
            context.sentences.append(sentence)
        sentence.spoken = frame
        sentence.text = frame.raw_text or frame.text
        if context.received > sentence.began:
            sentence.ended = context.received
            self._rate = max(1.0, len(sentence.text) / (sentence.ended - sentence.began))

    def _words_until(
        self, context: SpokenContext, sentences: list[Sentence], position: float | None
    ) -> Iterator[Frame]:
        began = 0.0
        for sentence in sentences:
            began = max(began, sentence.began)
            rate = self._rate
            if sentence.ended is not None and sentence.ended > began:
                rate = len(sentence.text) / (sentence.ended - began)
            words = list(_words(sentence.text))
            while sentence.told < len(words):
                at, word = words[sentence.told]
                if position is not None and began + at / rate >= position:
                    return
                sentence.told += 1
                yield _word_frame(sentence, word, append=context.append_to_context)
            began = sentence.ended or began + len(sentence.text) / rate


def _words(text: str) -> Iterator[tuple[int, str]]:
    # Each sentence is set apart from the one before it; the context strips its ends.
    for match in _WORD.finditer(f" {text.strip()}"):
        spaces = len(match.group()) - len(match.group().lstrip())
        yield match.start() + spaces, match.group()


def _word_frame(sentence: Sentence, word: str, *, append: bool) -> TTSTextFrame:
    source = sentence.spoken or sentence.frame
    frame = TTSTextFrame(word, source.text_type, segment_id=sentence.frame.id)
    frame.context_id = source.context_id
    frame.will_be_spoken = True
    frame.append_to_context = append if sentence.spoken is None else source.append_to_context
    frame.includes_inter_frame_spaces = True
    frame.interruptible = source.interruptible
    frame.transport_destination = source.transport_destination
    return frame
