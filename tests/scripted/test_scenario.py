"""LiveKit's scenarios, played through Pipecat's own pipeline with the scripted providers."""

import asyncio
import time
from importlib import import_module
from typing import Any

import pytest
import yaml
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    InterimTranscriptionFrame,
    LLMContextAssistantTurnFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.memory import MemoryTransport
from tests.scripted import scenario
from tests.scripted.audio_code import runs
from tests.scripted.pipeline import running

LATE = 0.2


def _build(provider: str, args: dict[str, Any]) -> Any:
    module, name = provider.split(":")
    return getattr(import_module(module), name)(**args)


def _pipeline(script: scenario.Scenario, transport: MemoryTransport) -> list[FrameProcessor]:
    made = {
        slot: _build(given["provider"], dict(given["args"]))
        for slot, given in script.providers.items()
    }
    user, assistant = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(
            vad_analyzer=made["vad"],
            user_turn_strategies=UserTurnStrategies(
                start=[VADUserTurnStartStrategy()],
                stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)],
            ),
        ),
    )
    stt, llm, tts = made["stt"], made["llm"], made["tts"]
    return [transport.input(), stt, user, llm, tts, transport.output(), assistant]


@pytest.mark.parametrize("name", scenario.names())
def test_every_scenario_can_be_written_in_a_yaml_config_and_built(name: str):
    script = scenario.load(name)
    for given in script.providers.values():
        assert yaml.safe_load(yaml.safe_dump(dict(given))) == given
    spoken = [said["text"] for said in script.raw["user_speech"]]
    utterances = script.providers["stt"]["args"]["utterances"]
    assert [utterance["text"] for utterance in utterances] == spoken
    assert len(script.user_speech) == len(spoken)
    assert script.options["min_endpointing_delay"] == 0.5


async def test_a_plain_turn_keeps_to_the_script():
    script = scenario.load("plain_turn")
    transport = MemoryTransport()
    far_end = transport.far_end
    async with running(_pipeline(script, transport)) as call:
        script.speak(far_end)
        await far_end.join()
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        said = await call.ear.wait_for(LLMContextAssistantTurnFrame)
        ear = call.ear
    joined = far_end.joined_at
    assert joined is not None
    assert [frame.text for frame in ear.all(InterimTranscriptionFrame)] == ["Hello, how"]
    assert said.text == "I am well."
    due = {
        VADUserStartedSpeakingFrame: 0.55,
        VADUserStoppedSpeakingFrame: 2.5,
        InterimTranscriptionFrame: 2.1,
        TranscriptionFrame: 2.2,
        # End of turn at 2.5, then the whole of the LLM's 0.3 s (one sentence), then 0.2 s of TTS.
        BotStartedSpeakingFrame: 3.0,
        BotStoppedSpeakingFrame: 4.5,
    }
    late = {kind.__name__: ear.times(kind)[0] - joined - moment for kind, moment in due.items()}
    assert all(-0.02 < lateness < LATE for lateness in late.values()), late
    played = b"".join(piece.pcm for piece in far_end.played)
    assert runs(played) == [range(round(1.5 * 16000))]


async def test_a_barge_in_ends_what_is_heard_and_what_the_context_says():
    script = scenario.load("interruption")
    transport = MemoryTransport()
    far_end = transport.far_end
    async with running(_pipeline(script, transport)) as call:
        utterances = script.speak(far_end)
        await far_end.join()
        cut = await call.ear.wait_for(LLMContextAssistantTurnFrame)
        await call.ear.wait_for(BotStoppedSpeakingFrame, count=2)
    barge_in = utterances[1].started_at
    assert barge_in is not None
    heard = runs(b"".join(piece.pcm for piece in far_end.played))
    assert len(heard) == 2
    first = [piece for piece in far_end.played if piece.at < barge_in + 0.5]
    silent_from = first[-1].at + 0.01
    assert 0.05 <= silent_from - barge_in < 0.05 + LATE
    # The first reply has 12 s for 97 characters; the context holds the words begun until then.
    seconds = len(heard[0]) / 16000
    full = script.raw["tts"][0]["text"]
    begun = [w for w in full.split() if 12 * full.index(w) / len(full) < seconds]
    assert full.startswith(cut.text)
    assert abs(len(cut.text.split()) - len(begun)) <= 1
    assert len(heard[1]) == 16000


async def test_playing_a_scenario_ends_early_when_the_bot_hangs_up():
    script = scenario.load("greeting_say")
    transport = MemoryTransport()
    async with running(_pipeline(script, transport)) as call:
        playing = asyncio.create_task(script.play(transport.far_end))
        begun = time.monotonic()
        await transport.far_end.connected()
        await call.runner.cancel(reason="test")
        utterances = await playing
    assert time.monotonic() - begun < script.length / 2
    assert all(utterance.cut_short for utterance in utterances)
