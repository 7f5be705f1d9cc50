"""Build the voice activity detector.

Its thresholds (`confidence`, `start_secs`, `stop_secs`, `min_volume`) are Pipecat's VADParams; in
the configuration they stand beside the analyzer's own arguments, since a person who tunes them does
not care which object holds them.
"""

from __future__ import annotations

from typing import Any

from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams

from bot.config.errors import Problem, ProviderError
from bot.config.nearest import did_you_mean
from bot.config.references import BrokenReferenceError, import_reference
from bot.config.schema import VadConfig
from bot.config.secret import revealed, secrets_in
from bot.providers.typed import Accepted, ValueProblemError, arguments_of, fitted

_THRESHOLDS = {name: Accepted(field.annotation) for name, field in VADParams.model_fields.items()}


def build_vad(vad: VadConfig) -> VADAnalyzer:
    """Build the configured analyzer; Silero loads its model, about 0.1 s.

    Raises:
        ProviderError: the class cannot be imported, or is not built with these arguments.
    """
    cls, arguments = plan_vad(vad)
    try:
        return cls(**arguments)
    except Exception as error:
        problem = f"{cls.__name__} cannot be built: {type(error).__name__}: {error}"
        raise ProviderError(vad.file_of("provider"), "vad", problem) from error


def plan_vad(vad: VadConfig) -> tuple[type[VADAnalyzer], dict[str, Any]]:
    """Return the analyzer's class and the arguments to call it with, checked.

    Raises:
        ProviderError: with a line for each thing that is wrong.
    """
    cls = _class(vad)
    takes = arguments_of(cls)
    known = {name: taken for name, taken in takes.items() if name != "params"}
    if "params" in takes:
        known = {**_THRESHOLDS, **known}
    problems: list[Problem] = []
    given: dict[str, Any] = {}
    for name, value in vad.args.items():
        try:
            given[name] = _fitted(cls, name, value, known)
        except ValueProblemError as error:
            problems.append(Problem(vad.file_of("args", name), f"vad.args.{name}", str(error)))
    if problems:
        raise ProviderError.of(problems)
    if "params" not in takes:
        return cls, given
    thresholds = {name: given.pop(name) for name in _THRESHOLDS if name in given}
    return cls, {**given, "params": VADParams(**thresholds)}


def _fitted(cls: type, name: str, value: Any, known: dict[str, Accepted]) -> Any:
    if name not in known:
        hint = did_you_mean(name, known, kind="arguments")
        raise ValueProblemError(f"{cls.__name__} has no such argument; {hint}")
    return fitted(revealed(value), known[name].annotation, secret=any(secrets_in(value)))


def _class(vad: VadConfig) -> type[VADAnalyzer]:
    if vad.provider == "silero":
        from pipecat.audio.vad.silero import SileroVADAnalyzer

        return SileroVADAnalyzer
    path = vad.file_of("provider")
    try:
        cls = import_reference(vad.provider)
    except BrokenReferenceError as error:
        raise ProviderError(path, "vad.provider", str(error), error.hint) from error
    if not isinstance(cls, type) or not issubclass(cls, VADAnalyzer):
        raise ProviderError(path, "vad.provider", f"'{vad.provider}' is not a VADAnalyzer class")
    return cls
