"""Whether the user makes a sound right now, whatever the VAD still holds."""

from __future__ import annotations

import asyncio

import pytest
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState

from processors.heard_sound import HeardSound
from tests.processors.timeless import timeless


class ScriptedVAD(VADAnalyzer):
    """A VAD that finds what it is told to find."""

    def __init__(self, *states):
        super().__init__(params=VADParams(stop_secs=0.5))
        self.states, self.heard, self.cleaned = list(states), [], False

    def num_frames_required(self):
        return 160

    def voice_confidence(self, buffer):
        return 0.75

    async def analyze_audio(self, buffer):
        self.heard.append(buffer)
        return self.states.pop(0)

    async def cleanup(self):
        await super().cleanup()
        self.cleaned = True


async def heard(*states):
    """A VAD that has found these states, one after the other."""
    vad = HeardSound(ScriptedVAD(*states))
    assert [await vad.analyze_audio(b"\0\0") for _ in states] == list(states)
    return vad


def is_there(vad):
    """Whether there is sound right now."""
    waiting = vad.sound()
    try:
        waiting.send(None)
    except StopIteration:
        return True
    waiting.close()
    return False


@timeless
@pytest.mark.parametrize("state", [VADState.STARTING, VADState.SPEAKING])
async def test_speech_is_a_sound_from_its_first_moment(state):
    assert is_there(await heard(VADState.QUIET, state))


@timeless
@pytest.mark.parametrize("state", [VADState.STOPPING, VADState.QUIET])
async def test_the_silence_in_which_the_vad_still_holds_speech_is_none(state):
    assert not is_there(await heard(VADState.SPEAKING, state))


@timeless
async def test_before_anything_was_heard_there_is_no_sound():
    assert not is_there(HeardSound(ScriptedVAD()))


@timeless
async def test_who_waits_for_a_sound_is_told_of_the_next_one():
    vad = HeardSound(ScriptedVAD(VADState.STOPPING, VADState.SPEAKING))
    waiting = asyncio.create_task(vad.sound())
    await vad.analyze_audio(b"\0\0")
    await asyncio.sleep(0)
    assert not waiting.done()
    await vad.analyze_audio(b"\0\0")
    await asyncio.wait_for(waiting, 1)


@timeless
async def test_the_vad_that_decides_is_asked_and_told_everything():
    vad = ScriptedVAD(VADState.QUIET)
    sound = HeardSound(vad)
    sound.set_sample_rate(16_000)
    assert (sound.sample_rate, vad.sample_rate) == (16_000, 16_000)
    assert sound.num_frames_required() == 160
    assert sound.voice_confidence(b"") == 0.75
    assert sound.params is vad.params
    other = VADParams(stop_secs=0.8)
    sound.set_params(other)
    assert sound.params is vad.params is other
    await sound.analyze_audio(b"\1\0")
    assert vad.heard == [b"\1\0"]
    await sound.cleanup()
    assert vad.cleaned
