"""Speech is transcribed as it is spoken, and once as a whole when it has ended."""

import asyncio

import numpy as np
import pytest
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import (
    EndFrame,
    InterimTranscriptionFrame,
    MetricsFrame,
    TranscriptionFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transcriptions.language import Language

from bot.local.caller_voice import synthesize
from bot.local.installed import LocalProviderError
from bot.local.moonshine import MoonshineStreamingSTTService
from bot.local.recognizer import BadModelError, Recognizer
from bot.local.voice import Voice
from bot.models import Models
from tests.local.line import Line, call

pytestmark = pytest.mark.models

QUESTION = "Where can I learn to play the piano?"


def listener() -> FrameProcessor:
    """The user's aggregator, which holds the VAD."""
    vad = SileroVADAnalyzer(params=VADParams(stop_secs=0.2))
    return LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=vad)
    ).user()


async def say(line: Line, text: str, voice: Voice) -> None:
    await line.far_end.speak(*await asyncio.to_thread(synthesize, text, voice=voice)).done()


def finals(line: Line, stt: MoonshineStreamingSTTService) -> list[TranscriptionFrame]:
    return [p.frame for p in line.of(TranscriptionFrame, stt)]  # type: ignore[misc]


async def test_a_sentence_gives_interims_and_one_final_soon_after_it_ends(voice: Voice) -> None:
    stt = MoonshineStreamingSTTService()
    async with call([stt, listener()]) as line:
        await say(line, QUESTION, voice)
        await line.until(lambda: finals(line, stt))
        await say(line, "What is the capital of France?", voice)
        await line.until(lambda: len(finals(line, stt)) > 1)

        first, second = finals(line, stt)
        assert first.text.lower() == QUESTION.lower()
        assert second.text == "What is the capital of France?"
        for final in (first, second):
            assert final.finalized
            assert final.language == Language.EN
            assert final.user_id == "caller"
        interims = line.of(InterimTranscriptionFrame, stt)
        assert len(interims) >= 2
        assert interims[0].at < line.of(TranscriptionFrame, stt)[0].at
        measured = [
            data.value
            for pushed in line.of(MetricsFrame, stt)
            for data in pushed.frame.data  # type: ignore[attr-defined]
            if isinstance(data, TTFBMetricsData) and data.value > 0
        ]
        assert len(measured) == 2


async def test_the_beginning_of_speech_is_heard_although_the_vad_tells_of_it_late(
    voice: Voice,
) -> None:
    stt = MoonshineStreamingSTTService()
    async with call([stt, listener()]) as line:
        await say(line, "Seven people came.", voice)
        await line.until(lambda: finals(line, stt))
        assert finals(line, stt)[0].text.lower().startswith(("seven", "7"))


async def test_what_is_being_said_when_the_call_ends_is_still_transcribed(voice: Voice) -> None:
    stt = MoonshineStreamingSTTService()
    async with call([stt, listener()]) as line:
        line.far_end.speak(*synthesize(QUESTION, voice=voice))
        await line.until(lambda: line.of(InterimTranscriptionFrame, stt))
        await line.worker.queue_frame(EndFrame())
        await line.until(lambda: finals(line, stt))
        assert finals(line, stt)[0].text.lower().startswith("where can")


async def test_two_calls_of_a_process_hear_their_own_callers_through_one_model(
    voice: Voice,
) -> None:
    texts = (QUESTION, "What is the capital of France?")

    async def one(models: Models, text: str) -> list[str]:
        stt = MoonshineStreamingSTTService(models=models)
        async with call([stt, listener()]) as line:
            await say(line, text, voice)
            await line.until(lambda: finals(line, stt))
            return [final.text.lower() for final in finals(line, stt)]

    loads: list[str] = []
    async with Models(on_progress=lambda p: loads.append(p.state)) as models:
        heard = await asyncio.gather(*(one(models, text) for text in texts))
    assert heard == [[text.lower()] for text in texts]
    assert loads == ["loading", "ready"]


def test_silence_and_noise_have_no_words() -> None:
    recognizer = Recognizer.load()
    for level in (0, 300, 3000):
        noise = np.random.default_rng(7).normal(0, level, 32000).astype("<i2")
        utterance = recognizer.utterance()
        utterance.hear(noise.tobytes())
        assert utterance.so_far() == ""
        assert utterance.finish() == ""
    recognizer.close()


def test_an_abandoned_utterance_gives_nothing_and_harms_no_other(voice: Voice) -> None:
    recognizer = Recognizer.load()
    abandoned, kept = recognizer.utterance(), recognizer.utterance()
    pcm, _ = synthesize("Okay.", voice=voice)
    abandoned.hear(pcm)
    abandoned.abandon()
    kept.hear(bytes(32000))
    assert abandoned.so_far() == abandoned.finish() == ""
    assert kept.finish() == ""
    recognizer.close()


def test_wrong_models_and_languages_are_refused_with_the_remedy(tmp_path: object) -> None:
    with pytest.raises(BadModelError, match="model_dir is a folder"):
        Recognizer.load("/nowhere")
    with pytest.raises(BadModelError, match=r"settings\.model names the architecture"):
        Recognizer.load(str(tmp_path))
    with pytest.raises(LocalProviderError, match="set language to en"):
        MoonshineStreamingSTTService(
            settings=MoonshineStreamingSTTService.Settings(language=Language.DE)
        )
