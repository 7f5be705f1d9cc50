"""Which words of an utterance have been heard when so much of its audio has.

The context and the log must say what the user heard of a reply that was cut. Voices that time their
words are taken at their word. The others give whole sentences, which Pipecat would commit after
their audio, so that a cut sentence were lost whole: their words are spread over the audio
(`untimed_sentences`). So are words that a voice failed to time: when a context ends, Pipecat gives
the rest of its text in one piece at the time of the last word that was timed
(`AggregatedFrameSequencer.force_complete`), even if its audio never came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipecat.frames.frames import (
    AggregatedTextFrame,
    AggregatedTextProgressFrame,
    Frame,
    TTSTextFrame,
)
from pipecat.utils.time import nanoseconds_to_seconds, seconds_to_nanoseconds

from processors.untimed_sentences import Sentence, UntimedSentences
from processors.word_frames import word_frame, words_of


@dataclass
class Timed:
    """A frame that belongs to a moment of its context's audio; `order` is that of its arrival."""

    order: int
    frame: Frame


@dataclass
class SpokenContext:
    """The audio and the text of one TTS context (times in seconds of its own audio).

    `started` says whether its beginning has been let go of, `outlived_cut` whether an interruption
    came after that, `abandoned` whether no more audio of it will come. `last_pts` and `last_length`
    are the time of its latest word and the characters of it, `characters` counts those before it.
    `given_up` says whether the rest of its text came untimed, after which comes its end or nothing;
    `untimed` are the words of that, each with the characters since the latest timed word's begin.
    """

    base: int | None = None
    last_pts: int = 0
    last_length: int = 0
    characters: int = 0
    given_up: bool = False
    untimed: list[tuple[int, Frame]] = field(default_factory=list[tuple[int, Frame]])
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
        self._untimed = UntimedSentences()

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
        if isinstance(frame, TTSTextFrame) and frame.pts is not None:
            self._take_word(frame, self.context(context_id), order)
            return True
        if frame.pts:
            self._timed.append(Timed(order, frame))
            return True
        if isinstance(frame, TTSTextFrame):
            context = self.context(context_id)
            self._untimed.spoken(context.sentences, frame, order, context.received)
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
        yield from self._untimed.words(
            context.sentences, context.released, append=context.append_to_context
        )

    def rest(self, order: int) -> Iterator[Frame]:
        """Take out all text that arrived before `order`: its audio is over."""
        while self._timed and self._timed[0].order < order:
            frame = self._timed.popleft().frame
            if not self._is_lost(frame):
                yield frame
        for context in self._contexts.values():
            before = [sentence for sentence in context.sentences if sentence.order < order]
            end = context.received if context.abandoned else None
            yield from self._untimed.words(before, end, append=context.append_to_context)

    def abandon(self, context_id: str) -> None:
        """A context ends with the audio that is there: the rest of its text will not be heard."""
        if context_id in self._contexts:
            self._contexts[context_id].abandoned = True

    def ended(self, context_id: str) -> None:
        """All of a context's audio is there: words without times have the rest of it."""
        context = self._contexts.get(context_id)
        if context is None or not context.untimed:
            return
        begin = context.last_pts or context.base or 0
        seconds = context.received - self._second_of(begin, context)
        last, final = context.untimed[-1]
        length = last + len(getattr(final, "text", "").strip())
        for at, word in context.untimed:
            word.pts = begin + seconds_to_nanoseconds(max(0.0, seconds) * at / max(1, length))

    def known(self, context_id: str) -> SpokenContext | None:
        """Return the context of this id if there is one."""
        return self._contexts.get(context_id)

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

    def _take_word(self, frame: TTSTextFrame, context: SpokenContext, order: int) -> None:
        pts = frame.pts or 0
        context.given_up = self._is_untimed(frame, context)
        context.untimed.clear()
        if context.given_up:
            context.untimed = self._spread(frame, context)
            self._timed.extend(Timed(order, word) for _, word in context.untimed)
            return
        context.last_pts = self._last_pts = pts
        context.characters += context.last_length
        context.last_length = len(frame.text.strip()) + 1
        if not frame.interruptible:
            self._last_kept_pts = pts
        self._timed.append(Timed(order, frame))

    def _is_untimed(self, frame: TTSTextFrame, context: SpokenContext) -> bool:
        if not frame.pts or context.last_pts:
            return not frame.pts or frame.pts == context.last_pts
        # The first word of a context may be timed with the last one of the context before.
        return frame.pts == self._last_pts and len(frame.text.split()) > 1

    def _spread(self, frame: TTSTextFrame, context: SpokenContext) -> list[tuple[int, Frame]]:
        """Return the words of a text behind the last one that was timed, and time them."""
        begin = context.last_pts or context.base or 0
        timed = self._second_of(begin, context)
        rate = (
            context.characters / timed if timed > 0 and context.characters else self._untimed.rate
        )
        words: list[tuple[int, Frame]] = []
        for at, word in words_of(frame.raw_text or frame.text):
            spaced = frame.includes_inter_frame_spaces
            copy = word_frame(frame, word if spaced else word.strip(), frame.segment_id)
            place = at + max(0, context.last_length - 1)
            copy.pts = begin + seconds_to_nanoseconds(place / rate)
            words.append((place, copy))
        return words

    def _is_lost(self, frame: Frame) -> bool:
        """Whether the audio that a word belongs to will not come any more."""
        context = self._contexts.get(getattr(frame, "context_id", None) or "")
        if context is None or not context.abandoned:
            return False
        if isinstance(frame, AggregatedTextProgressFrame) and context.given_up:
            return True  # it says that all of the text was spoken
        return self._second_of(frame.pts or 0, context) >= context.received

    @staticmethod
    def _second_of(pts: int, context: SpokenContext) -> float:
        return nanoseconds_to_seconds(pts - (context.base or 0))

    def _is_due(self, frame: Frame, context_id: str, playing: SpokenContext) -> bool:
        owner = getattr(frame, "context_id", None)
        context = self._contexts.get(owner) if owner else None
        if context is None or context.base is None:
            return owner == context_id or context is None
        if context is not playing:
            return context.released > 0.0  # its audio is over: it was released before this one's
        return self._second_of(frame.pts or 0, context) < context.released
