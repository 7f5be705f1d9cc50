"""What the recorder of somebody else's bot may be told: where the log goes, and what to call it.

The bot brings its own services, turn-taking and tools, so a configuration that names some is
refused: it would be believed to do something.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from bot.config.errors import ConfigError, Problem, dotted
from bot.config.labels import Metadata, Tags
from bot.config.layers import merged, read_layers
from bot.config.problems import problems_of
from bot.config.schema import LogConfig
from bot.config.secret import revealed
from bot.config.section import Section, Text
from bot.config.variables import expand_tree

_BROUGHT = ("stt", "llm", "tts", "vad", "tools", "mcp", "hooks", "call")


class AttachedAgent(Section):
    """What the bot is called, and the language of transcripts whose provider names none."""

    name: Text = "assistant"
    language: Text | None = None


class AttachedTurn(Section):
    """`user_away_timeout`: silence of both after which the user counts as away; None for never."""

    user_away_timeout: float | None = Field(default=15.0, gt=0, le=86400)


def _without_audio(log: LogConfig) -> LogConfig:
    if "audio" in log.model_fields_set and log.audio:
        raise PydanticCustomError("audio", "an attached recorder keeps no audio; set audio: false")
    return log.model_copy(update={"audio": False})


class AttachConfig(Section):
    """The configuration of a recorder that is attached to a bot."""

    agent: AttachedAgent = AttachedAgent()
    turn: AttachedTurn = AttachedTurn()
    log: Annotated[LogConfig, AfterValidator(_without_audio)] = LogConfig(audio=False)
    tags: Tags = ()
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _only_the_recorders(cls, tree: Any) -> Any:
        brought = [key for key in _BROUGHT if isinstance(tree, Mapping) and key in tree]
        if brought:
            raise PydanticCustomError(
                "brought",
                "the bot brings its own {keys}; ours are log, agent, turn, tags and metadata",
                {"keys": ", ".join(brought)},
            )
        return tree

    @property
    def digest(self) -> str:
        """SHA-256 over the whole configuration, as 64 hex digits."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def logging_to(self, directory: Path) -> Self:
        """Return a copy whose folders go to `directory`."""
        log = self.log.model_copy(update={"directory": directory})
        return self.model_copy(update={"log": log})


def load_attach_config(
    source: str | Path | Mapping[str, Any] | AttachConfig | None,
    *,
    env: Mapping[str, str] | None = None,
) -> AttachConfig:
    """Load what the recorder is told.

    Args:
        source: A path, a mapping, a finished configuration, or None for the defaults.
        env: Where variables are looked up; the process's environment if None.

    Raises:
        ConfigError: The configuration cannot be used; all problems are in it.
    """
    if source is None or isinstance(source, AttachConfig):
        return source or AttachConfig()
    env = os.environ if env is None else env
    origins = read_layers(source, env)
    expansion = expand_tree(merged(origins, env), env)
    if expansion.failures:
        raise ConfigError.of(
            Problem(origins.file_of(path), dotted(path), str(error), error.hint)
            for path, error in expansion.failures.items()
        )
    try:
        return AttachConfig.model_validate(revealed(expansion.tree))
    except ValidationError as error:
        raise ConfigError.of(problems_of(error, origins, expansion.secrets)) from error
