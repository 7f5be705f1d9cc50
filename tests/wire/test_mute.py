"""Whole calls in which a provider takes everything and gives nothing: no client raises an error."""

from pathlib import Path

import pytest

from .fault_reports import blames, message, only_blamed, said, sound
from .faults import Fault
from .faulty_call import ANSWER, GREETING, call_with

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hurried")]
LONG = 1.4
"""Seconds of speech that are no cough."""

MUTE_STT = [
    *((name, Fault.SILENT) for name in ("deepgram", "flux", "cartesia-stt")),
    # Both clients only write a message that they cannot read into their own log.
    *((name, Fault.MALFORMED) for name in ("flux", "cartesia-stt")),
]


@pytest.mark.parametrize(("name", "fault"), MUTE_STT)
async def test_an_stt_that_hears_nothing_is_named(tmp_path: Path, name: str, fault: Fault) -> None:
    async with call_with(name, tmp_path, settings={"provider_timeout": 1.0}) as held:
        await held.greeted()
        await held.server.fail(fault)
        for _ in range(3):
            assert held.errors == []
            await held.speak_until_heard(LONG)
        await held.until(lambda: bool(held.errors))
        assert only_blamed(held, name)
        assert not held.over
        report = await held.report()
    assert "3 stretches of speech" in message(report)
    assert sound(report)


@pytest.mark.parametrize(("name", "fault"), MUTE_STT)
async def test_noise_is_nothing_to_be_heard(tmp_path: Path, name: str, fault: Fault) -> None:
    settings = {"provider_timeout": 0.1, "idle_timeout": 1.5}
    async with call_with(name, tmp_path, settings=settings) as held:
        await held.greeted()
        await held.server.fail(fault)
        for _ in range(4):
            await held.speak_until_heard(0.4)
        await held.until(lambda: held.over)
        report = await held.report()
    assert held.errors == []
    assert report.data["parley"]["close_detail"] == {"who": "bot", "what": "idle timeout"}
    assert said(report) == [GREETING]
    assert sound(report)


async def test_an_llm_that_never_answers_ends_the_call_and_is_named(tmp_path: Path) -> None:
    settings = {"provider_timeout": 0.5, "max_failures": 1}
    async with call_with("openai", tmp_path, settings=settings) as held:
        await held.greeted()
        await held.server.fail(Fault.SILENT)
        await held.ask_until(lambda: held.over)
        report = await held.report()
    assert len(held.errors) == 2
    assert "gave no answer for 0.5 s" in message(report)
    assert blames(report, "openai")
    assert sound(report)


async def test_a_request_that_had_no_answer_is_called_off_and_the_call_goes_on(
    tmp_path: Path,
) -> None:
    async with call_with("openai", tmp_path, settings={"provider_timeout": 0.5}) as held:
        await held.greeted()
        await held.server.fail(Fault.SILENT)
        await held.speak()
        await held.until(lambda: bool(held.errors))
        await held.server.until(lambda: held.server.connections[-1].hung_up)
        await held.server.heal()
        await held.ask_until(lambda: ANSWER in held.answers)
        report = await held.report()
    assert report.close_reason == "user_initiated"
    assert sound(report)


@pytest.mark.parametrize("name", ["elevenlabs", "cartesia-tts"])
async def test_a_mute_voice_that_is_talked_over_ends_the_call_and_is_named(
    tmp_path: Path, name: str
) -> None:
    async with call_with(name, tmp_path, settings={"max_failures": 0}) as held:
        await held.greeted()
        await held.server.fail(Fault.SILENT)
        # Pipecat would notice after three seconds without an interruption.
        await held.ask_until(lambda: held.over, patience=1.2, times=8)
        report = await held.report()
    assert "no audio for 3 texts in a row" in message(report)
    assert blames(report, name)
    assert sound(report)
