"""The options that decide who speaks when, under the names of the session report.

A person who knows the report knows the configuration: the ten options have the same names, units
and defaults in both.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

REPORTED = (
    "allow_interruptions",
    "discard_audio_if_uninterruptible",
    "min_interruption_duration",
    "min_interruption_words",
    "min_endpointing_delay",
    "max_endpointing_delay",
    "max_tool_steps",
    "user_away_timeout",
    "min_consecutive_speech_delay",
    "preemptive_generation",
)
"""The options of the report, in its order."""

OF_REALTIME = ("max_tool_steps", "user_away_timeout")
"""The options that hold with a realtime model, whose business all the others are."""

# What is in force of the others then: it is cut at once, and nothing is known of what it waits for.
_WITH_REALTIME: dict[str, bool | float] = {
    "min_interruption_duration": 0.0,
    "min_endpointing_delay": 0.0,
    "max_endpointing_delay": 0.0,
    "preemptive_generation": False,
}


class TurnConfig(BaseModel):
    """Turn-taking; durations in seconds.

    Attributes:
        detector: "smart-turn", "none", or "module:Class" of a turn analyzer.
        allow_interruptions: the user's speech may cut the bot's.
        discard_audio_if_uninterruptible: what the user says into a speech that cannot be cut is
            dropped.
        min_interruption_duration: how long the user must speak to cut the bot.
        min_interruption_words: how many words the user must say to cut the bot.
        min_endpointing_delay: silence after which a turn may end.
        max_endpointing_delay: silence after which a turn ends even if the detector thinks the user
            will go on.
        max_tool_steps: rounds of tool calls for one reply.
        user_away_timeout: silence of both after which the user counts as away; None for never.
        min_consecutive_speech_delay: pause between two speeches of the bot.
        preemptive_generation: ask the LLM before the end of the turn is certain.
        resume_false_interruption: go on speaking when an interruption turns out to be noise.
        false_interruption_timeout: how long to wait for words before it counts as noise.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    detector: str = Field(default="smart-turn", min_length=1)
    allow_interruptions: bool = True
    discard_audio_if_uninterruptible: bool = True
    min_interruption_duration: float = Field(default=0.5, ge=0, le=10)
    min_interruption_words: int = Field(default=0, ge=0, le=100)
    min_endpointing_delay: float = Field(default=0.5, ge=0, le=30)
    max_endpointing_delay: float = Field(default=3.0, ge=0, le=60, validate_default=True)
    max_tool_steps: int = Field(default=3, ge=1, le=100)
    user_away_timeout: float | None = Field(default=15.0, gt=0, le=86400)
    min_consecutive_speech_delay: float = Field(default=0.0, ge=0, le=60)
    preemptive_generation: bool = True
    resume_false_interruption: bool = True
    false_interruption_timeout: float | None = Field(default=2.0, ge=0, le=60)

    @field_validator("detector")
    @classmethod
    def _known_detector(cls, detector: str) -> str:
        if detector in ("smart-turn", "none") or ":" in detector:
            return detector
        raise PydanticCustomError("detector", "expected 'smart-turn', 'none' or 'module:Class'")

    @field_validator("max_endpointing_delay")
    @classmethod
    def _at_least_min(cls, value: float, info: ValidationInfo) -> float:
        least = info.data.get("min_endpointing_delay", 0.0)
        if value < least:
            raise PydanticCustomError(
                "endpointing",
                "must not be less than min_endpointing_delay ({least})",
                {"least": least},
            )
        return value

    def report_options(self, *, realtime: bool = False) -> dict[str, bool | int | float | None]:
        """Return the ten options of the session report, in its order: the values in force."""
        others = _WITH_REALTIME if realtime else {}
        return {name: others.get(name, getattr(self, name)) for name in REPORTED}
