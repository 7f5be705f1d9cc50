"""A loopback OpenAI Realtime: `/v1/realtime`, which hears, thinks and speaks on one WebSocket.

It hears the caller's real audio (24 kHz s16le), finds the turns by silence as its `server_vad`
does, and answers each with the next reply of a script, as audible audio with its transcript. Shapes
are those of `pipecat.services.openai.realtime.events`.
"""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets import Headers
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .faults import Fault, Line, Outbox
from .hearing import Hearing
from .loopback import KEY, Refusal, Request, WebSocketServer
from .realtime_reply import RATE, Reply, ReplyEvents


@dataclass(slots=True)
class RealtimeConnection:
    """What one client did.

    `events` are its messages but for the audio, which is in `audio` (s16le, 24 kHz); `session` is
    what it configured; `told` are the types of what was sent to it, deltas once in a row.
    """

    request: Request
    events: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    audio: bytearray = field(default_factory=bytearray)
    session: dict[str, Any] = field(default_factory=dict[str, Any])
    told: list[str] = field(default_factory=list[str])

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """The client's messages of one type."""
        return [event for event in self.events if event["type"] == kind]


class OpenAIRealtimeServer(WebSocketServer):
    """Hears each turn as the next text of a script and says the next reply of another.

    A client's `base_url` is `server.realtime_url`.

    Args:
        heard: One text per turn of the caller.
        replies: One per response that is asked for or that a turn leads to.
        ttfb: Seconds from the end of a turn, or from being asked, to the first of the reply.
        silence: Seconds of silence that end a turn; the client's `silence_duration_ms` wins.
        word_interval: Seconds of speech per word, for the deltas of the transcription.
        words_late_by: Seconds from the end of a turn to its words, which the answer does not await.
        key: The only key that is let in.
        fault: How to fail from the start.
    """

    def __init__(
        self,
        heard: Sequence[str],
        replies: Sequence[Reply],
        *,
        ttfb: float = 0.05,
        silence: float = 0.5,
        word_interval: float = 0.25,
        words_late_by: float = 0.0,
        key: str = KEY,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(key=key, fault=fault)
        self.ttfb = ttfb
        self.silence = silence
        self.word_interval = word_interval
        self.words_late_by = words_late_by
        self.connections: list[RealtimeConnection] = []
        self._heard = iter(heard)
        self._replies = iter(replies)

    @property
    def realtime_url(self) -> str:
        """What to give a client as its base URL."""
        return f"{self.url}/v1/realtime"

    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Turn away a wrong path, a wrong key, or no model."""
        if path != "/v1/realtime":
            return Refusal(404, f"No such path: {path}")
        if self.fault is Fault.UNAUTHORIZED or headers.get("Authorization") != f"Bearer {self.key}":
            return Refusal(401, '{"error":{"code":"invalid_api_key"}}')
        if "model" not in query:
            return Refusal(400, '{"error":{"code":"missing_model"}}')
        return None

    async def converse(self, socket: ServerConnection, line: Line, request: Request) -> None:
        """Talk with one client until it leaves."""
        connection = RealtimeConnection(request)
        self.connections.append(connection)
        outbox = Outbox(line, self.changed)
        session = _Session(self, connection, outbox)
        sender = asyncio.create_task(outbox.run())
        try:
            async for data in socket:
                session.take(json.loads(data))
                self.changed()
        finally:
            session.end()
            sender.cancel()
            self.changed()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    def next_heard(self) -> str:
        """What the next turn of the caller will be heard as."""
        return next(self._heard, "")

    def next_reply(self) -> Reply:
        """What is said next."""
        return next(self._replies, Reply())


class _Session:
    """One client's conversation."""

    def __init__(
        self, server: OpenAIRealtimeServer, connection: RealtimeConnection, outbox: Outbox
    ) -> None:
        self._server = server
        self._connection = connection
        self._outbox = outbox
        self._hearing = Hearing(
            RATE, word_interval=server.word_interval, next_text=server.next_heard
        )
        self._speaking = False
        self._said = ""
        self._items = 0
        self._responses = 0
        self._reply: asyncio.Task[None] | None = None
        self._late: set[asyncio.Task[None]] = set()
        self._events: ReplyEvents | None = None
        model = connection.request.query["model"][0]
        connection.session = {"type": "realtime", "object": "realtime.session", "model": model}
        self._post("session.created", session=connection.session)

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in one message of the client."""
        kind = str(event["type"])
        if kind == "input_audio_buffer.append":
            self._hear(base64.b64decode(event["audio"]))
            return
        self._connection.events.append(event)
        match kind:
            case "session.update":
                self._connection.session |= event["session"]
                self._post("session.updated", session=self._connection.session)
            case "conversation.item.create":
                item = {**event["item"], "status": "completed"}
                self._post("conversation.item.added", previous_item_id=None, item=item)
                self._post("conversation.item.done", previous_item_id=None, item=item)
            case "conversation.item.truncate":
                said = {name: event[name] for name in ("item_id", "content_index", "audio_end_ms")}
                self._post("conversation.item.truncated", **said)
            case "input_audio_buffer.commit":
                self._end_turn()
            case "input_audio_buffer.clear":
                self._hearing.take()
                self._post("input_audio_buffer.cleared")
            case "response.create":
                self._respond()
            case "response.cancel":
                self._cancel_reply()
            case _:
                message = f"Invalid value: '{kind}'."
                error = {"type": "invalid_request_error", "code": "invalid_value"}
                self._post("error", error={**error, "message": message})

    def end(self) -> None:
        """Say no more."""
        for task in filter(None, [self._reply, *self._late]):
            task.cancel()

    @property
    def _turn_detection(self) -> Mapping[str, Any] | None:
        """The VAD in force; None where the client commits its turns itself."""
        audio: Mapping[str, Any] = self._connection.session.get("audio") or {}
        detection = (audio.get("input") or {}).get("turn_detection", {})
        return None if detection is False else detection or {}

    def _hear(self, pcm: bytes) -> None:
        self._connection.audio += pcm
        self._said = self._hearing.hear(pcm) or self._said
        detection, speech = self._turn_detection, self._hearing.speech
        if detection is None or speech is None:
            return
        if not self._speaking:
            self._speaking = True
            self._cancel_reply()
            start = int(speech.start * 1000)
            item = f"item_{self._items}"
            self._post("input_audio_buffer.speech_started", audio_start_ms=start, item_id=item)
        wanted = detection.get("silence_duration_ms")
        if self._hearing.silence >= (wanted / 1000 if wanted else self._server.silence):
            end = int(speech.end * 1000)
            item = f"item_{self._items}"
            self._post("input_audio_buffer.speech_stopped", audio_end_ms=end, item_id=item)
            self._end_turn()
            self._respond()

    def _end_turn(self) -> None:
        text, _ = self._hearing.take()
        self._speaking = False
        item_id, self._items = f"item_{self._items}", self._items + 1
        self._post("input_audio_buffer.committed", previous_item_id=None, item_id=item_id)
        content = [{"type": "input_audio", "transcript": None}]
        item = {"id": item_id, "type": "message", "role": "user", "content": content}
        self._post("conversation.item.added", previous_item_id=None, item=item)
        if self._server.words_late_by:
            self._late.add(asyncio.create_task(self._tell_words_late(text, item_id)))
        else:
            self._tell_words(text, item_id)

    async def _tell_words_late(self, text: str, item_id: str) -> None:
        await asyncio.sleep(self._server.words_late_by)
        self._tell_words(text, item_id)

    def _tell_words(self, text: str, item_id: str) -> None:
        prefix = "conversation.item.input_audio_transcription"
        for word in text.split():
            delta = f"{word} "
            self._post(f"{prefix}.delta", item_id=item_id, content_index=0, delta=delta)
        self._post(f"{prefix}.completed", item_id=item_id, content_index=0, transcript=text)

    def _respond(self) -> None:
        if self._reply is not None and not self._reply.done():
            error = {"type": "invalid_request_error", "message": "A response is in progress."}
            code = "conversation_already_has_active_response"
            self._post("error", error={**error, "code": code})
            return
        self._events = ReplyEvents(self._server.next_reply(), self._responses)
        self._responses += 1
        self._reply = asyncio.create_task(self._say(self._events))

    async def _say(self, events: ReplyEvents) -> None:
        await asyncio.sleep(self._server.first_after(self._server.ttfb))
        for kind, fields in events:
            self._post(kind, **fields)
            await asyncio.sleep(events.reply.piece_pace)

    def _cancel_reply(self) -> None:
        reply, self._reply = self._reply, None
        if reply is not None and self._events is not None and not reply.done():
            reply.cancel()
            self._post("response.done", response=self._events.response("cancelled"))

    def _post(self, kind: str, **fields: Any) -> None:
        told = self._connection.told
        if not (told and told[-1] == kind and kind.endswith("delta")):
            told.append(kind)
        self._outbox.post({"type": kind, "event_id": f"event_{len(told)}", **fields})
