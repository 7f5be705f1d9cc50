"""Plays a scenario as a job of livekit-agents, which ends as every job does: with its callback.

Usage: python job.py SCENARIOS.json NAME MODULE.py

`keep_report` of the module is the callback. Server, job and session are LiveKit's own; the room is
the one that LiveKit gives to a job of its console, and the call is recorded.
"""

import asyncio
import importlib.util
import logging
import os
import sys
from pathlib import Path

# A job of the console asks no server, and signs its token for one all the same.
os.environ.update(
    LIVEKIT_URL="ws://127.0.0.1:9", LIVEKIT_API_KEY="key", LIVEKIT_API_SECRET="secret" * 8
)

from fake_agent import Assistant
from fake_input import Clock, FakeAudioInput
from fake_llm import FakeLLM
from fake_output import FakeAudioOutput, FakeTextOutput
from fake_stt import FakeSTT
from fake_tts import FakeTTS
from fake_vad import FakeVAD
from livekit.agents import AgentServer, AgentSession, JobContext, JobExecutorType
from livekit.agents.voice.transcription.synchronizer import TranscriptSynchronizer
from script import Script, scripts

LIMIT = 60.0


async def hold_call(ctx: JobContext, script: Script) -> None:
    """Hold the call of a script, and end the job with it."""
    clock = Clock()
    session = AgentSession(
        vad=FakeVAD(),
        stt=FakeSTT(script.user_speech, clock),
        llm=FakeLLM(script.llm),
        tts=FakeTTS(script.tts),
        **script.options,
    )
    synchronizer = TranscriptSynchronizer(
        next_in_chain_audio=FakeAudioOutput(can_pause=True), next_in_chain_text=FakeTextOutput()
    )
    session.input.audio = FakeAudioInput(script.user_speech, clock)
    session.output.audio = synchronizer.audio_output
    session.output.transcription = synchronizer.text_output
    await session.start(Assistant(script), record=True)
    clock.start()
    await asyncio.sleep(script.length)
    ctx.shutdown("the script is over")


async def run(script: Script, keep_report) -> None:
    """Run a server with one job, until the callback of that has returned."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    server = AgentServer()
    server._job_executor_type = JobExecutorType.THREAD  # as LiveKit's console does

    async def keep(ctx: JobContext) -> None:
        try:
            await keep_report(ctx)
        finally:
            loop.call_soon_threadsafe(ended.set)

    @server.rtc_session(on_session_end=keep)
    async def entrypoint(ctx: JobContext) -> None:
        await hold_call(ctx, script)

    started = asyncio.Event()
    server.once("worker_started", started.set)
    serving = asyncio.create_task(server.run(devmode=True, unregistered=True))
    await asyncio.wait_for(started.wait(), LIMIT)
    await server.simulate_job("console-room", agent_identity="console", fake_job=True)
    await asyncio.wait_for(ended.wait(), LIMIT)
    await server.aclose()
    serving.cancel()


def main() -> None:
    scenarios, name, module = sys.argv[1:]
    logging.basicConfig(level=logging.ERROR)
    script = next(script for script in scripts(Path(scenarios)) if script.name == name)
    spec = importlib.util.spec_from_file_location("keeping", module)
    keeping = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(keeping)
    asyncio.run(run(script, keeping.keep_report))


if __name__ == "__main__":
    main()
