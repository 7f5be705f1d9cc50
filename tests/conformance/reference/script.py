"""What a scenario file says of one call: who speaks when, and what the services answer.

Everything is a plain value here, so that the fakes and the runner share one idea of a script and
none of them reads JSON. Times are seconds from the start of the call.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Utterance:
    """A stretch of user sound; without text it is noise, which no transcript follows."""

    start: float
    end: float
    text: str
    interim_at: float | None
    final_at: float | None
    interim_text: str | None = None

    @property
    def interim(self) -> str:
        """What the recogniser makes of the beginning: two words, unless the script says."""
        return self.interim_text or " ".join(self.text.split()[:2])


@dataclass(frozen=True)
class Answer:
    """What the model generates for one input, or how it fails."""

    input: str
    content: str
    tool_calls: list[dict[str, Any]]
    ttft: float
    duration: float
    error: str | None = None
    retryable: bool = False


@dataclass(frozen=True)
class Voice:
    """The synthesised audio of one text."""

    text: str
    audio_seconds: float
    ttfb: float
    duration: float


@dataclass(frozen=True)
class Tool:
    """How long a tool takes, and what it returns."""

    seconds: float
    returns: str


@dataclass(frozen=True)
class Script:
    """One scenario; `options` are the session's, its defaults already filled in."""

    name: str
    user_speech: list[Utterance]
    llm: list[Answer]
    tts: list[Voice]
    length: float
    greeting: str | None
    hook_seconds: float
    api: list[dict[str, Any]]
    options: dict[str, Any]
    instructions: str
    agent_id: str
    output_can_pause: bool = True
    max_unrecoverable_errors: int = 3
    tools: dict[str, Tool] = field(default_factory=dict)


def scripts(path: Path) -> list[Script]:
    """All scenarios of a file, in its order."""
    document = json.loads(path.read_text(encoding="utf-8"))
    setup = document["setup"]
    return [_script(setup, name, told) for name, told in document["scenarios"].items()]


def _script(setup: dict[str, Any], name: str, told: dict[str, Any]) -> Script:
    return Script(
        name=name,
        user_speech=[Utterance(**speech) for speech in told["user_speech"]],
        llm=[Answer(**answer) for answer in told["llm"]],
        tts=[Voice(**voice) for voice in told["tts"]],
        length=told["length"],
        greeting=told["greeting"],
        hook_seconds=told["hook_seconds"],
        api=told["api"],
        options=setup["defaults"] | told["options"],
        instructions=setup["agent"]["instructions"],
        agent_id=setup["agent"]["id"],
        output_can_pause=told.get("output_can_pause", True),
        max_unrecoverable_errors=told.get("max_unrecoverable_errors", 3),
        tools={tool: Tool(**how) for tool, how in told.get("tools", {}).items()},
    )
