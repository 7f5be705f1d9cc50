"""The providers: what they failed at, who serves in whose place, and what they consumed."""

from __future__ import annotations

from enum import StrEnum

from eventlog.signals.signal import Signal


class ErrorSource(StrEnum):
    """Which part of the pipeline failed; selects the schema's error type."""

    STT = "stt"
    LLM = "llm"
    TTS = "tts"
    REALTIME = "realtime"
    TRANSPORT = "transport"
    OTHER = "other"


class Failed(Signal, kw_only=True, tag="failed"):
    """A part of the pipeline failed; `label` names the processor, `recoverable` if it goes on.

    `taken_over` is true when another provider does what this one was to do.
    """

    source: ErrorSource
    label: str
    recoverable: bool
    message: str = ""
    provider: str = ""
    category: str = ""
    taken_over: bool = False


class ProviderSwitched(Signal, kw_only=True, tag="provider_switched"):
    """`provider` serves `slot` ("stt", "llm", "tts") in the place of `previous` from here on.

    `asks_again` is true when it does from the beginning what the other one was asked to do.
    """

    slot: str
    provider: str
    previous: str
    reason: str = ""
    asks_again: bool = False


class Used(Signal, kw_only=True, tag="used"):
    """A provider reported what it consumed; counters add up per provider and model."""

    type: str
    provider: str
    model: str
    counters: dict[str, float]


ProviderSignal = Failed | ProviderSwitched | Used
