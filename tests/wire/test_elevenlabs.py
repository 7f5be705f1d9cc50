"""Pipecat's real ElevenLabs client against the loopback voice."""

import itertools

import numpy as np
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService

from .elevenlabs import ElevenLabsServer
from .faults import Fault
from .loopback import KEY
from .pipeline import running
from .voice import speak


def service(server: ElevenLabsServer, key: str = KEY) -> ElevenLabsTTSService:
    settings = ElevenLabsTTSService.Settings(voice="VOICE", stability=0.5)
    return ElevenLabsTTSService(api_key=key, url=server.url, settings=settings)


async def test_an_answer_becomes_audible_audio_and_words_at_their_times() -> None:
    async with ElevenLabsServer() as server, running(service(server)) as line:
        assert server.connected.is_set()
        await line.send(LLMFullResponseStartFrame())
        for token in ("Hello", " there.", " Python is", " a language."):
            await line.send(LLMTextFrame(token))
        await line.send(LLMFullResponseEndFrame())
        await line.next(TTSStoppedFrame)
    words = line.frames(TTSTextFrame)
    assert [word.text for word in words] == [
        "Hello",
        "there.",
        "Python",
        "is",
        "a",
        "language.",
    ]
    starts = [((word.pts or 0) - (words[0].pts or 0)) / 1e9 for word in words]
    assert np.allclose(starts, [0.0, 0.36, 0.78, 1.2, 1.38, 1.5])
    audio = line.frames(TTSAudioRawFrame)
    pcm = np.frombuffer(b"".join(frame.audio for frame in audio), dtype="<i2")
    (context,) = server.contexts
    assert {frame.sample_rate for frame in audio} == {24000}
    assert len(pcm) == 35 * 1440
    assert context.spoken == pytest.approx(35 * 0.06)
    assert np.sqrt(np.mean(pcm.astype(float) ** 2)) > 3000
    assert context.voice_settings == {"stability": 0.5}
    assert (context.closed, context.final) == (True, True)
    (connection,) = server.connections
    assert connection.request.path == "/v1/text-to-speech/VOICE/multi-stream-input"
    assert connection.request.query["output_format"] == ["pcm_24000"]
    assert connection.closed_by_request


async def test_an_interruption_closes_the_context_and_the_next_text_opens_another() -> None:
    async with ElevenLabsServer(piece_pace=0.05) as server, running(service(server)) as line:
        await line.send(TTSSpeakFrame("one two three four five six seven eight nine ten"))
        await line.next(TTSAudioRawFrame)
        await line.send(InterruptionFrame())
        await server.until(lambda: server.contexts[0].closed)
        await line.send(TTSSpeakFrame("Okay."))
        await line.next(TTSTextFrame, lambda frame: frame.text == "Okay.")
        first, second = server.contexts
        assert first.context_id != second.context_id
        assert second.text.strip() == "Okay."


async def test_without_auto_mode_text_waits_for_its_flush() -> None:
    async with ElevenLabsServer(ttfb=0.0) as server:
        tts = ElevenLabsTTSService(
            api_key=KEY,
            url=server.url,
            auto_mode=False,
            settings=ElevenLabsTTSService.Settings(voice="VOICE"),
        )
        async with running(tts) as line:
            await line.send(TTSSpeakFrame("Okay then."))
            await line.next(TTSStoppedFrame)
    assert server.contexts[0].flushes == 1
    assert [frame.text for frame in line.frames(TTSTextFrame)] == ["Okay", "then."]


@pytest.mark.parametrize(("key", "fault"), [("wrong", None), (KEY, Fault.UNAUTHORIZED)])
async def test_a_wrong_or_revoked_key_is_refused(key: str, fault: Fault | None) -> None:
    async with ElevenLabsServer(fault=fault) as server, running(service(server, key)) as line:
        error = await line.next(ErrorFrame)
    assert "401" in error.error
    assert {request.status for request in server.requests} == {401}
    assert server.connections == []


def test_neighbouring_words_have_different_pitches() -> None:
    (piece,) = speak("aaaa bbbb cccc", sample_rate=24000, char_ms=100, words_per_piece=3)
    pcm = np.frombuffer(piece.pcm, dtype="<i2")
    peaks = [
        int(np.argmax(np.abs(np.fft.rfft(pcm[at : at + 9600])))) for at in range(0, len(pcm), 12000)
    ]
    assert all(one != other for one, other in itertools.pairwise(peaks))
