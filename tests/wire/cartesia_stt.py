"""A loopback Cartesia recogniser: `/stt/websocket`, with scripted texts.

Partial texts come while speech arrives, and the final one answers `finalize`; `done` ends the
session. Shapes are those that Pipecat 1.14 reads and of Cartesia's STT reference (2026-03-01).
"""

import asyncio
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

REQUEST_ID = "00000000-0000-0000-0000-000000000004"


@dataclass(slots=True)
class CartesiaListening:
    """What one client did: its audio (s16le) and its commands in order."""

    request: Request
    audio: bytearray = field(default_factory=bytearray)
    commands: list[str] = field(default_factory=list[str])


class CartesiaSTTServer(WebSocketServer):
    """Recognises each stretch of speech as the next text of a script.

    Args:
        texts: One per stretch of speech; speech after the last one is answered with nothing.
        word_interval: Seconds of speech per further word of a partial text.
        latency: Seconds from `finalize` to its answer.
        language: What every text is in.
        key: The only key that is let in.
        fault: How to fail from the start.
    """

    def __init__(
        self,
        texts: Sequence[str],
        *,
        word_interval: float = 0.25,
        latency: float = 0.05,
        language: str = "en",
        key: str = KEY,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(key=key, fault=fault)
        self.word_interval = word_interval
        self.latency = latency
        self.language = language
        self.connections: list[CartesiaListening] = []
        self._script = iter(texts)

    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Turn away a wrong path, a wrong key, or other audio than s16le."""
        if path != "/stt/websocket":
            return Refusal(404, f"No such path: {path}")
        if self.fault is Fault.UNAUTHORIZED or headers.get("X-API-Key") != self.key:
            return Refusal(401, "Invalid API key.")
        if query.get("encoding") != ["pcm_s16le"]:
            return Refusal(400, "Not pcm_s16le.")
        return None

    async def converse(self, socket: ServerConnection, line: Line, request: Request) -> None:
        """Listen to one client until it is done."""
        connection = CartesiaListening(request)
        self.connections.append(connection)
        outbox = Outbox(line, self.changed)
        sender = asyncio.create_task(outbox.run())
        hearing = Hearing(
            int(request.query["sample_rate"][0]),
            word_interval=self.word_interval,
            next_text=lambda: next(self._script, ""),
        )
        try:
            async for message in socket:
                if isinstance(message, bytes):
                    connection.audio += message
                    words = hearing.hear(message)
                    if words is not None:
                        outbox.post(self._transcript(words, hearing, is_final=False))
                else:
                    connection.commands.append(message)
                    self._obey(message, hearing, outbox)
                self.changed()
                if message == "done":
                    await sender
                    break
        finally:
            sender.cancel()
            self.changed()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    def _obey(self, command: str, hearing: Hearing, outbox: Outbox) -> None:
        delay = self.first_after(self.latency) if command == "finalize" else 0.0
        if hearing.speech is not None:
            outbox.post(self._transcript(hearing.text, hearing, is_final=True), delay)
            hearing.take()
        if command == "done":
            outbox.post({"type": "done", "request_id": REQUEST_ID})
            outbox.end()
        else:
            outbox.post({"type": "flush_done", "request_id": REQUEST_ID})

    def _transcript(self, text: str, hearing: Hearing, *, is_final: bool) -> dict[str, Any]:
        return {
            "type": "transcript",
            "request_id": REQUEST_ID,
            "text": text,
            "is_final": is_final,
            "duration": round(hearing.position, 3),
            "language": self.language,
        }
