"""Whole calls in which a provider fails: each goes on or closes, and the report says by whom."""

import asyncio
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from .fault_reports import blames, only_blamed, said, sound
from .faults import Fault
from .faulty_call import ANSWER, PROVIDERS, call_with
from .openai import Answer, OpenAIServer

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hurried")]
ALL = list(PROVIDERS)
REFUSALS = (Fault.REFUSED, Fault.UNAUTHORIZED, Fault.RATE_LIMITED)


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize("name", ALL)
async def test_a_provider_that_lets_nobody_in_ends_the_call_and_is_named(
    tmp_path: Path, name: str, fault: Fault
) -> None:
    begun = call_with(
        name,
        tmp_path,
        broken=lambda server: server.fail(fault),
        settings={"max_failures": 0},
    )
    async with begun as held:
        await held.greeted()
        await held.ask_until(lambda: held.over)
        report = await held.report()
    assert blames(report, name)
    assert sound(report)
    if fault is Fault.UNAUTHORIZED:
        assert report.data["parley"]["close_detail"]["category"] == "authentication"


def _lasting() -> Iterator[tuple[str, Fault]]:
    """The faults in the middle of a call that end it when they last; see test_mute.py, too."""
    for name in ALL:
        for fault in (Fault.REFUSED, Fault.RESET, Fault.MALFORMED):
            if fault is not Fault.MALFORMED or name not in ("flux", "cartesia-stt"):
                yield name, fault
    for name in ("elevenlabs", "cartesia-tts"):
        yield name, Fault.SILENT
    for fault in (Fault.UNAUTHORIZED, Fault.RATE_LIMITED):
        yield "openai", fault


@pytest.mark.parametrize(("name", "fault"), list(_lasting()))
async def test_a_fault_that_lasts_ends_the_call_and_the_provider_is_named(
    tmp_path: Path, name: str, fault: Fault
) -> None:
    async with call_with(name, tmp_path, settings={"max_failures": 0}) as held:
        await held.greeted()
        await held.server.fail(fault)
        # A voice that says nothing is noticed after three seconds, if it is not interrupted.
        await held.ask_until(lambda: held.over, patience=5.0)
        report = await held.report()
    assert blames(report, name)
    assert sound(report)


@pytest.mark.parametrize(
    "fault", [Fault.REFUSED, Fault.RESET, Fault.MALFORMED, Fault.SILENT, Fault.RATE_LIMITED]
)
@pytest.mark.parametrize("name", ALL)
async def test_a_provider_that_gets_well_is_talked_to_again(
    tmp_path: Path, name: str, fault: Fault
) -> None:
    async with call_with(name, tmp_path) as held:
        await held.greeted()
        await held.server.fail(fault)
        asking = asyncio.create_task(held.speak())
        if fault is Fault.RATE_LIMITED or (fault is Fault.REFUSED and name == "openai"):
            await asking
        elif fault is Fault.REFUSED:
            await held.until(lambda: bool(held.errors))
        else:
            await held.server.until(lambda: held.server.spoilt > 0)
        await held.server.heal()
        await asking
        await held.ask_until(lambda: ANSWER in held.answers)
        assert not held.over
        assert only_blamed(held, name)
        report = await held.report()
    assert report.close_reason == "user_initiated"
    assert ANSWER in said(report)
    assert sound(report)


@pytest.mark.parametrize("name", ALL)
async def test_a_slow_provider_is_waited_for(tmp_path: Path, name: str) -> None:
    async with call_with(name, tmp_path) as held:
        await held.greeted()
        await held.server.fail(Fault.SLOW)
        await held.ask_until(lambda: ANSWER in held.answers, times=1)
        report = await held.report()
    assert held.errors == []
    assert said(report)[-1] == ANSWER
    assert sound(report)


@pytest.mark.parametrize("name", ["elevenlabs", "cartesia-tts"])
async def test_a_reply_without_end_is_cut_and_the_call_goes_on(tmp_path: Path, name: str) -> None:
    long = " ".join(f"Sentence number {n} of very many." for n in range(1, 200))
    script = chain([Answer(long, token_pace=0.0)], repeat(Answer(ANSWER)))
    async with call_with(name, tmp_path, llm=OpenAIServer(lambda body: next(script))) as held:
        await held.greeted()
        await held.speak()
        await held.until(lambda: held.speaking)
        await held.ask_until(lambda: ANSWER in held.answers)
        report = await held.report()
    assert held.errors == []
    first, second = said(report)[1:]
    assert first
    assert long.startswith(first)
    assert len(first) < 300
    assert second == ANSWER
    assert sound(report)
