"""One call with scripted providers on the in-memory line, measured by what was audible.

The caller's true onset and end of speech come from the line's microphone, what was heard of the bot
from its loudspeaker: nothing here trusts a frame or a log.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.call import Call
from bot.config import load_config
from bot.memory import FarEnd, MemoryTransport, Utterance
from eventlog.signals import CloseReason
from tests.scripted.speech import is_audible, speech

Hold = Callable[[Mapping[str, Any], MemoryTransport], Awaitable[Callable[[], Awaitable[None]]]]


@dataclass(frozen=True)
class Heard:
    """What the far end's devices recorded (epoch seconds).

    Attributes:
        said: What the caller said.
        audible: The beginning and the end of each stretch of the bot's audio.
    """

    said: list[Utterance]
    audible: list[tuple[float, float]]


def config(
    folder: Path,
    *,
    finals: float = 0.2,
    llm_ttft: float = 0.1,
    reply_seconds: float = 1.0,
    greeting: str | None = None,
    greeting_seconds: float = 8.0,
    turn: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The configuration of a call whose providers take these times (seconds)."""
    answer = {"content": "I am well.", "ttft": llm_ttft, "duration": llm_ttft + 0.1}
    voices = [{"text": "I am well.", "audio_seconds": reply_seconds, "ttfb": 0.1}]
    if greeting is not None:
        voices.append({"text": greeting, "audio_seconds": greeting_seconds, "ttfb": 0.1})
    utterance = {"text": "How are you?", "final_after": finals}
    return {
        "agent": {"greeting": greeting},
        "vad": {
            "provider": "tests.scripted.vad:EnergyVAD",
            "args": {"start_secs": 0.2, "stop_secs": 0.2},
        },
        "stt": {"provider": "tests.scripted.stt:ScriptedSTT", "args": {"utterances": [utterance]}},
        "llm": {"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": [answer]}},
        "tts": {"provider": "tests.scripted.tts:ScriptedTTS", "args": {"voices": voices}},
        "turn": {"detector": "none", **(turn or {})},
        "log": {"directory": str(folder), "audio": False},
    }


async def ours(source: Mapping[str, Any], transport: MemoryTransport) -> Any:
    """Our call, as everybody holds it: what to await for it, and how to end it."""
    call = Call(load_config(dict(source)), transport)

    async def end() -> None:
        await call.close(CloseReason.USER_INITIATED, {"who": "bench"})

    return call.run(), end


async def heard(
    source: Mapping[str, Any],
    *,
    speaks_at: float,
    speaks_for: float,
    length: float,
    hold: Any = ours,
) -> Heard:
    """Hold one call in which the caller speaks once, and return what was heard."""
    transport = MemoryTransport()
    running, end = await hold(source, transport)
    task = asyncio.ensure_future(running)
    far = transport.far_end
    said = far.speak_at(speaks_at, speech(speaks_for), 16000)
    await far.join()
    await far.connected()
    await asyncio.sleep(length)
    await end()
    await task
    return Heard([said], stretches(far))


def stretches(far: FarEnd) -> list[tuple[float, float]]:
    """The stretches of the bot's audio, apart where nothing was audible for 0.1 s."""
    found: list[tuple[float, float]] = []
    for piece in far.played:
        if not is_audible(piece.pcm):
            continue
        end = piece.at + len(piece.pcm) / 2 / far.sample_rate
        if found and piece.at - found[-1][1] < 0.1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((piece.at, end))
    return found


def folder() -> tempfile.TemporaryDirectory[str]:
    """A place for the logs of the calls, which nobody reads."""
    return tempfile.TemporaryDirectory()
