"""The bot's words are released as they are heard, and a cut reply is cut at the word heard."""

import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMContextAssistantTurnFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSTextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair

from bot.local.piper import EmbeddedPiperTTSService
from bot.models import Models
from tests.local.line import Line, call

pytestmark = pytest.mark.models

FIRST = "Python is a language that many people like."
SECOND = "It was made in the Netherlands."


async def reply(line: Line, *sentences: str) -> None:
    frames = [LLMTextFrame(sentence + " ") for sentence in sentences]
    for frame in (LLMFullResponseStartFrame(), *frames, LLMFullResponseEndFrame()):
        await line.worker.queue_frame(frame)


def words(line: Line) -> list[str]:
    return [p.frame.text for p in line.of(TTSTextFrame, line.transport.output())]


def heard_seconds(line: Line) -> float:
    played = line.far_end.played
    return sum(len(p.pcm) for p in played) / 2 / line.far_end.sample_rate


async def test_each_word_is_released_when_it_is_heard() -> None:
    async with Models() as models:
        tts = EmbeddedPiperTTSService(models=models)
        async with call([tts]) as line:
            await reply(line, FIRST, SECOND)
            await line.until(lambda: words(line) == f"{FIRST} {SECOND}".split())
            released = [p.at for p in line.of(TTSTextFrame, line.transport.output())]
            audio = line.of(TTSAudioRawFrame, tts)
            begin = line.far_end.played[0].at
            first = [p.frame for p in audio if p.frame.context_id == audio[0].frame.context_id]
            seconds = sum(len(f.audio) / 2 / f.sample_rate for f in first)
        expected = [
            seconds_ for piece in (await tts.load()).speak(FIRST) for _, seconds_ in piece.words
        ]
    assert len(released) == len(words(line))
    assert released == sorted(released)
    assert 0 <= released[0] - begin < 0.4
    assert released[-1] - begin < seconds
    # Durations vary a little from one synthesis of a sentence to the next.
    assert released[len(expected) - 1] - begin == pytest.approx(expected[-1], abs=0.6)


async def test_an_interrupted_reply_keeps_in_the_context_the_words_that_were_heard() -> None:
    context = LLMContext()
    async with Models() as models:
        tts = EmbeddedPiperTTSService(models=models)
        assistant = LLMContextAggregatorPair(context).assistant()
        async with call([tts], [assistant]) as line:
            await reply(line, FIRST, SECOND)
            await line.until(lambda: len(words(line)) == 4)
            await line.worker.queue_frame(InterruptionFrame())
            await line.until(
                lambda: [
                    p for p in line.pushed if isinstance(p.frame, LLMContextAssistantTurnFrame)
                ]
            )
    said = context.messages[-1]["content"]
    assert FIRST.startswith(said)
    assert 4 <= len(said.split()) <= 5


async def test_speech_after_an_interruption_is_complete_and_timed_from_its_own_start() -> None:
    async with Models() as models:
        tts = EmbeddedPiperTTSService(models=models)
        async with call([tts]) as line:
            await reply(line, *[FIRST] * 10)
            await line.until(lambda: len(words(line)) == 2)
            await line.worker.queue_frame(InterruptionFrame())
            await line.until(
                lambda: [
                    p
                    for p in line.pushed
                    if isinstance(p.frame, InterruptionFrame) and p.source is tts
                ]
            )
            before, heard = len(words(line)), heard_seconds(line)
            await line.worker.queue_frame(TTSSpeakFrame(SECOND))
            await line.until(lambda: words(line)[before:] == SECOND.split())
            assert heard_seconds(line) - heard < 4.0


async def test_speech_queued_behind_other_speech_waits_with_its_words() -> None:
    async with Models() as models:
        tts = EmbeddedPiperTTSService(models=models)
        async with call([tts]) as line:
            await line.worker.queue_frame(TTSSpeakFrame(FIRST))
            await line.worker.queue_frame(TTSSpeakFrame(SECOND))
            await line.until(lambda: words(line) == f"{FIRST} {SECOND}".split())
            audio = [p.frame for p in line.of(TTSAudioRawFrame, tts)]
            contexts = list(dict.fromkeys(frame.context_id for frame in audio))
            first_seconds = sum(
                len(f.audio) / 2 / f.sample_rate for f in audio if f.context_id == contexts[0]
            )
            released = [p.at for p in line.of(TTSTextFrame, line.transport.output())]
            begin = line.far_end.played[0].at
    assert len(contexts) == 2
    assert released[len(FIRST.split())] - begin > first_seconds - 0.2
