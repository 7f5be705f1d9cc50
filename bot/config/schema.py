"""What a configuration may say, and what it says by default.

The models are the reference for every key: unknown keys are refused, values are checked and
brought to their type, and nothing can be changed after loading.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from bot.config.agents import AgentConfig, NamedAgent
from bot.config.errors import KeyPath, dotted
from bot.config.labels import Metadata, Tags
from bot.config.layers import Origins
from bot.config.secret import STARS, Secret, secrets_in, text_at
from bot.config.section import Reference, Seconds, Section, Text
from bot.config.tools import McpConfig, Tool
from bot.config.turn import OF_REALTIME, TurnConfig

Slot = Literal["stt", "llm", "tts", "realtime"]
SLOTS: tuple[Slot, ...] = ("stt", "llm", "tts", "realtime")
"""The services that a bot may have: three in a row, or one that is all of them."""

Level = Literal["trace", "debug", "info", "warning", "error"]
"""How much a line of the process's log matters."""

CASCADE: tuple[Slot, ...] = ("stt", "llm", "tts")


def _fallback(value: Any) -> Any:
    return {"provider": value} if isinstance(value, str) else value


class _Provided(Section):
    _at: KeyPath = PrivateAttr(default=())
    _origins: Origins = PrivateAttr(default=Origins())

    def placed(self, at: KeyPath, origins: Origins) -> Self:
        """Copy that knows its key and files, so that later errors can name them."""
        copy = self.model_copy()
        copy._at, copy._origins = at, origins
        return copy

    @property
    def key(self) -> str:
        """Where it stands in the configuration ("stt", "tts.fallback[0]"), "" if in none."""
        return dotted(self._at) if self._at else ""

    def file_of(self, *key: str) -> Path | None:
        """Return the file that holds a key of this section, for error messages."""
        return self._origins.file_of((*self._at, *key))


class ProviderConfig(_Provided):
    """A provider and how it is set up.

    Attributes:
        provider: a short name ("deepgram") or "module:Class".
        settings: fields of the class's `Settings`; secrets are `Secret` objects.
        args: arguments of its constructor; secrets are `Secret` objects.
    """

    provider: Text
    settings: dict[str, Any] = Field(default_factory=dict)
    args: dict[str, Any] = Field(default_factory=dict)

    @property
    def providers(self) -> tuple[ProviderConfig, ...]:
        """The provider and those that may take over from it: here nobody."""
        return (self,)


Fallback = Annotated[ProviderConfig, BeforeValidator(_fallback)]


class ServiceConfig(ProviderConfig):
    """One of the three services, and who takes over when its provider fails.

    Attributes:
        fallback: other providers, in the order in which they are tried.
        silence_timeout: seconds without a sign of a provider that has something to do, after which
            it counts as failed; null for any. It matters only where there is a fallback.
        recover_after: seconds after which a provider that failed is tried again; null for never.
    """

    fallback: tuple[Fallback, ...] = ()
    silence_timeout: float | None = Field(default=2.5, gt=0, le=60)
    recover_after: float | None = Field(default=60.0, gt=0, le=86400)

    @property
    def providers(self) -> tuple[ProviderConfig, ...]:
        """The provider and those that may take over from it."""
        return (self, *self.fallback)

    def placed(self, at: KeyPath, origins: Origins) -> Self:
        """Copy that knows where it stands, and where its fallbacks do."""
        placed = [f.placed((*at, "fallback", i), origins) for i, f in enumerate(self.fallback)]
        return super().placed(at, origins).model_copy(update={"fallback": tuple(placed)})


class VadConfig(_Provided):
    """Voice activity detection: "silero" with VADParams as `args`, or "module:Class"."""

    provider: Text = "silero"
    args: dict[str, Any] = Field(default_factory=dict)


class HooksConfig(Section):
    """Functions of the builder that are called in the course of a call.

    Attributes:
        on_user_turn_completed: before a user's turn is answered; gets the LLM's context and the
            text, and may change the one or refuse the turn.
        on_call_end: when the report is written; gets it, as a `SessionReport`.
        timeout: seconds after which either is left behind.
    """

    on_user_turn_completed: Reference | None = None
    on_call_end: Reference | None = None
    timeout: Seconds = 10.0


class LogConfig(Section):
    """Where the log of a call goes; relative paths start at the working directory.

    Attributes:
        directory: the folder that gets one folder for each call.
        dump: a file to which the report of each call is appended; None for none.
        audio: keep a recording of the call next to its log.
        level: what the process logs of the call goes into its log.txt from this level on; null
            for no such file.
        llm: keep each request to the LLM, everything that it was told, in the call's llm.jsonl.
        stdout: print the log on stdout; None means under Pipecat Cloud only.
    """

    directory: Path = Path("sessions")
    dump: Path | None = None
    audio: bool = True
    level: Level | None = "debug"
    llm: bool = False
    stdout: bool | None = None


class CallConfig(Section):
    """When a call is ended from our side; null means never.

    Attributes:
        idle_timeout: seconds in which nobody speaks.
        max_duration: seconds that a call may last.
        max_failures: how often the LLM or the TTS may fail in a row, without a word of the bot in
            between; the next failure ends the call.
        provider_timeout: seconds without a sign of a provider that owes one and from which nobody
            takes over; then it is an error, and the LLM's request is called off.
        tool_timeout: seconds after which a tool that has not answered has failed.
    """

    idle_timeout: float | None = Field(default=300.0, gt=0, le=86400)
    max_duration: float | None = Field(default=None, gt=0, le=86400)
    max_failures: int | None = Field(default=3, ge=0, le=1000)
    provider_timeout: float | None = Field(default=10.0, gt=0, le=600)
    tool_timeout: Seconds = 10.0


class BotConfig(Section):
    """A whole bot, resolved: variables filled in, parents merged, every value checked.

    It has `stt`, `llm` and `tts`, or `realtime`: one model that hears, thinks and speaks.
    """

    agent: AgentConfig = AgentConfig()
    agents: dict[str, NamedAgent] = Field(default_factory=dict)
    stt: ServiceConfig | None
    llm: ServiceConfig | None
    tts: ServiceConfig | None
    realtime: ProviderConfig | None = None
    vad: VadConfig = VadConfig()
    turn: TurnConfig = TurnConfig()
    tools: tuple[Tool, ...] = ()
    mcp: tuple[McpConfig, ...] = ()
    hooks: HooksConfig = HooksConfig()
    log: LogConfig = LogConfig()
    call: CallConfig = CallConfig()
    tags: Tags = ()
    metadata: Metadata = Field(default_factory=dict)

    _name: str = PrivateAttr(default="config")
    _path: Path | None = PrivateAttr(default=None)
    _origins: Origins = PrivateAttr(default=Origins())
    _secrets: frozenset[KeyPath] = PrivateAttr(default=frozenset())

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, said: Any) -> Any:
        # Which of the two forms it is, and that it is one, is told by bot/config/forms.py.
        if isinstance(said, dict) and "realtime" in said:
            return {**dict.fromkeys(CASCADE), **cast("dict[str, Any]", said)}
        return said

    @property
    def services(self) -> dict[Slot, ProviderConfig]:
        """The services that there are, by slot."""
        found: dict[Slot, ProviderConfig | None] = {slot: getattr(self, slot) for slot in SLOTS}
        return {slot: service for slot, service in found.items() if service is not None}

    def placed(self, origins: Origins, secrets: frozenset[KeyPath]) -> Self:
        """Copy that knows the files it came from and where its secrets are."""
        parts: dict[str, _Provided] = {
            slot: service.placed((slot,), origins) for slot, service in self.services.items()
        }
        parts["vad"] = self.vad.placed(("vad",), origins)
        copy = self.model_copy(update=parts)
        copy._origins, copy._secrets = origins, secrets
        copy._path = origins.file_of(())
        copy._name = copy._path.stem if copy._path else "config"
        return copy

    @property
    def name(self) -> str:
        """The stem of the file, or "config" for a mapping."""
        return self._name

    @property
    def starts(self) -> str:
        """The id of the agent that begins; the only one goes by its name."""
        return self.agent.starts or next(iter(self.agents), self.agent.name)

    def instructions_of(self, agent: str) -> str:
        """Return what the LLM is told of an agent: what holds for all of them, then its own."""
        own = self.agents.get(agent)
        shared = self.agent.instructions
        return f"{shared}\n\n{own.instructions}" if own else shared

    @property
    def path(self) -> Path | None:
        """The file that was loaded, None for a mapping."""
        return self._path

    def file_of(self, *key: str | int) -> Path | None:
        """Return the file that holds a key, for error messages."""
        return self._origins.file_of(key)

    def redacted(self) -> dict[str, Any]:
        """Return the whole configuration as plain JSON values, with secrets as stars."""
        tree = self.model_dump(exclude={slot for slot in SLOTS if slot not in self.services})
        said = [(tree["agent"], self.agent.greeting)]
        said += [(tree["agents"][name], agent.greeting) for name, agent in self.agents.items()]
        for section, greeting in said:
            if greeting:
                section["greeting"] = greeting.model_dump(exclude_none=True)
        if self.realtime is not None:
            tree["turn"] = {name: tree["turn"][name] for name in OF_REALTIME}
        return _shown(tree, (), self._secrets)

    @property
    def secrets(self) -> frozenset[str]:
        """The plain text of every secret in it, for whoever keeps them out of a log."""
        tree = self.model_dump()
        return frozenset(secrets_in(tree)) | {text_at(tree, path) for path in self._secrets}

    @property
    def digest(self) -> str:
        """SHA-256 over the resolved configuration without its secrets, as 64 hex digits.

        Two calls with the same digest ran with the same settings, wherever the file lay and
        whatever the keys were.
        """
        text = json.dumps(self.redacted(), sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _shown(value: Any, at: KeyPath, secrets: frozenset[KeyPath]) -> Any:
    """Copy a dumped value as plain JSON, with stars in the place of secrets."""
    if isinstance(value, Secret) or at in secrets:
        return STARS
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {key: _shown(item, (*at, key), secrets) for key, item in items}
    if isinstance(value, list | tuple):
        items = cast("Sequence[Any]", value)
        return [_shown(item, (*at, i), secrets) for i, item in enumerate(items)]
    return value.as_posix() if isinstance(value, Path) else value
