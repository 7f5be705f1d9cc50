"""A loopback Deepgram Flux: the recogniser `/v2/listen`, which also decides whose turn it is.

It hears the caller's real audio: a turn starts with speech, ends with a silence, and where the
client asked for predictions (`eager_eot_threshold`), a shorter silence is the prediction, withdrawn
if speech comes back. Shapes are those of deepgram-sdk 7 (`deepgram.listen.v2`).
"""

import asyncio
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
from .speech_detector import Speech

REQUEST_ID = "00000000-0000-0000-0000-000000000003"


@dataclass(slots=True)
class FluxConnection:
    """What one client did: its audio (s16le) and its JSON messages, and what it was told.

    `events` are the events of the turns in the order they were decided.
    """

    request: Request
    audio: bytearray = field(default_factory=bytearray)
    messages: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    events: list[str] = field(default_factory=list[str])


class FluxServer(WebSocketServer):
    """Recognises each turn as the next text of a script.

    Args:
        texts: One per turn; turns after the last one are empty.
        confidence: Confidence of each word.
        word_interval: Seconds of speech per further word of an `Update`.
        eager_silence: Seconds of silence that make an `EagerEndOfTurn`.
        end_silence: Seconds of silence that make an `EndOfTurn`.
        latency: Seconds from a decision to its message.
        key: The only key that is let in.
        fault: How to fail from the start.
    """

    def __init__(
        self,
        texts: Sequence[str],
        *,
        confidence: float = 0.96,
        word_interval: float = 0.25,
        eager_silence: float = 0.2,
        end_silence: float = 1.0,
        latency: float = 0.02,
        key: str = KEY,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(key=key, fault=fault)
        self.confidence = confidence
        self.word_interval = word_interval
        self.eager_silence = eager_silence
        self.end_silence = end_silence
        self.latency = latency
        self.connections: list[FluxConnection] = []
        self._script = iter(texts)

    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Turn away a wrong path, a wrong key, a model that is not Flux, or other audio."""
        if path != "/v2/listen":
            return Refusal(404, f"No such path: {path}")
        if self.fault is Fault.UNAUTHORIZED or headers.get("Authorization") != f"Token {self.key}":
            return Refusal(401, '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}')
        if not query.get("model", [""])[0].startswith("flux-"):
            return Refusal(400, '{"err_code":"Bad Request","err_msg":"No such model."}')
        if query.get("encoding") != ["linear16"]:
            return Refusal(400, '{"err_code":"Bad Request","err_msg":"Not linear16."}')
        return None

    async def converse(self, socket: ServerConnection, line: Line, request: Request) -> None:
        """Listen to one client until it closes its stream."""
        connection = FluxConnection(request)
        self.connections.append(connection)
        outbox = Outbox(line, self.changed)
        turns = _Turns(self, connection, outbox)
        outbox.post({"type": "Connected", "request_id": REQUEST_ID, "sequence_id": 0})
        sender = asyncio.create_task(outbox.run())
        try:
            async for message in socket:
                if isinstance(message, bytes):
                    turns.hear(message)
                elif turns.obey(json.loads(message)):
                    break
                self.changed()
        finally:
            sender.cancel()
            self.changed()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    def next_turn(self) -> str:
        """What the next turn will be recognised as."""
        return next(self._script, "")


class _Turns:
    """The turns of one connection."""

    def __init__(self, server: FluxServer, connection: FluxConnection, outbox: Outbox) -> None:
        query = connection.request.query
        self._server = server
        self._connection = connection
        self._outbox = outbox
        self._eager = "eager_eot_threshold" in query
        self._languages = ["en"] if query["model"] == ["flux-general-multi"] else None
        self._hearing = Hearing(
            int(query["sample_rate"][0]),
            word_interval=server.word_interval,
            next_text=server.next_turn,
        )
        self._turn = 0
        self._sequence = 1
        self._shown: str | None = None
        self._predicted = False

    def obey(self, message: Mapping[str, Any]) -> bool:
        """Follow a control message; returns whether it ends the stream."""
        self._connection.messages.append(message)
        if message["type"] == "Configure":
            self._post({**message, "type": "ConfigureSuccess"})
        return message["type"] == "CloseStream"

    def hear(self, pcm: bytes) -> None:
        """Take in audio and tell what it means for the turn."""
        self._connection.audio += pcm
        words = self._hearing.hear(pcm)
        if self._hearing.speech is None:
            return
        if self._shown is None:
            self._tell("StartOfTurn", words or "")
        elif words is not None:
            self._tell("Update", words)
        self._shown = words or self._shown or ""
        self._judge_silence(self._hearing.silence)

    def _judge_silence(self, silence: float) -> None:
        if silence >= self._server.end_silence:
            text, speech = self._hearing.take()
            self._tell("EndOfTurn", text, speech)
            self._shown, self._predicted = None, False
            self._turn += 1
        elif self._eager and not self._predicted and silence >= self._server.eager_silence:
            self._predicted = True
            self._tell("EagerEndOfTurn", self._hearing.text)
        elif self._predicted and not silence:
            self._predicted = False
            self._tell("TurnResumed", self._shown or "")

    def _tell(self, event: str, text: str, speech: Speech | None = None) -> None:
        speech = speech or self._hearing.speech
        message: dict[str, Any] = {
            "type": "TurnInfo",
            "event": event,
            "turn_index": self._turn,
            "audio_window_start": round(speech.start, 3) if speech else 0.0,
            "audio_window_end": round(self._hearing.position, 3),
            "transcript": text,
            "words": [
                {"word": word, "confidence": self._server.confidence} for word in text.split()
            ],
            "end_of_turn_confidence": 0.9 if event.endswith("EndOfTurn") else 0.1,
        }
        if self._languages is not None:
            message |= {"languages": self._languages, "languages_hinted": []}
        self._connection.events.append(event)
        self._post(message)

    def _post(self, message: Mapping[str, Any]) -> None:
        first = self._server.first_after(self._server.latency)
        ends = message.get("event") == "EndOfTurn"
        delay = first if ends else self._server.latency
        self._outbox.post(
            {**message, "request_id": REQUEST_ID, "sequence_id": self._sequence}, delay
        )
        self._sequence += 1
