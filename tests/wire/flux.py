"""A loopback Deepgram Flux: the recogniser with turns of its own, `/v2/listen`, on a script.

It hears the caller's real audio, finds speech by loudness and judges the end of a turn by silence
alone: after a short one it expects the end (`EagerEndOfTurn`), after a longer one it is sure
(`EndOfTurn`); sound in between takes the expectation back (`TurnResumed`). Shapes are those that
Pipecat's client reads (`TurnInfo`).
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets import Headers
from websockets.asyncio.server import ServerConnection

from .loopback import KEY, Refusal, Request, WebSocketServer
from .speech_detector import SpeechDetector


@dataclass(slots=True)
class FluxConnection:
    """What one client asked for, and the names of the turn events it was sent."""

    request: Request
    events: list[str] = field(default_factory=list[str])


class FluxServer(WebSocketServer):
    """Recognises each turn as the next text of a script.

    Args:
        texts: One for each turn.
        word_interval: Seconds of speech per further word of an update.
        eager_silence: Seconds of silence after which the end is expected.
        end_silence: Seconds of silence after which it is certain.
        key: The only key that is let in.
    """

    def __init__(
        self,
        texts: Sequence[str],
        *,
        word_interval: float = 0.25,
        eager_silence: float = 0.2,
        end_silence: float = 1.0,
        key: str = KEY,
    ) -> None:
        super().__init__(key=key)
        self.word_interval = word_interval
        self.eager_silence = eager_silence
        self.end_silence = end_silence
        self.connections: list[FluxConnection] = []
        self._script = iter(texts)

    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Turn away a wrong path, a wrong key, or audio that is not s16le."""
        if path != "/v2/listen":
            return Refusal(404, f"No such path: {path}")
        if headers.get("Authorization") != f"Token {self.key}":
            return Refusal(401, '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}')
        if query.get("encoding") != ["linear16"]:
            return Refusal(400, '{"err_code":"Bad Request","err_msg":"Not linear16."}')
        return None

    async def converse(self, socket: ServerConnection, request: Request) -> None:
        """Listen to one client until it closes its stream."""
        connection = FluxConnection(request)
        self.connections.append(connection)
        await socket.send(json.dumps({"type": "Connected", "request_id": "1", "sequence_id": 0}))
        turns = _Turns(self, request)
        async for message in socket:
            if isinstance(message, bytes):
                for event in turns.hear(message):
                    connection.events.append(event["event"])
                    await socket.send(json.dumps(event))
            elif json.loads(message)["type"] == "CloseStream":
                break
            self.changed()
            await asyncio.sleep(0)

    def next_text(self) -> str:
        """What the next turn will be recognised as."""
        return next(self._script, "")


class _Turns:
    """One client's turns: audio in, turn events out."""

    def __init__(self, server: FluxServer, request: Request) -> None:
        self._server = server
        self._eager = "eager_eot_threshold" in request.query
        self._detector = SpeechDetector(int(request.query["sample_rate"][0]))
        self._turn = 0
        self._words: list[str] = []
        self._shown = 0
        self._expecting = False

    def hear(self, pcm: bytes) -> list[dict[str, Any]]:
        """Take in audio and return what is to be said of it."""
        self._detector.hear(pcm)
        speech = self._detector.speech
        if speech is None:
            return []
        told: list[dict[str, Any]] = []
        if not self._words:
            self._words = self._server.next_text().split()
            self._shown = 1
            told.append(self._event("StartOfTurn", self._words[:1]))
        silence = self._detector.position - speech.end
        if self._expecting and silence < self._server.eager_silence:
            self._expecting = False
            told.append(self._event("TurnResumed", self._words[: self._shown]))
        count = min(len(self._words), int((speech.end - speech.start) / self._server.word_interval))
        if count > self._shown:
            self._shown = count
            told.append(self._event("Update", self._words[:count]))
        if self._eager and not self._expecting and silence >= self._server.eager_silence:
            self._expecting = True
            told.append(self._event("EagerEndOfTurn", self._words))
        if silence >= self._server.end_silence:
            told.append(self._event("EndOfTurn", self._words))
            self._detector.take()
            self._words, self._shown, self._expecting = [], 0, False
            self._turn += 1
        return told

    def _event(self, name: str, words: Sequence[str]) -> dict[str, Any]:
        return {
            "type": "TurnInfo",
            "request_id": "1",
            "event": name,
            "turn_index": self._turn,
            "transcript": " ".join(words),
            "words": [{"word": word, "confidence": 0.9} for word in words],
            "languages": ["en"],
        }
