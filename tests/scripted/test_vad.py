"""The energy VAD decides when its arithmetic says, neither earlier nor later."""

import asyncio

import pytest
from pipecat.audio.vad.vad_analyzer import VADParams, VADState
from pipecat.frames.frames import VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame
from pipecat.processors.audio.vad_processor import VADProcessor

from bot.memory import MemoryTransport
from tests.scripted.pipeline import running
from tests.scripted.speech import silence, speech
from tests.scripted.vad import EnergyVAD


async def _states(vad: EnergyVAD, pcm: bytes) -> list[tuple[int, VADState]]:
    """Milliseconds of audio after which each new state was reached."""
    vad.set_sample_rate(16000)
    changes: list[tuple[int, VADState]] = []
    for begin in range(0, len(pcm), 320):
        state = await vad.analyze_audio(pcm[begin : begin + 320])
        if not changes or changes[-1][1] != state:
            changes.append(((begin + 320) // 32, state))
    return changes


async def test_speech_begins_and_ends_after_exactly_the_given_times():
    vad = EnergyVAD(start_secs=0.05, stop_secs=0.3)
    sound = silence(0.1) + speech(0.4) + silence(0.5)
    assert await _states(vad, sound) == [
        (10, VADState.QUIET),
        (110, VADState.STARTING),
        (150, VADState.SPEAKING),
        (510, VADState.STOPPING),
        (800, VADState.QUIET),
    ]


async def test_a_click_and_a_short_pause_change_nothing():
    vad = EnergyVAD(params=VADParams(start_secs=0.1, stop_secs=0.3, min_volume=0.9))
    sound = silence(0.1) + speech(0.05) + silence(0.2) + speech(0.3) + silence(0.2) + speech(0.2)
    states = {state for _, state in await _states(vad, sound)}
    ends = [at for at, state in await _states(vad, sound) if state is VADState.QUIET]
    assert states == set(VADState)
    assert not [at for at in ends if at > 160]


async def test_in_a_pipeline_the_frames_tell_when_the_far_end_spoke():
    transport = MemoryTransport()
    vad = VADProcessor(vad_analyzer=EnergyVAD(start_secs=0.05, stop_secs=0.2))
    async with running([transport.input(), vad, transport.output()]) as call:
        await transport.far_end.join()
        utterance = transport.far_end.speak(speech(0.4), 16000)
        started = await call.ear.wait_for(VADUserStartedSpeakingFrame)
        stopped = await call.ear.wait_for(VADUserStoppedSpeakingFrame)
        async with asyncio.timeout(5):
            await utterance.done()
    assert utterance.started_at is not None
    assert utterance.ended_at is not None
    onset = started.timestamp - started.start_secs
    end = stopped.timestamp - stopped.stop_secs
    assert -0.01 <= onset - utterance.started_at < 0.1
    assert -0.01 <= end - utterance.ended_at < 0.1
    assert stopped.stop_secs == pytest.approx(0.2)
