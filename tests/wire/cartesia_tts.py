"""A loopback Cartesia voice: `/tts/websocket`, with audible words and the time of each.

Several contexts share one socket, each a series of transcripts of which the last one does not
`continue`. Shapes are those that Pipecat 1.14 reads; word times count from the context's start.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets import Headers
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .faults import Fault, Line
from .loopback import KEY, Refusal, Request, WebSocketServer
from .voice import Spoken, speak


@dataclass(slots=True)
class CartesiaContext:
    """One context: the text that came in and what became of it.

    `spoken` counts seconds of audio sent; `done` is set once that has gone out.
    """

    context_id: str
    voice: str
    sample_rate: int
    text: str = ""
    spoken: float = 0.0
    cancelled: bool = False
    done: bool = False


@dataclass(slots=True)
class CartesiaSpeaking:
    """What one client did: its messages as they came, and its contexts by id."""

    request: Request
    messages: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    contexts: dict[str, CartesiaContext] = field(default_factory=dict[str, CartesiaContext])


class CartesiaTTSServer(WebSocketServer):
    """Speaks whatever it is given. A client's `url` is `server.tts_url`.

    Args:
        ttfb: Seconds from a text to its first audio.
        char_ms: Milliseconds of speech per character.
        words_per_piece: Words per audio message.
        piece_pace: Seconds between the audio messages of one text.
        key: The only key that is let in.
        fault: How to fail from the start.
    """

    def __init__(
        self,
        *,
        ttfb: float = 0.05,
        char_ms: int = 60,
        words_per_piece: int = 3,
        piece_pace: float = 0.01,
        key: str = KEY,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(key=key, fault=fault)
        self.ttfb = ttfb
        self.char_ms = char_ms
        self.words_per_piece = words_per_piece
        self.piece_pace = piece_pace
        self.connections: list[CartesiaSpeaking] = []

    @property
    def tts_url(self) -> str:
        """What to give a client as its URL."""
        return f"{self.url}/tts/websocket"

    @property
    def contexts(self) -> list[CartesiaContext]:
        """Every context of every connection, oldest first."""
        return [ctx for connection in self.connections for ctx in connection.contexts.values()]

    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Turn away a wrong path, a wrong key, or no version."""
        if path != "/tts/websocket":
            return Refusal(404, f"No such path: {path}")
        if self.fault is Fault.UNAUTHORIZED or headers.get("X-API-Key") != self.key:
            return Refusal(401, "Invalid API key.")
        if "Cartesia-Version" not in headers:
            return Refusal(400, "No Cartesia-Version.")
        return None

    async def converse(self, socket: ServerConnection, line: Line, request: Request) -> None:
        """Speak to one client until it leaves."""
        connection = CartesiaSpeaking(request)
        self.connections.append(connection)
        session = _Session(self, connection, line)
        speaker = asyncio.create_task(session.speak_when_due())
        try:
            async for data in socket:
                message: Mapping[str, Any] = json.loads(data)
                connection.messages.append(message)
                session.take(message)
                self.changed()
        finally:
            speaker.cancel()
            self.changed()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await speaker


class _Session:
    """One client's contexts and the queue of what is to be said, each text at its due time."""

    def __init__(self, server: CartesiaTTSServer, connection: CartesiaSpeaking, line: Line) -> None:
        self._server = server
        self._connection = connection
        self._line = line
        self._queue: asyncio.Queue[tuple[float, CartesiaContext, Mapping[str, Any]]] = (
            asyncio.Queue()
        )

    def take(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the client."""
        context = self._connection.contexts.get(message["context_id"])
        if message.get("cancel"):
            if context is not None:
                context.cancelled = True
            return
        if context is None:
            form = message["output_format"]
            assert (form["container"], form["encoding"]) == ("raw", "pcm_s16le")
            context = CartesiaContext(
                message["context_id"], message["voice"]["id"], int(form["sample_rate"])
            )
            self._connection.contexts[context.context_id] = context
        context.text += message["transcript"]
        delay = self._server.first_after(self._server.ttfb) if message["transcript"] else 0.0
        due = asyncio.get_running_loop().time() + delay
        self._queue.put_nowait((due, context, message))

    async def speak_when_due(self) -> None:
        """Send what is queued, in order."""
        loop = asyncio.get_running_loop()
        while True:
            due, context, message = await self._queue.get()
            await asyncio.sleep(due - loop.time())
            if message["transcript"]:
                await self._speak(context, message["transcript"])
                await self._send(context, {"type": "flush_done", "flush_done": True})
            if not message["continue"]:
                await self._send(context, {"type": "done"})
                context.done = True
            self._server.changed()

    async def _speak(self, context: CartesiaContext, text: str) -> None:
        server = self._server
        pieces = speak(
            text,
            sample_rate=context.sample_rate,
            char_ms=server.char_ms,
            words_per_piece=server.words_per_piece,
        )
        for index, piece in enumerate(pieces):
            if index:
                await asyncio.sleep(server.piece_pace)
            if context.cancelled:
                return
            await self._send(context, _times_of(piece, context.spoken))
            audio = base64.b64encode(piece.pcm).decode()
            await self._send(context, {"type": "chunk", "data": audio, "step_time": 1.0})
            context.spoken += len(piece.pcm) / 2 / context.sample_rate
            server.changed()

    async def _send(self, context: CartesiaContext, message: Mapping[str, Any]) -> None:
        done = message["type"] == "done"
        head = {"status_code": 200 if done else 206, "done": done}
        await self._line.send({**message, **head, "context_id": context.context_id})


def _times_of(piece: Spoken, begin: float) -> dict[str, Any]:
    """When each word of a piece begins and ends, in seconds of the context."""
    words: list[str] = []
    starts: list[float] = []
    ends: list[float] = []
    position = 0
    for word in "".join(piece.chars).split():
        last = position + len(word) - 1
        words.append(word)
        starts.append(begin + piece.starts_ms[position] / 1000)
        ends.append(begin + (piece.starts_ms[last] + piece.durations_ms[last]) / 1000)
        position = last + 2
    return {
        "type": "timestamps",
        "word_timestamps": {"words": words, "start": starts, "end": ends},
    }
