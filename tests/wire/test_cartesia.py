"""Pipecat's real Cartesia clients against the loopback recogniser and voice."""

import numpy as np
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.services.cartesia.stt import CartesiaSTTService
from pipecat.services.cartesia.tts import CartesiaTTSService

from .cartesia_stt import CartesiaSTTServer
from .cartesia_tts import CartesiaTTSServer
from .faults import Fault
from .loopback import KEY
from .pipeline import running
from .sound import RATE, audio, tone


def recogniser(server: CartesiaSTTServer, key: str = KEY) -> CartesiaSTTService:
    return CartesiaSTTService(api_key=key, base_url=server.url)


def voice(server: CartesiaTTSServer, key: str = KEY) -> CartesiaTTSService:
    settings = CartesiaTTSService.Settings(voice="VOICE")
    return CartesiaTTSService(api_key=key, url=server.tts_url, settings=settings)


async def test_each_utterance_gives_partial_texts_and_a_final_one_when_finalized() -> None:
    async with CartesiaSTTServer(["Good morning.", "That's it."], latency=0.0) as server:
        async with running(recogniser(server)) as line:
            for number, text in enumerate(("Good morning.", "That's it."), start=1):
                await line.send(*audio(tone(0.5) + bytes(RATE // 2)))
                sent = number * (RATE + RATE // 2)
                await server.until(lambda sent=sent: len(server.connections[0].audio) >= sent)
                await line.send(VADUserStoppedSpeakingFrame())
                final = await line.next(TranscriptionFrame, lambda f, t=text: f.text == t)
                assert final.language == "en"
        interims = [frame.text for frame in line.frames(InterimTranscriptionFrame)]
        (connection,) = server.connections
        await server.until(lambda: connection.commands[-1] == "done")
    assert interims == ["Good", "Good morning.", "That's", "That's it."]
    assert connection.commands == ["finalize", "finalize", "done"]
    assert connection.request.query["model"] == ["ink-whisper"]
    assert connection.request.query["sample_rate"] == ["16000"]


async def test_an_answer_becomes_audible_audio_and_words_at_their_times() -> None:
    async with CartesiaTTSServer() as server, running(voice(server)) as line:
        await line.send(LLMFullResponseStartFrame())
        for token in ("Hello", " there.", " Python is", " a language."):
            await line.send(LLMTextFrame(token))
        await line.send(LLMFullResponseEndFrame())
        await line.next(TTSStoppedFrame)
    words = line.frames(TTSTextFrame)
    assert [word.text for word in words] == ["Hello", "there.", "Python", "is", "a", "language."]
    starts = [((word.pts or 0) - (words[0].pts or 0)) / 1e9 for word in words]
    assert np.allclose(starts, [0.0, 0.36, 0.78, 1.2, 1.38, 1.5])
    pcm = b"".join(frame.audio for frame in line.frames(TTSAudioRawFrame))
    samples = np.frombuffer(pcm, dtype="<i2").astype(float)
    (context,) = server.contexts
    assert len(samples) == 35 * 1440
    assert np.sqrt(np.mean(samples**2)) > 3000
    assert context.spoken == pytest.approx(35 * 0.06)
    assert (context.voice, context.sample_rate, context.done) == ("VOICE", 24000, True)


async def test_an_interruption_cancels_the_context_and_the_next_text_opens_another() -> None:
    async with CartesiaTTSServer(piece_pace=0.05) as server, running(voice(server)) as line:
        await line.send(TTSSpeakFrame("one two three four five six seven eight nine ten"))
        await line.next(TTSAudioRawFrame)
        await line.send(InterruptionFrame())
        await server.until(lambda: server.contexts[0].cancelled)
        await line.send(TTSSpeakFrame("Okay."))
        await line.next(TTSTextFrame, lambda frame: frame.text == "Okay.")
        first, second = server.contexts
    assert first.context_id != second.context_id
    assert second.text.strip() == "Okay."


@pytest.mark.parametrize(("key", "fault"), [("wrong", None), (KEY, Fault.UNAUTHORIZED)])
async def test_a_wrong_or_revoked_key_is_refused(key: str, fault: Fault | None) -> None:
    async with CartesiaTTSServer(fault=fault) as server, running(voice(server, key)) as line:
        error = await line.next(ErrorFrame)
    assert "401" in error.error
    assert server.connections == []
    async with CartesiaSTTServer([], fault=fault) as ears, running(recogniser(ears, key)) as line:
        error = await line.next(ErrorFrame)
    assert "401" in error.error
    assert ears.connections == []
