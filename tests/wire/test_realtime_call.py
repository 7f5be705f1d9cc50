"""Whole calls with a realtime model: Pipecat's client of OpenAI's, against the loopback one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport, PlayedAudio
from bot.realtime import NoVoiceError
from bot.session import SessionReport
from eventlog.checker import check
from eventlog.reader import read

from .faults import Fault
from .faulty_call import FaultyCall
from .loopback import KEY
from .openai_realtime import OpenAIRealtimeServer
from .realtime_reply import Reply

GREETING, QUESTION, ANSWER = "Hello there.", "What is the capital of France?", "It is Paris."


def configured(server: OpenAIRealtimeServer, directory: Path, **sections: Any) -> dict[str, Any]:
    return {
        "realtime": {
            "provider": "openai-realtime",
            "settings": {
                "model": "gpt-realtime",
                "session_properties": {"audio": {"input": {"transcription": {}}}},
            },
            "args": {"api_key": KEY, "base_url": server.realtime_url},
        },
        "agent": {"greeting": {"generate": "Greet the caller."}},
        "vad": {"provider": "tests.scripted.vad:EnergyVAD", "args": {"stop_secs": 0.2}},
        "log": {"directory": str(directory), "audio": False},
        **sections,
    }


@asynccontextmanager
async def held(
    server: OpenAIRealtimeServer, directory: Path, **sections: Any
) -> AsyncGenerator[FaultyCall]:
    """Hold a call; leaving the block closes it and stops the server."""
    async with server:
        transport = MemoryTransport()
        config = load_config(configured(server, directory, **sections))
        call = FaultyCall(server, Call(config, transport), transport)
        await transport.far_end.join()
        try:
            yield call
        finally:
            await call.report()


async def listens(call: FaultyCall, seconds: float) -> None:
    """Wait until so much of the bot has been audible from here on."""
    there = asyncio.Event()
    left = round(seconds * 100)

    def audible(audio: PlayedAudio) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            there.set()

    stop = call.transport.far_end.on_audio(audible)
    async with asyncio.timeout(8):
        await there.wait()
    stop()


def sound(report: SessionReport) -> bool:
    """Whether a report keeps every rule and no secret."""
    assert report.path is not None
    assert KEY not in report.path.read_text()
    faults = [str(f) for logged in read(report.path) for f in check(logged)]
    assert faults == []
    return True


def messages(report: SessionReport) -> list[tuple[str, str]]:
    items = report.data["chat_history"]["items"]
    return [(i["role"], i["content"][0]) for i in items if i["type"] == "message"]


async def test_it_greets_hears_a_turn_and_answers_and_the_report_says_so(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer(
        [QUESTION], [Reply(GREETING), Reply(ANSWER, input_tokens=50, output_tokens=10)]
    )
    async with held(server, tmp_path) as call:
        await call.greeted()
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    assert messages(report) == [("assistant", GREETING), ("user", QUESTION), ("assistant", ANSWER)]
    turn = report.data["parley"]["turns"][0]
    assert turn["providers"] == {"realtime": "openai-realtime"}
    assert [part["name"] for part in turn["parts"]] == [
        "endpointing",
        "scheduling",
        "llm",
        "playback",
    ]
    assert report.data["parley"]["providers"]["realtime"]["model"] == "gpt-realtime"
    (usage,) = report.data["usage"]
    assert (usage["type"], usage["input_tokens"], usage["output_tokens"]) == ("llm_usage", 90, 30)
    assert (usage["input_audio_tokens"], usage["output_audio_tokens"]) == (45, 15)
    assert report.data["options"]["preemptive_generation"] is False


async def test_the_bot_listens_thinks_and_speaks_and_words_come_in_bit_by_bit(
    tmp_path: Path,
) -> None:
    server = OpenAIRealtimeServer([QUESTION], [Reply(GREETING), Reply(ANSWER)])
    async with held(server, tmp_path) as call:
        await call.greeted()
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    states = [e["new_state"] for e in events(report, "agent_state_changed")]
    assert states == ["listening", *["thinking", "speaking", "listening"] * 2]
    assert [e["new_state"] for e in events(report, "user_state_changed")] == [
        "speaking",
        "listening",
    ]
    heard = [(e["transcript"], e["is_final"]) for e in events(report, "user_input_transcribed")]
    words = QUESTION.split()
    assert heard == [
        *[(" ".join(words[: n + 1]), False) for n in range(len(words))],
        (QUESTION, True),
    ]


async def test_words_that_come_after_the_answer_has_begun_belong_to_their_turn(
    tmp_path: Path,
) -> None:
    server = OpenAIRealtimeServer(
        [QUESTION], [Reply(GREETING), Reply(ANSWER, char_ms=100)], words_late_by=0.6
    )
    async with held(server, tmp_path) as call:
        await call.greeted()
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    assert messages(report) == [("assistant", GREETING), ("user", QUESTION), ("assistant", ANSWER)]
    assert len(report.data["parley"]["turns"]) == 1


async def test_a_tool_is_called_and_its_result_is_answered(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer(
        ["What is the weather in Rome?"],
        [
            Reply(GREETING),
            Reply(function="get_weather", arguments={"location": "Rome"}),
            Reply("It is sunny."),
        ],
    )
    async with held(server, tmp_path, tools=["tests.calls.tools:get_weather"]) as call:
        await call.greeted()
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    kinds = [item["type"] for item in report.data["chat_history"]["items"]]
    assert kinds == [
        "agent_handoff",
        "message",
        "message",
        "function_call",
        "function_call_output",
        "message",
    ]
    (executed,) = events(report, "function_tools_executed")
    assert executed["function_calls"][0]["name"] == "get_weather"
    assert executed["function_call_outputs"][0]["is_error"] is False
    (connection,) = server.connections
    outputs = [
        event["item"]["type"]
        for event in connection.of("conversation.item.create")
        if event["item"]["type"] == "function_call_output"
    ]
    assert len(outputs) == 1


async def test_after_the_last_permitted_round_the_tools_are_taken_away_for_one_answer(
    tmp_path: Path,
) -> None:
    asks = Reply(function="get_weather", arguments={"location": "Rome"})
    server = OpenAIRealtimeServer(
        ["What is the weather?", "And now?"],
        [Reply(GREETING), asks, asks, Reply("It is sunny."), asks, Reply("Still sunny.")],
    )
    sections = {"tools": ["tests.calls.tools:get_weather"], "turn": {"max_tool_steps": 2}}
    async with held(server, tmp_path, **sections) as call:
        await call.greeted()
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        await call.speak()
        await call.until(lambda: len(call.answers) == 3)
        report = await call.report()
    assert sound(report)
    assert report.data["options"]["max_tool_steps"] == 2
    (connection,) = server.connections
    updates = [len(event["session"].get("tools", [])) for event in connection.of("session.update")]
    assert updates == [0, 1, 0, 1]
    assert len(events(report, "function_tools_executed")) == 3


async def test_speech_over_the_bot_cuts_it_to_what_was_heard(tmp_path: Path) -> None:
    long = " ".join(f"word{n}" for n in range(60))
    server = OpenAIRealtimeServer(
        ["Tell me all.", "Stop."], [Reply(GREETING), Reply(long), Reply("Okay.")]
    )
    async with held(server, tmp_path) as call:
        await call.greeted()
        await call.speak()
        await listens(call, 1.0)
        await call.speak()
        await call.until(lambda: len(call.answers) == 3)
        report = await call.report()
    assert sound(report)
    said = [
        (item["content"][0], item["interrupted"])
        for item in report.data["chat_history"]["items"]
        if item["type"] == "message" and item["role"] == "assistant"
    ]
    assert [interrupted for _, interrupted in said] == [False, True, False]
    heard = said[1][0]
    assert long.startswith(heard)
    assert 1 <= len(heard.split()) < 30
    (connection,) = server.connections
    (truncation,) = connection.of("conversation.item.truncate")
    assert truncation["item_id"] == "answer_1"
    assert 700 < truncation["audio_end_ms"] < 12_000


async def test_a_key_that_is_refused_ends_the_call_and_is_named(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer([], [], fault=Fault.UNAUTHORIZED)
    async with held(server, tmp_path) as call:
        await call.until(lambda: call.over)
        report = await call.report()
    assert sound(report)
    assert report.close_reason == "error"
    assert report.error is not None
    assert report.error["type"] == "realtime_model_error"
    assert report.data["errors"]["realtime"] == 1
    detail = report.data["parley"]["close_detail"]
    assert detail["provider"] == "openai"
    assert "401" in detail["what"]


async def test_a_connection_that_breaks_off_ends_the_call_and_is_named(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer([QUESTION], [Reply(GREETING), Reply(ANSWER)])
    async with held(server, tmp_path) as call:
        await call.greeted()
        await server.fail(Fault.RESET)
        await call.speak()
        await call.until(lambda: call.over)
        report = await call.report()
    assert sound(report)
    assert report.close_reason == "error"
    assert report.error is not None
    assert report.error["type"] == "realtime_model_error"
    assert report.data["parley"]["close_detail"]["provider"] == "openai"
    assert messages(report)[0] == ("assistant", GREETING)


async def test_typed_text_cuts_the_bot_and_is_answered(tmp_path: Path) -> None:
    long = " ".join(f"word{n}" for n in range(60))
    server = OpenAIRealtimeServer([], [Reply(long, piece_pace=0.1), Reply("Yes.")])
    async with held(server, tmp_path) as call:
        await listens(call, 0.8)
        await call.call.send_text("Are you there?")
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    said = messages(report)
    assert [role for role, _ in said] == ["assistant", "user", "assistant"]
    assert said[1:] == [("user", "Are you there?"), ("assistant", "Yes.")]
    assert len(said[0][1]) < len(long) / 2


async def test_the_application_cuts_it_and_the_model_is_told(tmp_path: Path) -> None:
    long = " ".join(f"word{n}" for n in range(60))
    server = OpenAIRealtimeServer([QUESTION], [Reply(long, piece_pace=0.1), Reply(ANSWER)])
    async with held(server, tmp_path) as call:
        await listens(call, 0.8)
        assert await call.call.interrupt()
        await call.until(lambda: len(call.answers) == 1)
        played = len(call.transport.far_end.played)
        await call.speak()
        assert len(call.transport.far_end.played) - played < 15
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    assert [text for role, text in messages(report) if role == "assistant"][1] == ANSWER
    (connection,) = server.connections
    assert len(connection.of("response.cancel")) == 1


async def test_a_sound_without_words_is_no_turn_of_the_log(tmp_path: Path) -> None:
    server = OpenAIRealtimeServer(
        ["", QUESTION], [Reply(GREETING), Reply("Pardon?"), Reply(ANSWER)]
    )
    async with held(server, tmp_path) as call:
        await call.greeted()
        await call.speak()
        await call.until(lambda: len(call.answers) == 2)
        await call.speak()
        await call.until(lambda: len(call.answers) == 3)
        report = await call.report()
    assert sound(report)
    assert [text for role, text in messages(report) if role == "user"] == [QUESTION]
    assert len(report.data["parley"]["turns"]) == 1


async def test_the_application_has_it_speak_by_instructions_and_not_word_for_word(
    tmp_path: Path,
) -> None:
    server = OpenAIRealtimeServer([], [Reply(GREETING), Reply("Your taxi is here.")])
    async with held(server, tmp_path) as call:
        await call.greeted()
        with pytest.raises(NoVoiceError, match="generate_reply"):
            await call.call.say("Your taxi is here.")
        await call.call.generate_reply("Say that the taxi is here.")
        await call.until(lambda: len(call.answers) == 2)
        report = await call.report()
    assert sound(report)
    assert call.answers == [GREETING, "Your taxi is here."]


def events(report: SessionReport, kind: str) -> list[dict[str, Any]]:
    return [event for event in report.data["events"] if event["type"] == kind]
