"""What a voice pushes while it speaks, as Pipecat's TTS services do, with every sample numbered."""

from __future__ import annotations

from pipecat.frames.frames import (
    AggregatedTextFrame,
    LLMAssistantPushAggregationFrame,
    OutputAudioRawFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.utils.text.base_text_aggregator import TextType

from processors.floor import Floor
from processors.playback import PausablePlayback
from tests.processors.stage import Stage, nap
from tests.processors.timeless import now, until
from tests.scripted.audio_code import encode, runs

RATE = 16_000


class Voice:
    """Makes the frames of one text after the other; its samples are numbered on and on.

    Args:
        cut: Whether what it says may be interrupted.
        chunk: Seconds of audio in each of its frames.
    """

    def __init__(self, *, cut=True, chunk=0.1):
        self.cut = cut
        self.chunk = round(chunk * RATE)
        self.samples = 0

    def audio(self, seconds, context="a"):
        """So many seconds of audio, in frames of one length."""
        end = self.samples + round(seconds * RATE)
        while self.samples < end:
            count = min(self.chunk, end - self.samples)
            pcm = encode(self.samples, count)
            self.samples += count
            yield self._of(TTSAudioRawFrame(pcm, RATE, 1, context_id=context))

    def speech(self, seconds, context="a"):
        """A speech without text."""
        return [self.starts(context), *self.audio(seconds, context), self.stops(context)]

    def starts(self, context="a", *, append=True):
        return self._of(TTSStartedFrame(context_id=context, append_to_context=append))

    def stops(self, context="a"):
        return self._of(TTSStoppedFrame(context_id=context))

    def word(self, text, pts, context="a"):
        """A word of a voice that times them, at second `pts` of the pipeline's clock."""
        frame = TTSTextFrame(text, TextType.WORD, context_id=context)
        frame.pts = round(pts * 1e9)
        return self._of(frame)

    def timed(self, words, seconds, context="a", *, base=None):
        """A speech whose words, a mapping to the seconds at which they begin, are timed."""
        base = now() if base is None else base
        told = [self.word(text, base + at, context) for text, at in words.items()]
        return [self.starts(context), *told, *self.audio(seconds, context), self.stops(context)]

    def announced(self, text, context="a"):
        """A sentence that is about to be spoken, of a voice that times no words."""
        frame = AggregatedTextFrame(text, TextType.SENTENCE, context_id=context)
        frame.will_be_spoken, frame.append_to_context = True, False
        return self._of(frame)

    def spoken(self, text, context="a", *, append=True):
        """The same sentence, which has become audio."""
        frame = TTSTextFrame(text, TextType.SENTENCE, context_id=context)
        frame.will_be_spoken, frame.append_to_context = True, append
        return self._of(frame)

    def sentence(self, text, seconds, context="a"):
        """A sentence as it comes from a voice that times no words."""
        audio = self.audio(seconds, context)
        return [self.announced(text, context), *audio, self.spoken(text, context)]

    def committed(self):
        """What has the context take in the text of a speech that is no reply, before its end."""
        return self._of(LLMAssistantPushAggregationFrame())

    def _of(self, frame):
        frame.interruptible = self.cut
        return frame


class Spoken(Stage):
    """A playback on a stage, and what is heard of a bot that speaks through it.

    Args:
        behind: Processors between the playback and the ear.
        options: Those of the playback.
    """

    def __init__(self, *behind, **options):
        self.floor = Floor(clock=now)
        self.naps = []
        self.playback = PausablePlayback(self.floor, clock=now, sleep=self._nap, **options)
        super().__init__(self.playback, *behind)

    async def _nap(self, seconds):
        self.naps.append(seconds)
        await nap(seconds)

    @property
    def audio(self):
        """When each piece of audio was let go of, and the seconds that it lasts."""
        return [
            (heard.at, len(heard.frame.audio) / (2 * RATE))
            for heard in self.down.heard
            if isinstance(heard.frame, OutputAudioRawFrame)
        ]

    @property
    def runs(self):
        """The unbroken runs of the samples that were let go of."""
        return runs(b"".join(frame.audio for frame in self.down.all(OutputAudioRawFrame)))

    @property
    def words(self):
        """The words that were heard, and when."""
        frames = [heard for heard in self.down.heard if isinstance(heard.frame, TTSTextFrame)]
        return [(heard.at, heard.frame.text.strip()) for heard in frames]

    def said(self):
        return " ".join(text for _, text in self.words)

    def silences(self):
        """The gaps in what is heard, as (second at which it ends, seconds of silence)."""
        gaps, free = [], None
        for at, seconds in self.audio:
            if free is not None and at > free + 1e-3:
                gaps.append((round(free, 3), round(at - free, 3)))
            free = max(free or at, at) + seconds
        return gaps

    async def pauses(self, at):
        await until(at)
        await self.playback.pause()

    async def resumes(self, at):
        await until(at)
        await self.playback.resume()
