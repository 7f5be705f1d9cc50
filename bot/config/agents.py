"""What a configuration may say of its agents: who they are, and who hands over to whom.

One agent is the `agent:` section alone. Several are named under `agents:`; what the section says of
instructions, language and greeting then holds for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self, cast

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.config.errors import Problem, dotted
from bot.config.layers import Origins
from bot.config.nearest import did_you_mean
from bot.config.section import Section, Text
from bot.config.tools import Tool

# An id is part of the name of a tool, for which the vendors take these 64 characters at most.
_ID = re.compile(r"[A-Za-z0-9_-]{1,48}")

_DEFAULT_INSTRUCTIONS = (
    "You are a friendly voice assistant. Answer in one or two short spoken sentences, "
    "without lists, headings or emojis."
)


class Greeting(Section):
    """How the bot opens the call: by saying a text, or by what the LLM makes of instructions."""

    say: Text | None = None
    generate: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.say is None) == (self.generate is None):
            raise PydanticCustomError("greeting", "expected either 'say' or 'generate'")
        return self


def _greeting(value: Any) -> Any:
    return {"say": value} if isinstance(value, str) else value


OptionalGreeting = Annotated[Greeting | None, BeforeValidator(_greeting)]


class AgentConfig(Section):
    """Who the bot is; `language` is a BCP 47 tag handed to the providers that take one.

    `starts` names the one of several agents that begins; the first of them by default.
    """

    name: Text = "assistant"
    instructions: Text = _DEFAULT_INSTRUCTIONS
    greeting: OptionalGreeting = None
    language: Text = "en"
    starts: Text | None = None


class NamedAgent(Section):
    """One of several agents.

    Attributes:
        instructions: what it is told, behind the instructions that all agents share.
        description: what the other agents are told of it; the first sentence of its instructions
            by default.
        greeting: what it says when it comes in for the first time; the LLM is asked by default.
        voice: a voice of its own, in the words of the TTS.
        tts: further settings of the TTS while it speaks.
        tools: functions of its own, beside those that all agents have.
        hands_off_to: the agents that it can hand over to; all others by default.
    """

    instructions: Text
    description: Text | None = None
    greeting: OptionalGreeting = None
    voice: Text | None = None
    tts: dict[str, Any] = Field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    hands_off_to: tuple[Text, ...] | None = None

    @property
    def speaks_with(self) -> dict[str, Any]:
        """The settings of the TTS that are its own."""
        return {**self.tts, **({"voice": self.voice} if self.voice else {})}


def agent_problems(tree: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    """Find names of agents that nobody has, and ids that no tool can be named after.

    Args:
        tree: the merged configuration, not checked yet.
        origins: the files it came from.
    """
    agents = _mapping(tree.get("agents"))
    ids = [str(agent) for agent in agents]

    def problem(key: tuple[str | int, ...], said: str, hint: str = "") -> Problem:
        return Problem(origins.file_of(key), dotted(key), said, hint)

    for agent in ids:
        if not _ID.fullmatch(agent):
            rule = "use at most 48 letters, digits, '_' and '-'"
            yield problem(("agents", agent), f"'{agent}' cannot be the id of an agent", rule)
    starts = _mapping(tree.get("agent")).get("starts")
    if isinstance(starts, str) and starts and starts not in ids:
        hint = did_you_mean(starts, ids, kind="agents") if ids else "name some under 'agents'"
        yield problem(("agent", "starts"), f"there is no agent '{starts}'", hint)
    for agent, section in agents.items():
        targets = _mapping(section).get("hands_off_to")
        for index, target in enumerate(
            cast("list[Any]", targets or []) if _is_list(targets) else []
        ):
            key = ("agents", str(agent), "hands_off_to", index)
            others = [other for other in ids if other != str(agent)]
            if target == agent:
                yield problem(key, "an agent cannot hand over to itself")
            elif isinstance(target, str) and target not in ids:
                hint = did_you_mean(target, others, kind="agents") if others else ""
                yield problem(key, f"there is no agent '{target}'", hint)


def _mapping(value: object) -> Mapping[Any, Any]:
    return cast("Mapping[Any, Any]", value) if isinstance(value, dict) else {}


def _is_list(value: object) -> bool:
    return isinstance(value, list)
