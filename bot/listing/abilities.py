"""What a service can do, read off its class.

Whether a voice times its words decides how exactly an interrupted reply can be cut, whether an STT
sends interim transcripts decides how early a barge-in is known to have words. No vendor's table is
kept here: Pipecat's classes do these things by calls that their source shows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.config.entry import Entry
from bot.listing.source import ClassSource, Function, ancestry, called, calls, methods_of

if TYPE_CHECKING:
    from bot.config.schema import Slot

Turns = Literal["always", "option", "no", "unknown"]

_TELLS_WORD_TIMES = {"add_word_timestamps", "_add_word_timestamps"}
_INTERIM = "InterimTranscriptionFrame"
_TURN_STARTS = {"ProposedUserStartedSpeakingFrame", "UserStartedSpeakingFrame"}
_EAGER = "EagerEndOfTurnSTTServiceMixin"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a class does; None (or "unknown") where its source cannot be read or does not apply.

    Attributes:
        word_times: a TTS that tells when each word is spoken.
        interims: an STT that sends transcripts while the user speaks.
        turns: an STT that finds the turns of the user itself: always, or as an option.
        eager_turns: an STT that can tell of a probable end of turn before it is certain.
    """

    word_times: bool | None = None
    interims: bool | None = None
    turns: Turns = "unknown"
    eager_turns: bool | None = None


def abilities(slot: Slot, entry: Entry) -> Abilities:
    """Read off the class of a provider what it can do; nothing is imported."""
    package = "pipecat.services" if entry.module.startswith("pipecat.") else "bot.local"
    classes = ancestry(entry.module, entry.class_name, within=package)
    # What every service inherits is written beside the vendors' folders, and says nothing of one.
    classes = [each for each in classes if each.module.count(".") > package.count(".") + 1] or (
        classes if package == "bot.local" else []
    )
    if not classes or slot in ("llm", "realtime"):
        return Abilities()
    methods = methods_of(classes)
    if slot == "tts":
        times = any(called(call) in _TELLS_WORD_TIMES for each in methods for call in calls(each))
        return Abilities(word_times=times)
    return Abilities(
        interims=any(_makes(method, _INTERIM) for method in methods),
        turns=_turns(methods),
        eager_turns=any(_EAGER in _base_names(each) for each in classes),
    )


def _turns(methods: Iterable[Function]) -> Turns:
    methods = list(methods)
    if not any(_sends(method, _TURN_STARTS) for method in methods):
        return "no"
    for method in methods:
        if method.name == "service_metadata_frame":
            return "always" if _assigns(method.body) else "option"
    return "unknown"


def _makes(method: Function, frame: str) -> bool:
    """Tell whether a method has to do with a kind of frame, beyond recognising one."""
    recognised = {
        id(node)
        for call in calls(method)
        if called(call) == "isinstance"
        for node in ast.walk(call)
    }
    nodes = (node for statement in method.body for node in ast.walk(statement))
    return any(
        isinstance(node, ast.Name) and node.id == frame and id(node) not in recognised
        for node in nodes
    )


def _sends(method: Function, frames: set[str]) -> bool:
    """Tell whether a method pushes or broadcasts one of these frames, by class or made."""
    for call in calls(method):
        if called(call) in ("broadcast_frame", "push_frame"):
            names = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
            if names & frames:
                return True
    return False


def _assigns(body: list[ast.stmt]) -> bool:
    """Tell whether turn strategies are recommended outright, and not under an `if`."""
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    return any(getattr(target, "attr", "") == "user_turn_strategies" for target in targets)


def _base_names(source: ClassSource) -> set[str]:
    return {base.id for base in source.tree.bases if isinstance(base, ast.Name)}
