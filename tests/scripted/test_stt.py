"""The scripted STT hears real sound and answers it when the script says."""

from typing import Any

import pytest
from pipecat.frames.frames import (
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    MetricsFrame,
    TranscriptionFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import STTUsageMetricsData, TTFBMetricsData
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.transcriptions.language import Language

from bot.memory import MemoryTransport
from tests.scripted.pipeline import running
from tests.scripted.script import ScriptError
from tests.scripted.speech import speech
from tests.scripted.stt import ScriptedSTT
from tests.scripted.vad import EnergyVAD

LATE = 0.15  # what a loaded machine may add


async def test_each_stretch_of_sound_gets_its_own_utterance_at_its_time():
    stt = ScriptedSTT(
        [
            {
                "text": "Hello there",
                "interims": [
                    {"text": "Hel", "after_start": 0.1},
                    {"text": "Hello", "after": 0.1},
                ],
                "final_after": 0.2,
            },
            {"text": ""},
            {"text": "Bye", "final_after": 0.1},
        ]
    )
    transport = MemoryTransport()
    async with running([transport.input(), stt, transport.output()]) as call:
        await transport.far_end.join("ada")
        first = transport.far_end.speak_at(0.1, speech(0.3), 16000)
        transport.far_end.speak_at(0.8, speech(0.1), 16000)
        last = transport.far_end.speak_at(1.1, speech(0.2), 16000)
        await call.ear.wait_for(TranscriptionFrame, count=2)
        ear = call.ear
    assert [frame.text for frame in ear.all(InterimTranscriptionFrame)] == ["Hel", "Hello"]
    finals = ear.all(TranscriptionFrame)
    assert [frame.text for frame in finals] == ["Hello there", "Bye"]
    assert all(frame.finalized and frame.user_id == "ada" for frame in finals)
    assert len(stt.heard) == 3
    assert first.started_at is not None
    assert first.ended_at is not None
    assert last.ended_at is not None
    expected = [
        (ear.times(InterimTranscriptionFrame)[0], first.started_at + 0.1),
        (ear.times(InterimTranscriptionFrame)[1], first.ended_at + 0.1),
        (ear.times(TranscriptionFrame)[0], first.ended_at + 0.2),
        (ear.times(TranscriptionFrame)[1], last.ended_at + 0.1),
    ]
    for at, due in expected:
        assert -0.01 < at - due < LATE


async def test_frames_carry_language_confidence_and_speaker_as_deepgrams_do():
    stt = ScriptedSTT(
        [{"text": "Guten Tag", "confidence": 0.5, "language": "de", "speaker": 1}, {"text": "Hi"}],
        send_language=False,
    )
    transport = MemoryTransport()
    async with running([transport.input(), stt, transport.output()]) as call:
        await transport.far_end.join()
        transport.far_end.speak_at(0.05, speech(0.1), 16000)
        transport.far_end.speak_at(0.4, speech(0.1), 16000)
        await call.ear.wait_for(TranscriptionFrame, count=2)
        german, english = call.ear.all(TranscriptionFrame)
    assert german.language == Language.DE
    assert german.result is not None
    alternative = german.result.channel.alternatives[0]
    assert alternative.confidence == 0.5
    assert [word.speaker for word in alternative.words] == [1, 1]
    assert english.language is None


async def test_latency_and_usage_come_from_pipecats_own_metrics():
    stt = ScriptedSTT([{"text": "Hello", "final_after": 0.4}])
    transport = MemoryTransport()
    vad = VADProcessor(vad_analyzer=EnergyVAD(start_secs=0.05, stop_secs=0.2))
    async with running([transport.input(), vad, stt, transport.output()]) as call:
        await transport.far_end.join()
        transport.far_end.speak(speech(0.3), 16000)
        await call.ear.wait_for(VADUserStoppedSpeakingFrame)
        await call.ear.wait_for(TranscriptionFrame)
        await call.ear.wait_for(InputAudioRawFrame, count=len(call.ear.all(InputAudioRawFrame)) + 3)
        data = [item for frame in call.ear.all(MetricsFrame) for item in frame.data]
    latencies = [item.value for item in data if isinstance(item, TTFBMetricsData) and item.value]
    assert latencies == [pytest.approx(0.4, abs=LATE)]
    usage = [item for item in data if isinstance(item, STTUsageMetricsData)]
    assert usage[0].value.audio_seconds >= 0.3


@pytest.mark.parametrize(
    ("utterance", "message"),
    [
        ({"text": "a", "finalafter": 1}, "unknown key 'finalafter'"),
        ({"final_after": 1}, "has no text"),
        ({"text": "a", "interims": [{"text": "b", "after": -0.1}]}, "give `after_start`"),
        ({"text": "a", "interims": [{"text": "b"}]}, "needs one of"),
    ],
)
async def test_a_script_that_cannot_be_kept_is_refused(utterance: dict[str, Any], message: str):
    with pytest.raises(ScriptError, match=message):
        ScriptedSTT([utterance])
