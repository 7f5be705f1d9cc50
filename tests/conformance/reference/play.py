"""Plays scenarios on a real AgentSession of livekit-agents and writes its session reports.

Usage: python play.py SCENARIOS.json OUT_DIR [NAME…]

The session, its turn taking and its interruptions are LiveKit's own; speech recognition, model,
voice, line and microphone are scripted and play in real time, several scenarios at once. A report
is written as soon as its call has ended.
"""

import asyncio
import json
import logging
import sys
from pathlib import Path

from actions import act
from fake_agent import Assistant
from fake_input import Clock, FakeAudioInput
from fake_llm import FakeLLM
from fake_output import FakeAudioOutput, FakeTextOutput
from fake_stt import FakeSTT
from fake_tts import FakeTTS
from fake_vad import FakeVAD
from livekit.agents import AgentSession, tokenize
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.agents.voice.report import SessionReport
from livekit.agents.voice.transcription.synchronizer import TranscriptSynchronizer
from script import Script, scripts

AT_ONCE = 6
CLOSING_SECONDS = 10.0


async def report_of(script: Script) -> dict:
    """The report that LiveKit makes of one call."""
    clock = Clock()
    closed = asyncio.Event()
    session = AgentSession(
        vad=FakeVAD(),
        stt=FakeSTT(script.user_speech, clock),
        llm=FakeLLM(script.llm),
        tts=FakeTTS(script.tts),
        conn_options=SessionConnectOptions(
            max_unrecoverable_errors=script.max_unrecoverable_errors
        ),
        **script.options,
    )
    session.on("close", lambda _: closed.set())
    synchronizer = TranscriptSynchronizer(
        next_in_chain_audio=FakeAudioOutput(can_pause=script.output_can_pause),
        next_in_chain_text=FakeTextOutput(),
    )
    session.input.audio = FakeAudioInput(script.user_speech, clock)
    session.output.audio = synchronizer.audio_output
    session.output.transcription = synchronizer.text_output

    await session.start(Assistant(script))
    clock.start()
    acting = asyncio.create_task(act(session, script.api, clock))
    ended = asyncio.create_task(closed.wait())
    await asyncio.wait([ended], timeout=script.length - clock.now())
    if not ended.done() and acting.done():
        await session.aclose()
    await asyncio.wait_for(ended, CLOSING_SECONDS)
    await acting
    await synchronizer.aclose()
    return _report(session)


def _report(session: AgentSession) -> dict:
    return SessionReport(
        enable_recording=False,
        job_id="AJ_reference",
        room_id="RM_reference",
        room="ref-room",
        options=session.options,
        events=session._recorded_events,
        chat_history=session.history.copy(),
    ).to_dict()


async def play(chosen: list[Script], folder: Path) -> list[str]:
    """Play all that is chosen; the names of those that failed."""
    places = asyncio.Semaphore(AT_ONCE)
    failed = []

    async def one(script: Script) -> None:
        async with places:
            try:
                report = await report_of(script)
            except Exception as error:  # noqa: BLE001 - the other scenarios go on
                failed.append(script.name)
                print(f"{script.name}: {error!r}", file=sys.stderr)
                return
        # an error event holds the live object that failed, which only `default` can write
        text = json.dumps(report, indent=2, default=str)
        (folder / f"{script.name}.json").write_text(text, encoding="utf-8")
        print(script.name, flush=True)

    await asyncio.gather(*(one(script) for script in chosen))
    return failed


def main() -> None:
    scenarios, folder, *names = sys.argv[1:]
    logging.basicConfig(level=logging.ERROR)
    chosen = [script for script in scripts(Path(scenarios)) if not names or script.name in names]
    Path(folder).mkdir(parents=True, exist_ok=True)
    tokenize.basic.hyphenate_word("warm")  # loads its patterns, which would delay the first speech
    failed = asyncio.run(play(chosen, Path(folder)))
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
