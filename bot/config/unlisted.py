"""What Pipecat's registry does not say: our own providers, its forgotten ones, other key names.

A test walks through Pipecat's modules, so that a service that is neither listed there nor here is
noticed with the release that brings it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.config.entry import Entry

_LOCAL = "parley[local]"
_AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_GOOGLE = ("GOOGLE_APPLICATION_CREDENTIALS",)


def _pipecat(name: str, path: str, cls: str, extra: str, **variables: str) -> Entry:
    taken = {argument: (variable,) for argument, variable in variables.items()}
    return Entry(name, f"pipecat.services.{path}", cls, f"pipecat-ai[{extra}]", taken)


UNLISTED: Mapping[str, tuple[Entry, ...]] = {
    "stt": (
        Entry("moonshine-streaming", "bot.local.moonshine", "MoonshineStreamingSTTService", _LOCAL),
        _pipecat("funasr", "funasr.stt", "FunASRSTTService", "funasr"),
        _pipecat(
            "together", "together.stt", "TogetherSTTService", "together", api_key="TOGETHER_API_KEY"
        ),
    ),
    "llm": (
        Entry("llamacpp", "bot.local.llamacpp", "LlamaCppLLMService", _LOCAL),
        _pipecat("nebius", "nebius.llm", "NebiusLLMService", "nebius", api_key="NEBIUS_API_KEY"),
        _pipecat(
            "nvidia-omni",
            "nvidia.omni.llm",
            "NvidiaOmniLLMService",
            "nvidia",
            api_key="NVIDIA_API_KEY",
        ),
    ),
    "tts": (
        Entry("piper-embedded", "bot.local.piper", "EmbeddedPiperTTSService", _LOCAL),
        _pipecat(
            "speechmatics",
            "speechmatics.tts",
            "SpeechmaticsTTSService",
            "speechmatics",
            api_key="SPEECHMATICS_API_KEY",
        ),
        _pipecat(
            "together", "together.tts", "TogetherTTSService", "together", api_key="TOGETHER_API_KEY"
        ),
    ),
    "realtime": (
        _pipecat(
            "inworld-realtime",
            "inworld.realtime.llm",
            "InworldRealtimeLLMService",
            "inworld",
            api_key="INWORLD_API_KEY",
        ),
    ),
}
"""Providers by slot that the registry does not have."""


def completed(entry: Entry) -> Entry:
    """Add the variables that a listed provider's class or vendor knows besides the registry's."""
    variables = dict(entry.variables)
    ambient: tuple[str, ...] = ()
    # The instructions are `agent.instructions`.
    variables.pop("system_prompt", None)
    if entry.module.startswith("pipecat.services.fal."):
        # The class itself reads the vendor's own name.
        variables["api_key"] = (*variables["api_key"], "FAL_KEY")
    if "credentials" in variables:
        # It holds the path of a file, where this argument takes the file's content; Google's
        # library reads it by itself, and knows more kinds of credentials than the classes do.
        del variables["credentials"]
        ambient = _GOOGLE
    if "aws" in entry.package or "sagemaker" in entry.package:
        ambient = _AWS
        if "region" in variables:
            variables["region"] = tuple(dict.fromkeys([*variables["region"], "AWS_REGION"]))
    return replace(entry, variables=variables, ambient=ambient)
