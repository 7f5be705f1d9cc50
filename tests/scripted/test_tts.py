"""The scripted TTS speaks numbered samples at scripted times, with or without word times."""

import time

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSTextFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData, TTSUsageMetricsData

from bot.memory import MemoryTransport
from tests.scripted.audio_code import runs
from tests.scripted.pipeline import Running, running
from tests.scripted.script import ScriptError
from tests.scripted.tts import ScriptedTTS

RATE = 16000
LATE = 0.15


def _made(call: Running, tts: ScriptedTTS) -> list[tuple[float, TTSAudioRawFrame]]:
    return [
        (heard.at, heard.frame)
        for heard in call.ear.heard
        if isinstance(heard.frame, TTSAudioRawFrame) and heard.source is tts
    ]


async def test_audio_has_the_scripted_length_and_is_made_in_the_scripted_time():
    tts = ScriptedTTS(
        [{"text": "One two three.", "audio_seconds": 1.0, "ttfb": 0.1, "duration": 0.4}]
    )
    transport = MemoryTransport()
    async with running([transport.input(), tts, transport.output()]) as call:
        await transport.far_end.join()
        await call.worker.queue_frame(TTSSpeakFrame("One two three."))
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        made = _made(call, tts)
        asked = tts.spoken[0].at
        data = [item for frame in call.ear.all(MetricsFrame) for item in frame.data]
    assert runs(b"".join(frame.audio for _, frame in made)) == [range(RATE)]
    heard = transport.far_end.played
    assert runs(b"".join(piece.pcm for piece in heard)) == [range(RATE)]
    assert -0.01 < made[0][0] - asked - 0.1 < LATE
    assert -0.01 < made[-1][0] - asked - (0.1 + 0.3 * 0.9) < LATE
    latency = [item.value for item in data if isinstance(item, TTFBMetricsData) and item.value]
    assert latency == [pytest.approx(0.1, abs=LATE)]
    usage = [item.value for item in data if isinstance(item, TTSUsageMetricsData)]
    assert usage == [len("One two three.")]


async def test_words_come_when_they_are_heard():
    tts = ScriptedTTS([{"text": "aaaa bbbb cccc", "audio_seconds": 1.4}], ttfb=0.05, duration=0.1)
    transport = MemoryTransport()
    async with running([transport.input(), tts, transport.output()]) as call:
        await transport.far_end.join()
        await call.worker.queue_frame(TTSSpeakFrame("aaaa bbbb cccc"))
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        words = call.ear.all(TTSTextFrame)
        epoch = time.time() - tts.get_clock().get_time() / 1e9
        started = call.ear.times(BotStartedSpeakingFrame)[0]
    assert [word.text for word in words] == ["aaaa", "bbbb", "cccc"]
    pts = [word.pts or 0 for word in words]
    assert [(at - pts[0]) / 1e9 for at in pts] == pytest.approx([0, 0.5, 1.0], abs=1e-3)
    assert epoch + pts[0] / 1e9 == pytest.approx(started, abs=LATE)


async def test_without_word_times_a_sentence_comes_as_a_whole_after_its_audio():
    tts = ScriptedTTS(word_times=False, ttfb=0.05, duration=0.1, seconds_per_character=0.02)
    transport = MemoryTransport()
    async with running([transport.input(), tts, transport.output()]) as call:
        await transport.far_end.join()
        await call.worker.queue_frame(TTSSpeakFrame("Hello there."))
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        assert [frame.text for frame in call.ear.all(TTSTextFrame)] == ["Hello there."]
        last_audio = _made(call, tts)[-1][0]
        assert call.ear.times(TTSTextFrame)[0] >= last_audio
    assert tts.spoken[0].samples == round(12 * 0.02 * RATE)


async def test_the_sentences_of_a_reply_share_its_length_and_follow_one_another():
    tts = ScriptedTTS(
        [{"text": "One two. Six ten.", "audio_seconds": 1.7}], ttfb=0.02, duration=0.05
    )
    transport = MemoryTransport()
    async with running([transport.input(), tts, transport.output()]) as call:
        await transport.far_end.join()
        await call.worker.queue_frames(
            [
                LLMFullResponseStartFrame(),
                LLMTextFrame("One two."),
                LLMTextFrame(" Six ten."),
                LLMFullResponseEndFrame(),
            ]
        )
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        assert len(call.ear.all(TTSStartedFrame)) == 1
        words = call.ear.all(TTSTextFrame)
    assert [said.text.strip() for said in tts.spoken] == ["One two.", "Six ten."]
    assert [said.samples for said in tts.spoken] == [round(0.8 * RATE), round(0.8 * RATE)]
    assert [word.text for word in words] == ["One", "two.", "Six", "ten."]
    begins = [((word.pts or 0) - (words[0].pts or 0)) / 1e9 for word in words]
    assert begins == pytest.approx([0, 0.4, 0.8, 1.2], abs=1e-3)
    played = b"".join(piece.pcm for piece in transport.far_end.played)
    assert runs(played) == [range(round(1.6 * RATE))]


async def test_an_interruption_stops_the_making():
    tts = ScriptedTTS([{"text": "Long.", "audio_seconds": 9, "ttfb": 0.05, "duration": 3.0}])
    transport = MemoryTransport()
    async with running([transport.input(), tts, transport.output()]) as call:
        await transport.far_end.join()
        await call.worker.queue_frame(TTSSpeakFrame("Long."))
        await call.ear.wait_for(BotStartedSpeakingFrame)
        await call.worker.queue_frame(InterruptionFrame())
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        await call.worker.queue_frame(TTSSpeakFrame("Next"))
        await call.ear.wait_for(BotStoppedSpeakingFrame, count=2)
    long, following = tts.spoken
    assert 0 < long.sent < long.samples
    played = runs(b"".join(piece.pcm for piece in transport.far_end.played))
    assert len(played) == 2
    assert len(played[0]) <= long.sent
    assert len(played[1]) == following.samples


async def test_a_scripted_failure_comes_as_an_error_frame():
    tts = ScriptedTTS([{"text": "Oops.", "error": "voice not found", "ttfb": 0.02}])
    transport = MemoryTransport()
    async with running([transport.input(), tts, transport.output()]) as call:
        await call.worker.queue_frame(TTSSpeakFrame("Oops."))
        error = await call.ear.wait_for(ErrorFrame)
    assert error.error == "voice not found"
    assert tts.spoken[0].samples == 0


async def test_a_misspelt_key_is_refused():
    with pytest.raises(ScriptError, match="unknown key 'seconds'"):
        ScriptedTTS([{"text": "Hi", "seconds": 1}])
