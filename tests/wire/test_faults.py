"""Whole calls in which a provider fails: each goes on or closes, and the report says by whom."""

import asyncio
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from pipecat.services import websocket_service
from pipecat.services.deepgram import stt as deepgram_stt

from bot.session import SessionReport
from eventlog.checker import check
from eventlog.reader import read

from .faults import Fault
from .faulty_call import ANSWER, GREETING, PROVIDERS, FaultyCall, call_with
from .loopback import KEY
from .openai import Answer, OpenAIServer

pytestmark = pytest.mark.slow
ALL = list(PROVIDERS)
REFUSALS = (Fault.REFUSED, Fault.UNAUTHORIZED, Fault.RATE_LIMITED)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Pipecat's clients wait a moment between attempts, where they wait four seconds."""

    def moment(*args: Any, **kwargs: Any) -> float:
        return 0.2

    for module in (websocket_service, deepgram_stt):
        monkeypatch.setattr(module, "exponential_backoff_time", moment)


def sound(report: SessionReport) -> bool:
    """Whether a report keeps every rule and no secret."""
    assert report.path is not None
    assert KEY not in report.path.read_text()
    return [str(f) for logged in read(report.path) for f in check(logged)] == []


def blames(report: SessionReport, name: str) -> bool:
    """Whether the call closed with an error that names the provider."""
    provider = PROVIDERS[name]
    detail = report.data["parley"]["close_detail"]
    assert report.close_reason == "error"
    assert report.error is not None
    assert report.error["type"] == f"{provider.slot}_error"
    counts = {"stt": 0, "llm": 0, "tts": 0, **report.data["errors"]}
    assert counts[provider.slot] > 0
    return detail["provider"] == provider.vendor


def only_blamed(held: FaultyCall, name: str) -> bool:
    """Whether each error that was told is this provider's."""
    provider = PROVIDERS[name]
    labels = [event.error.label for event in held.errors]
    return all(f".{provider.vendor}." in label for label in labels)


def said(report: SessionReport) -> list[str]:
    items = report.data["chat_history"]["items"]
    return [i["content"][0] for i in items if i["type"] == "message" and i["role"] == "assistant"]


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
    """The faults in the middle of a call that end it when they last; see MUTE for the others."""
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


MUTE = [
    *((name, Fault.SILENT) for name in ("deepgram", "flux", "cartesia-stt", "openai")),
    # Both clients only write a message that they cannot read into their own log.
    *((name, Fault.MALFORMED) for name in ("flux", "cartesia-stt")),
]


@pytest.mark.parametrize(("name", "fault"), MUTE)
async def test_a_provider_that_goes_mute_leaves_the_call_to_its_idle_timeout(
    tmp_path: Path, name: str, fault: Fault
) -> None:
    """No client waits for a time of its own, so no error is raised that could be told."""
    async with call_with(name, tmp_path, settings={"idle_timeout": 1.5}) as held:
        await held.greeted()
        await held.server.fail(fault)
        await held.speak()
        await held.server.until(lambda: held.server.spoilt > 0)
        await held.until(lambda: held.over)
        report = await held.report()
    assert held.errors == []
    assert report.close_reason == "job_shutdown"
    assert report.data["parley"]["close_detail"] == {"who": "bot", "what": "idle timeout"}
    assert said(report) == [GREETING]
    assert sound(report)
