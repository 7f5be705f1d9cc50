"""The events of one response of OpenAI's realtime model, built from a scripted reply."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .voice import speak

RATE = 24000
"""Hz of the audio in both directions (s16le, mono)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted response: a text that is spoken, or a function that is called.

    `char_ms` is the milliseconds of speech per character, `piece_pace` the seconds between events.
    """

    text: str = ""
    function: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    char_ms: int = 60
    piece_pace: float = 0.01
    input_tokens: int = 40
    output_tokens: int = 20


class ReplyEvents:
    """The events of a reply, as pairs of a type and its fields, in the order OpenAI sends them.

    Args:
        reply: What is said or called.
        number: Which response of the session it is.
    """

    def __init__(self, reply: Reply, number: int) -> None:
        self.reply = reply
        self._id = f"resp_{number}"
        self._item_id = f"answer_{number}"
        self._call_id = f"call_{number}"

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "response.created", {"response": self.response("in_progress")}
        item = self._item(done=False)
        place = {"response_id": self._id, "output_index": 0}
        yield "response.output_item.added", {**place, "item": item}
        yield "conversation.item.added", {"previous_item_id": None, "item": item}
        at = {**place, "item_id": self._item_id}
        yield from self._called(at) if self.reply.function else self._spoken(at)
        item = self._item(done=True)
        yield "conversation.item.done", {"previous_item_id": None, "item": item}
        yield "response.output_item.done", {**place, "item": item}
        yield "response.done", {"response": self.response("completed")}

    def response(self, status: str) -> dict[str, Any]:
        """The response as a whole; with its usage unless it is still in progress."""
        output = [self._item(done=True)] if status == "completed" else []
        response = {"id": self._id, "object": "realtime.response", "status": status}
        usage = None if status == "in_progress" else self._usage()
        return {**response, "output": output, "usage": usage}

    def _spoken(self, at: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        at = {**at, "content_index": 0}
        yield "response.content_part.added", {**at, "part": {"type": "audio", "transcript": ""}}
        reply = self.reply
        for piece in speak(reply.text, sample_rate=RATE, char_ms=reply.char_ms, words_per_piece=2):
            text = "".join(piece.chars)
            yield "response.output_audio_transcript.delta", {**at, "delta": text}
            audio = base64.b64encode(piece.pcm).decode()
            yield "response.output_audio.delta", {**at, "delta": audio}
        yield "response.output_audio.done", at
        yield "response.output_audio_transcript.done", {**at, "transcript": reply.text}
        part = {"type": "audio", "transcript": reply.text}
        yield "response.content_part.done", {**at, "part": part}

    def _called(self, at: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        at = {**at, "call_id": self._call_id}
        arguments = json.dumps(dict(self.reply.arguments))
        kind = "response.function_call_arguments"
        yield f"{kind}.delta", {**at, "delta": arguments}
        yield f"{kind}.done", {**at, "arguments": arguments}

    def _item(self, *, done: bool) -> dict[str, Any]:
        status = "completed" if done else "in_progress"
        item: dict[str, Any] = {"id": self._item_id, "object": "realtime.item", "status": status}
        if self.reply.function:
            arguments = json.dumps(dict(self.reply.arguments)) if done else ""
            call = {"type": "function_call", "name": self.reply.function}
            return {**item, **call, "call_id": self._call_id, "arguments": arguments}
        content = [{"type": "output_audio", "transcript": self.reply.text}] if done else []
        return {**item, "type": "message", "role": "assistant", "content": content}

    def _usage(self) -> dict[str, Any]:
        spent, given = self.reply.input_tokens, self.reply.output_tokens
        details = {"text_tokens": spent // 2, "audio_tokens": spent - spent // 2}
        return {
            "total_tokens": spent + given,
            "input_tokens": spent,
            "output_tokens": given,
            "input_token_details": {**details, "cached_tokens": 0},
            "output_token_details": {"text_tokens": given // 2, "audio_tokens": given - given // 2},
        }
