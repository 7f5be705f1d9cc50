"""Whole calls whose realtime model fails: each goes on or closes, and the report says by whom."""

from pathlib import Path

import pytest

from bot.session import SessionReport

from .faults import Fault
from .openai_realtime import OpenAIRealtimeServer
from .realtime_reply import Reply
from .test_realtime_call import ANSWER, GREETING, QUESTION, held, listens, messages, sound

pytestmark = pytest.mark.slow
AT_ONCE = {"provider_timeout": 1.0, "max_failures": 0}
DEAF = (Fault.SILENT, Fault.MALFORMED)


def blames_the_model(report: SessionReport) -> bool:
    assert sound(report)
    assert report.error is not None
    assert report.error["type"] == "realtime_model_error"
    assert report.data["parley"]["close_detail"]["provider"] == "openai"
    return report.close_reason == "error"


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.RATE_LIMITED, *DEAF])
async def test_a_model_that_fails_from_the_start_ends_the_call_and_is_named(
    tmp_path: Path, fault: Fault
) -> None:
    server = OpenAIRealtimeServer([], [], fault=fault)
    async with held(server, tmp_path, call=AT_ONCE) as call:
        await call.until(lambda: call.over)
        report = await call.report()
    assert blames_the_model(report)


async def test_a_model_that_is_cut_off_ends_the_call_and_is_named(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer([QUESTION], [Reply(GREETING)])
    async with held(server, tmp_path, call=AT_ONCE) as call:
        await call.greeted()
        await server.fail(Fault.REFUSED)
        await call.speak()
        await call.until(lambda: call.over)
        report = await call.report()
    assert blames_the_model(report)
    assert messages(report)[0] == ("assistant", GREETING)


@pytest.mark.parametrize("fault", DEAF)
async def test_a_model_that_no_longer_hears_ends_the_call_and_is_named(
    tmp_path: Path, fault: Fault
) -> None:
    server = OpenAIRealtimeServer([], [Reply(GREETING)])
    async with held(server, tmp_path, call=AT_ONCE) as call:
        await call.greeted()
        await server.fail(fault)
        for _ in range(3):
            await call.speak_until_heard(1.3)
        await call.until(lambda: call.over)
        report = await call.report()
    assert blames_the_model(report)
    assert "no sign of hearing 3 stretches" in report.data["parley"]["close_detail"]["what"]


@pytest.mark.parametrize("fault", DEAF)
async def test_a_model_that_does_not_answer_typed_text_is_named_and_may_be_asked_again(
    tmp_path: Path, fault: Fault
) -> None:
    server = OpenAIRealtimeServer([], [Reply(GREETING)])
    settings = {"provider_timeout": 0.5, "max_failures": 1}
    async with held(server, tmp_path, call=settings) as call:
        await call.greeted()
        await server.fail(fault)
        await call.call.send_text("Are you there?")
        await call.until(lambda: len(call.errors) == 1)
        assert not call.over
        await call.call.send_text("Hello?")
        await call.until(lambda: call.over)
        report = await call.report()
    assert blames_the_model(report)
    assert "gave no answer for 0.5 s" in report.data["parley"]["close_detail"]["what"]
    assert report.data["errors"]["realtime"] == 2


async def test_a_model_that_comes_to_itself_is_talked_to_again(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer([QUESTION], [Reply(GREETING), Reply(), Reply(ANSWER)])
    async with held(server, tmp_path, call={"provider_timeout": 0.5}) as call:
        await call.greeted()
        await server.fail(Fault.SILENT)
        await call.call.send_text("Are you there?")
        await call.until(lambda: len(call.errors) == 1)
        await server.heal()
        await call.speak()
        await call.until(lambda: ANSWER in call.answers)
        report = await call.report()
    assert sound(report)
    assert report.close_reason == "user_initiated"
    assert report.data["errors"]["realtime"] == 1


async def test_a_slow_model_is_waited_for(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer([QUESTION], [Reply(GREETING), Reply(ANSWER)])
    async with held(server, tmp_path) as call:
        await call.greeted()
        await server.fail(Fault.SLOW)
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    assert call.errors == []
    assert messages(report)[-1] == ("assistant", ANSWER)


async def test_a_very_long_reply_is_cut_like_any_other(tmp_path: Path) -> None:
    long = " ".join(f"word{n}" for n in range(2000))
    server = OpenAIRealtimeServer(
        [QUESTION, "Stop."], [Reply(GREETING), Reply(long), Reply(ANSWER)]
    )
    async with held(server, tmp_path) as call:
        await call.greeted()
        await call.speak()
        await listens(call, 1.0)
        await call.speak()
        await call.until(lambda: len(call.answers) == 3)
        report = await call.report()
    assert sound(report)
    assert messages(report)[-1] == ("assistant", ANSWER)
