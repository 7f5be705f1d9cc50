"""Find the class behind a provider's name."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from bot.config.catalogue import find, unknown_provider
from bot.config.entry import Entry
from bot.config.errors import ProviderError
from bot.config.references import BrokenReferenceError, import_reference
from bot.config.schema import Slot
from processors.realtime.model import is_realtime

_BASES: dict[Slot, type] = {
    "stt": STTService,
    "llm": LLMService,
    "tts": TTSService,
    "realtime": LLMService,
}


def resolve(
    slot: Slot, provider: str, *, path: Path | None = None, key: str | None = None
) -> type[FrameProcessor]:
    """Import the class of a provider.

    Args:
        slot: which of the three services.
        provider: a short name ("deepgram", "deepgram_stt") or "module:Class".
        path: the file that names it, for the error message.
        key: the key under which it is named, for the same.

    Raises:
        ProviderError: there is no such provider, what it needs is not installed (the message has
            the command that installs it), or the class is no service for this slot.
    """
    key = key or f"{slot}.provider"
    if ":" in provider:
        cls = _referenced(provider, path, key)
    else:
        entry = find(slot, provider)
        if entry is None:
            raise ProviderError(path, key, *unknown_provider(slot, provider))
        cls = _listed(entry, path, key)
    if not isinstance(cls, type) or not issubclass(cls, FrameProcessor):
        raise ProviderError(path, key, f"'{provider}' is not a class of Pipecat processors")
    for other, base in _BASES.items():
        if issubclass(cls, base) and not issubclass(cls, _BASES[slot]):
            raise ProviderError(
                path, key, f"'{provider}' is {_article(other)} service, not {_article(slot)}"
            )
    if issubclass(cls, LLMService) and is_realtime(cls) is not (slot == "realtime"):
        is_one = "a realtime model, which hears and speaks by itself" if slot == "llm" else "an LLM"
        hint = f"name it under '{'realtime' if slot == 'llm' else 'llm'}'"
        raise ProviderError(path, key, f"'{provider}' is {is_one}", hint)
    return cls


def _listed(entry: Entry, path: Path | None, key: str) -> Any:
    try:
        return getattr(importlib.import_module(entry.module), entry.class_name)
    except ImportError as error:
        problem = f"'{entry.name}' cannot be imported: {error}"
        hint = "" if "pip install" in problem else install_hint(entry)
        raise ProviderError(path, key, problem, hint) from error


def _referenced(reference: str, path: Path | None, key: str) -> Any:
    try:
        return import_reference(reference)
    except BrokenReferenceError as error:
        raise ProviderError(path, key, str(error), error.hint) from error


def install_hint(entry: Entry) -> str:
    """Return the advice to install what a provider needs, or nothing if it needs nothing."""
    return f"run: {entry.install}" if entry.install else ""


def _article(slot: str) -> str:
    return f"an {slot}" if slot[0] in "sl" else f"a {slot}"
