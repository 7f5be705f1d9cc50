"""A loopback ElevenLabs: `/v1/text-to-speech/{voice}/multi-stream-input`, with audible words.

Several contexts share one socket. Shapes are those of the elevenlabs SDK's `AudioOutputMulti` and
`FinalOutputMulti`: alignment times restart at zero in every message.
"""

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets import Headers
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .faults import Fault, Line
from .loopback import KEY, Refusal, Request, WebSocketServer
from .voice import Spoken, speak

PATH = re.compile(r"/v1/text-to-speech/[^/]+/multi-stream-input")
FORMAT = re.compile(r"pcm_(\d+)")
SCHEDULE = 120
"""Characters that make speech start without a flush when `auto_mode` is off."""


@dataclass(slots=True)
class SpeechContext:
    """One context: the text that came in, what was asked of it, and the audio that went out.

    `spoken` counts seconds of audio sent. `final` is set once `isFinal` has gone out.
    """

    context_id: str
    voice_settings: Mapping[str, Any] | None = None
    text: str = ""
    flushes: int = 0
    closed: bool = False
    spoken: float = 0.0
    final: bool = False
    pending: str = ""


@dataclass(slots=True)
class ElevenLabsConnection:
    """What one client did: its messages as they came, and its contexts by id."""

    request: Request
    messages: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    contexts: dict[str, SpeechContext] = field(default_factory=dict[str, SpeechContext])
    closed_by_request: bool = False


class ElevenLabsServer(WebSocketServer):
    """Speaks whatever it is given.

    Args:
        ttfb: Seconds from a text (or the flush that releases it) to its first audio.
        char_ms: Milliseconds of speech per character.
        words_per_piece: Words per audio message.
        piece_pace: Seconds between the audio messages of one text; below the audio's own length
            the voice is faster than real time, as the real one is.
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
        self.connections: list[ElevenLabsConnection] = []

    @property
    def contexts(self) -> list[SpeechContext]:
        """Every context of every connection, oldest first."""
        return [ctx for connection in self.connections for ctx in connection.contexts.values()]

    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Turn away a wrong path, a wrong key, or a format other than PCM."""
        if not PATH.fullmatch(path):
            return Refusal(404, f"No such path: {path}")
        if self.fault is Fault.UNAUTHORIZED or headers.get("xi-api-key") != self.key:
            return Refusal(401, '{"detail":{"status":"invalid_api_key"}}')
        if not FORMAT.fullmatch(query.get("output_format", [""])[0]):
            return Refusal(400, '{"detail":{"status":"output_format_not_allowed"}}')
        return None

    async def converse(self, socket: ServerConnection, line: Line, request: Request) -> None:
        """Speak to one client until it asks to close the socket."""
        connection = ElevenLabsConnection(request)
        self.connections.append(connection)
        session = _Session(self, connection, line)
        try:
            async for data in socket:
                message: Mapping[str, Any] = json.loads(data)
                connection.messages.append(message)
                await session.take(message)
                self.changed()
                if connection.closed_by_request:
                    break
        finally:
            self.changed()
            await session.end()


class _Session:
    """One client's contexts, which speak at the same time, each its texts in order."""

    def __init__(
        self, server: ElevenLabsServer, connection: ElevenLabsConnection, line: Line
    ) -> None:
        query = connection.request.query
        self._server = server
        self._connection = connection
        self._line = line
        self._rate = int(query["output_format"][0].removeprefix("pcm_"))
        self._auto = query.get("auto_mode") == ["true"]
        self._queues: dict[str, asyncio.Queue[tuple[float, str | None]]] = {}
        self._speaking: list[asyncio.Task[None]] = []

    async def take(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the client."""
        if message.get("close_socket"):
            self._connection.closed_by_request = True
            return
        context_id = message.get("context_id")
        if context_id is None:
            return  # A keepalive for the whole connection.
        context = self._connection.contexts.get(context_id)
        if context is None and message.get("text"):
            context = SpeechContext(context_id, message.get("voice_settings"))
            self._connection.contexts[context_id] = context
            self._queues[context_id] = asyncio.Queue()
            self._speaking.append(asyncio.create_task(self._speak_when_due(context)))
        elif context and "voice_settings" in message:
            await self._line.close(1008, "voice_settings only in a context's first message")
            return
        if context is not None and not context.closed:
            self._follow(context, message)

    async def end(self) -> None:
        """Stop to speak.

        Raises:
            Exception: What broke while speaking, unless it was that the client left.
        """
        for task in self._speaking:
            task.cancel()
        for broken in await asyncio.gather(*self._speaking, return_exceptions=True):
            if isinstance(broken, Exception) and not isinstance(broken, ConnectionClosed):
                raise broken

    async def _speak_when_due(self, context: SpeechContext) -> None:
        """Send what is queued for a context, in order; a None text is its end."""
        loop = asyncio.get_running_loop()
        while True:
            due, text = await self._queues[context.context_id].get()
            await asyncio.sleep(due - loop.time())
            if text is None:
                await self._line.send({"contextId": context.context_id, "isFinal": True})
                context.final = True
            else:
                await self._speak(context, text)
            self._server.changed()

    def _follow(self, context: SpeechContext, message: Mapping[str, Any]) -> None:
        text = str(message.get("text", ""))
        context.text += text
        context.pending += text
        flush, close = bool(message.get("flush")), bool(message.get("close_context"))
        context.flushes += flush
        if self._auto or flush or close or len(context.pending) >= SCHEDULE:
            self._release(context)
        if close:
            context.closed = True
            self._queues[context.context_id].put_nowait((asyncio.get_running_loop().time(), None))

    def _release(self, context: SpeechContext) -> None:
        """Queue the text that has gathered, if there is anything to pronounce."""
        text, context.pending = context.pending, ""
        if text.strip():
            due = asyncio.get_running_loop().time() + self._server.first_after(self._server.ttfb)
            self._queues[context.context_id].put_nowait((due, text))

    async def _speak(self, context: SpeechContext, text: str) -> None:
        server = self._server
        pieces = speak(
            text,
            sample_rate=self._rate,
            char_ms=server.char_ms,
            words_per_piece=server.words_per_piece,
        )
        for index, piece in enumerate(pieces):
            if index:
                await asyncio.sleep(server.piece_pace)
            await self._line.send(_audio_message(context.context_id, piece))
            context.spoken += len(piece.pcm) / 2 / self._rate
            server.changed()


def _audio_message(context_id: str, piece: Spoken) -> dict[str, Any]:
    alignment = {
        "chars": piece.chars,
        "charStartTimesMs": piece.starts_ms,
        "charDurationsMs": piece.durations_ms,
    }
    return {
        "audio": base64.b64encode(piece.pcm).decode(),
        "contextId": context_id,
        "alignment": alignment,
        "normalizedAlignment": alignment,
    }
