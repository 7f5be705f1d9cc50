"""What the log says the bot said is what the LLM is told it said, also when it was cut off."""

import asyncio
from pathlib import Path

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from tests.calls.playing import config_of
from tests.scripted.llm import ScriptedLLM
from tests.scripted.scenario import load


async def test_the_cut_text_is_the_same_in_the_log_and_in_the_llms_context(tmp_path: Path) -> None:
    scenario = load("interruption")
    transport = MemoryTransport()
    call = Call(load_config(config_of(scenario, tmp_path)), transport)
    llm = call.services.llm
    assert isinstance(llm, ScriptedLLM)
    playing = asyncio.create_task(call.run())
    await scenario.play(transport.far_end)
    report = await playing
    cut = next(i for i in report.data["chat_history"]["items"] if i.get("interrupted"))
    asked = llm.requests[1].messages
    assert [m["content"] for m in asked if m["role"] == "assistant"] == cut["content"]
    assert report.close_reason == "participant_disconnected"
