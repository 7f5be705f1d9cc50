"""Pipecat's real Deepgram client against the loopback recogniser."""

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.services.deepgram.stt import DeepgramSTTService

from .deepgram import DeepgramServer, Utterance
from .faults import Fault
from .loopback import KEY
from .pipeline import running
from .sound import RATE, audio, tone
from .speech_detector import SpeechDetector


async def test_two_utterances_give_growing_interims_and_finals_with_confidence() -> None:
    script = [
        Utterance("I'd like to know about Python.", 0.97),
        Utterance("That's it.", 0.91, speaker=1),
    ]
    async with DeepgramServer(script, latency=0.02) as server:
        service = DeepgramSTTService(api_key=KEY, base_url=server.url)
        async with running(service) as line:
            assert server.connected.is_set()
            for said in script:
                await line.send(VADUserStartedSpeakingFrame())
                await line.send(*audio(tone(1.0) + bytes(RATE // 2)))
                heard = len(server.connections[0].audio)
                sent = heard + 2 * RATE + RATE // 2
                await server.until(lambda sent=sent: len(server.connections[0].audio) >= sent)
                await line.send(VADUserStoppedSpeakingFrame())
                final = await line.next(TranscriptionFrame, lambda f, t=said.text: f.text == t)
                assert final.result is not None
                best = final.result.channel.alternatives[0]
                assert final.finalized
                assert final.language == "en"
                assert best.confidence == said.confidence
                assert {word.speaker for word in best.words} == {said.speaker}
        interims = [frame.text for frame in line.frames(InterimTranscriptionFrame)]
        assert interims[:4] == ["I'd", "I'd like", "I'd like to", "I'd like to know"]
        assert interims[4:] == ["That's", "That's it."]
        first, second = server.heard
        assert (first.start, first.end) == (0.0, 1.0)
        assert second.start == 1.25
        connection = server.connections[0]
        assert connection.request.query["sample_rate"] == ["16000"]
        assert connection.request.query["interim_results"] == ["true"]
        assert connection.controls == ["Finalize", "Finalize", "CloseStream"]
        assert not connection.open


async def test_finalize_after_endpointing_brings_no_second_text() -> None:
    async with DeepgramServer([Utterance("Okay.")], latency=0.0, endpointing=0.1) as server:
        async with running(DeepgramSTTService(api_key=KEY, base_url=server.url)) as line:
            await line.send(*audio(tone(0.3) + bytes(RATE // 2)))
            final = await line.next(TranscriptionFrame)
            await line.send(VADUserStoppedSpeakingFrame())
            await server.until(lambda: server.connections[0].controls == ["Finalize"])
        assert not final.finalized
        assert [frame.text for frame in line.frames(TranscriptionFrame)] == ["Okay."]


async def test_silence_and_a_click_are_not_speech() -> None:
    async with DeepgramServer([Utterance("Never said.")], latency=0.0) as server:
        async with running(DeepgramSTTService(api_key=KEY, base_url=server.url)) as line:
            await line.send(*audio(tone(1.0, amplitude=100.0) + tone(0.02) + bytes(RATE)))
            await server.until(lambda: len(server.connections[0].audio) >= 3 * RATE)
            await line.send(VADUserStoppedSpeakingFrame())
            await server.until(lambda: "Finalize" in server.connections[0].controls)
        assert server.heard == []
        assert line.frames(TranscriptionFrame) == []


@pytest.mark.parametrize(("key", "fault"), [("wrong", None), (KEY, Fault.UNAUTHORIZED)])
async def test_a_wrong_or_revoked_key_is_refused(key: str, fault: Fault | None) -> None:
    async with DeepgramServer([], fault=fault) as server:
        async with running(DeepgramSTTService(api_key=key, base_url=server.url)) as line:
            error = await line.next(ErrorFrame)
        assert "401" in error.error
        assert [request.status for request in server.requests] == [401]
        assert not server.connected.is_set()


def test_the_detector_gives_the_same_speech_whatever_the_size_of_the_pieces() -> None:
    pcm = bytes(RATE) + tone(0.4) + bytes(RATE)
    spans: list[tuple[float, float]] = []
    for size in (2, 334, len(pcm)):
        detector = SpeechDetector(RATE)
        for at in range(0, len(pcm), size):
            detector.hear(pcm[at : at + size])
        speech = detector.take()
        assert speech is not None
        spans.append((speech.start, speech.end))
    assert spans == [(0.5, 0.9)] * 3
