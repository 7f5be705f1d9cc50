"""Find the class behind a provider's name."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from bot.config.catalogue import find, of_vendor, unknown_provider
from bot.config.entry import Entry
from bot.config.errors import ProviderError
from bot.config.references import BrokenReferenceError, import_reference
from bot.config.schema import Slot

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
    if slot == "realtime" and not _is_realtime(cls):
        hint = "name it under 'llm', with an 'stt' and a 'tts'"
        raise ProviderError(path, key, f"'{provider}' is no realtime model, but an LLM", hint)
    if slot == "llm" and of_vendor("realtime", cls):
        hint = "name it under 'realtime', in the place of 'stt', 'llm' and 'tts'"
        raise ProviderError(path, key, f"'{provider}' is a realtime model, not an LLM", hint)
    return cls


def _is_realtime(cls: type[FrameProcessor]) -> bool:
    # Each of Pipecat's realtime services announces itself as one; an LLM service as none.
    return getattr(cls, "service_metadata_frame", None) not in (
        None,
        LLMService.service_metadata_frame,
    )


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
