"""When a provider fails in the middle of a call, the next one goes on with it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from eventlog.checker import check
from eventlog.reader import read
from processors.failover import LLMFailover, ServiceFailover

from .faults import Fault
from .faulty_call import ANSWER, GREETING, PROVIDERS, USUAL, FaultyCall, Provider, answers

pytestmark = pytest.mark.slow

OTHER_LLM = Provider(
    "llm",
    "groq",
    "groq",
    lambda: answers("The other one says Paris."),
    lambda server: {"base_url": server.base_url},
    {"model": "some-model"},
)
PAIRS = {
    "deepgram": PROVIDERS["cartesia-stt"],
    "cartesia-stt": PROVIDERS["deepgram"],
    "openai": OTHER_LLM,
    "elevenlabs": PROVIDERS["cartesia-tts"],
    "cartesia-tts": PROVIDERS["elevenlabs"],
}
WITHIN = 3.0
"""Seconds from a failure to the switch, at most."""


@asynccontextmanager
async def call_with_fallback(
    name: str,
    directory: Path,
    *,
    fault: Fault | None = None,
    standby_fault: Fault | None = None,
    **options: Any,
) -> AsyncGenerator[tuple[FaultyCall, Any]]:
    """Hold a call in which one provider has another behind it; gives it and the other's server."""
    first, second = PROVIDERS[name], PAIRS[name]
    chosen = [name if PROVIDERS[each].slot == first.slot else each for each in USUAL]
    async with AsyncExitStack() as stack:
        servers = {each: PROVIDERS[each].server() for each in chosen}
        standby = second.server()
        for server in (*servers.values(), standby):
            await stack.enter_async_context(server)
        if fault is not None:
            await servers[name].fail(fault)
        if standby_fault is not None:
            await standby.fail(standby_fault)
        sections = {PROVIDERS[each].slot: PROVIDERS[each].section(servers[each]) for each in chosen}
        sections[first.slot] |= {"fallback": [second.section(standby)], **options}
        transport = MemoryTransport()
        config = load_config(
            {
                **sections,
                "agent": {"greeting": GREETING},
                "vad": {"provider": "tests.scripted.vad:EnergyVAD", "args": {"stop_secs": 0.2}},
                "turn": {"detector": "none"},
                "log": {"directory": str(directory), "audio": False},
            }
        )
        held = FaultyCall(servers[name], Call(config, transport), transport)
        await transport.far_end.join()
        try:
            yield held, standby
        finally:
            await held.report()


async def judged(held: FaultyCall) -> dict[str, Any]:
    """The report of a call, which is sound."""
    report = await held.report()
    assert report.path is not None
    assert [str(finding) for finding in check(read(report.path)[0])] == []
    return report.data


def switches(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["previous"], each["provider"]) for each in report["parley"]["switches"]]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.UNAUTHORIZED, Fault.RATE_LIMITED])
@pytest.mark.parametrize("name", PAIRS)
async def test_a_provider_that_cannot_be_reached_is_replaced_before_anybody_notices(
    name: str, fault: Fault, tmp_path: Path
) -> None:
    async with call_with_fallback(name, tmp_path, fault=fault) as (held, _):
        await held.greeted()
        assert await held.ask(WITHIN + 4)
        report = await judged(held)
    assert switches(report) == [(PROVIDERS[name].vendor, PAIRS[name].vendor)]
    assert report["close_reason"] == "CR_USER_INITIATED"
    served = report["parley"]["turns"][-1]["providers"]
    assert served[PROVIDERS[name].slot] == PAIRS[name].vendor


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.RESET, Fault.REFUSED])
@pytest.mark.parametrize("name", PAIRS)
async def test_a_provider_that_fails_in_the_middle_of_the_call_loses_no_turn(
    name: str, fault: Fault, tmp_path: Path
) -> None:
    async with call_with_fallback(name, tmp_path) as (held, _):
        await held.greeted()
        assert await held.ask(5)
        before = len(held.answers)
        await held.server.fail(fault)
        assert await held.ask(WITHIN + 5)
        await held.until(lambda: len(held.answers) > before)
        report = await judged(held)
    assert switches(report) == [(PROVIDERS[name].vendor, PAIRS[name].vendor)]
    assert all(PROVIDERS[name].vendor in error.source for error in held.errors)
    assert held.errors
    slot = PROVIDERS[name].slot
    served = [turn["providers"][slot] for turn in report["parley"]["turns"]]
    assert served == [PROVIDERS[name].vendor, PAIRS[name].vendor]
    said = "The other one says Paris." if slot == "llm" else ANSWER
    assert held.answers[-1] == said


@pytest.mark.parametrize("name", PAIRS)
async def test_a_provider_that_is_well_again_is_taken_back(name: str, tmp_path: Path) -> None:
    taken_back = asyncio.Event()
    async with call_with_fallback(name, tmp_path, recover_after=0.5) as (held, _):
        switcher = held.call.services.placed[PROVIDERS[name].slot]
        assert isinstance(switcher, ServiceFailover | LLMFailover)
        switcher.strategy.add_event_handler("on_service_switched", lambda *_: taken_back.set())
        await held.greeted()
        await held.server.fail(Fault.REFUSED)
        assert await held.ask(WITHIN + 5)
        await held.server.heal()
        vendor = PROVIDERS[name].vendor
        async with asyncio.timeout(10):
            while switcher.strategy.active_service is not switcher.services[0]:
                await taken_back.wait()
                taken_back.clear()
        assert await held.ask(5)
        report = await judged(held)
    assert switches(report)[0] == (vendor, PAIRS[name].vendor)
    assert switches(report)[-1] == (PAIRS[name].vendor, vendor)
    served = report["parley"]["turns"][-1]["providers"]
    assert served[PROVIDERS[name].slot] == vendor


@pytest.mark.parametrize("name", ["deepgram", "openai", "elevenlabs"])
async def test_when_all_providers_of_a_slot_fail_the_call_ends_with_an_error_of_one_of_them(
    name: str, tmp_path: Path
) -> None:
    async with call_with_fallback(
        name, tmp_path, fault=Fault.UNAUTHORIZED, standby_fault=Fault.UNAUTHORIZED
    ) as (held, _):
        await held.ask_until(lambda: held.over)
        report = await judged(held)
    assert report["close_reason"] == "CR_ERROR"
    failed = {PROVIDERS[name].vendor, PAIRS[name].vendor}
    assert report["parley"]["close_detail"]["provider"] in failed
