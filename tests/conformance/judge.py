"""Judges reports with livekit-agents' own models; runs in the environment that has it.

Usage: python judge.py REPORT.json…    Prints a JSON list of strings, empty if all conform.

Each event goes through its model and must come out with the same keys, order and values; so must
the chat history. The models ignore keys they do not know, so that they accept something says
little: only the round trip does. An event that carries an error cannot be loaded as it is, since
the models want the exception that they leave out when they dump; it is given one.
"""

import asyncio
import copy
import json
import sys
import typing
from pathlib import Path

from livekit.agents.llm import ChatContext
from livekit.agents.voice import events
from livekit.agents.voice.speech_handle import SpeechHandle
from pydantic import BaseModel, ValidationError

MODELS = {
    model.model_fields["type"].default: model
    for model in typing.get_args(typing.get_args(events.AgentEvent)[0])
}


def judged(report: dict) -> list[str]:
    """What does not conform in one report."""
    found = []
    for index, event in enumerate(report["events"]):
        found += [f"event {index}: {problem}" for problem in _event(event)]
    found += [f"chat_history: {problem}" for problem in _history(report["chat_history"])]
    return found


def _event(event: dict) -> list[str]:
    model = MODELS.get(event.get("type"))
    if model is None:
        return [f"no event of LiveKit is of type {event.get('type')!r}"]
    fields = copy.deepcopy(event)
    if event["type"] == "speech_created":
        fields["speech_handle"] = SpeechHandle.create()
    if isinstance(fields.get("error"), dict):
        fields["error"]["error"] = Exception("left out of the report")
    try:
        loaded = model.model_validate(fields)
    except ValidationError as error:
        return [f"its model refuses it: {error.errors()[0]['loc']} {error.errors()[0]['msg']}"]
    if event.get("error") is not None and not isinstance(loaded.error, BaseModel):
        return ["its error has the shape of none of LiveKit's errors"]
    return _differences(event, loaded.model_dump())


def _history(history: dict) -> list[str]:
    try:
        again = ChatContext.from_dict(history).to_dict(exclude_timestamp=False)
    except ValidationError as error:
        return [f"ChatContext refuses it: {error.errors()[0]['loc']} {error.errors()[0]['msg']}"]
    return _differences(history, again)


def _differences(written: object, again: object, path: str = "") -> list[str]:
    """Where two values differ; metrics come in any order, all other keys in the model's."""
    if isinstance(written, dict) and isinstance(again, dict):
        found = [f"{path}: LiveKit has no `{key}`" for key in written if key not in again]
        found += [f"{path}: LiveKit writes `{key}` too" for key in again if key not in written]
        if not found and not path.endswith(".metrics") and list(written) != list(again):
            found.append(f"{path}: LiveKit writes the keys in the order {', '.join(again)}")
        for key in written.keys() & again.keys():
            found += _differences(written[key], again[key], f"{path}.{key}")
        return found
    if isinstance(written, list) and isinstance(again, list) and len(written) == len(again):
        pairs = enumerate(zip(written, again, strict=True))
        return [found for n, pair in pairs for found in _differences(*pair, f"{path}.{n}")]
    return [] if written == again else [f"{path}: {written!r} comes back as {again!r}"]


def main() -> None:
    asyncio.set_event_loop(asyncio.new_event_loop())  # a SpeechHandle makes a future
    found = []
    for path in sys.argv[1:]:
        report = json.loads(Path(path).read_text(encoding="utf-8"))
        found += [f"{Path(path).stem}: {problem}" for problem in judged(report)]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
