"""The two forms of a bot: three services in a row, or one realtime model that is all of them.

A configuration has exactly one. What a realtime model decides by itself cannot be promised by the
configuration as well, so what would have no effect is refused by its key and not ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from bot.config.errors import Problem, dotted
from bot.config.layers import Origins
from bot.config.schema import CASCADE, BotConfig
from bot.config.turn import OF_REALTIME

_BESIDE = "cannot stand beside 'realtime', which hears, thinks and speaks in one"
_ITS_OWN = "has no effect with a realtime model, which decides by itself whose turn it is"


def form_problems(tree: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    """Tell of each service that stands beside a realtime model."""
    if tree.get("realtime") is None:
        return
    for slot in CASCADE:
        if tree.get(slot) is not None:
            hint = f"leave out either '{slot}' or 'realtime'"
            yield Problem(origins.file_of((slot,)), slot, _BESIDE, hint)


def realtime_problems(
    config: BotConfig, tree: Mapping[str, Any], origins: Origins
) -> Iterator[Problem]:
    """Tell of what a configuration with a realtime model says and cannot hold."""
    if config.realtime is None:
        return
    turn = cast("Mapping[str, Any]", tree.get("turn") or {})
    kept = ", ".join(OF_REALTIME)
    for name in turn:
        if name not in OF_REALTIME:
            key = ("turn", name)
            hint = f"leave it out; what stays: {kept}"
            yield Problem(origins.file_of(key), dotted(key), _ITS_OWN, hint)
    if config.agents:
        problem = "cannot hand over a call that one realtime model holds"
        yield Problem(origins.file_of(("agents",)), "agents", problem, "leave it out")
    if config.hooks.on_user_turn_completed:
        key = ("hooks", "on_user_turn_completed")
        problem = "cannot be called with a realtime model, which answers before the words are known"
        yield Problem(origins.file_of(key), dotted(key), problem, "leave it out")
    if config.log.llm:
        key = ("log", "llm")
        problem = "keeps nothing of a realtime model, which answers without being sent requests"
        yield Problem(origins.file_of(key), dotted(key), problem, "leave it out")
    yield from _greeting_problems(config, origins)


def _greeting_problems(config: BotConfig, origins: Origins) -> Iterator[Problem]:
    greeting = config.agent.greeting
    if greeting is None:
        key = ("agent", "greeting")
        problem = "is missing: a realtime model is given its tools with its first words"
        hint = "add 'greeting: {generate: Greet the caller.}'"
        yield Problem(origins.file_of(key), dotted(key), problem, hint)
    elif greeting.say is not None:
        key = ("agent", "greeting", "say")
        problem = "cannot be said word for word by a realtime model"
        yield Problem(origins.file_of(key), dotted(key), problem, "tell it what to say: 'generate'")
