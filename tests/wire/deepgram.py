"""A loopback Deepgram: the streaming recogniser `/v1/listen`, with scripted texts.

It hears the caller's real audio and decides by loudness when somebody speaks, so interim results
come while speech arrives and a final one answers the client's `Finalize`, as in a call. Shapes are
those of deepgram-sdk 7 (`deepgram.listen.v1`).
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
from .loopback import KEY, Refusal, Request, WebSocketServer
from .speech_detector import Speech, SpeechDetector


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the recogniser makes of one stretch of speech.

    Deepgram itself sends `languages` only with `language=multi`, and a `speaker` only with
    diarization on; None leaves the field out.
    """

    text: str
    confidence: float = 0.98
    languages: tuple[str, ...] | None = ("en",)
    speaker: int | None = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """One stretch of speech that was recognised; times in seconds of the connection's audio.

    `text` is empty when the script had no utterance left.
    """

    text: str
    start: float
    end: float


@dataclass(slots=True)
class DeepgramConnection:
    """What one client did: its audio (s16le), the types of its control messages in order."""

    request: Request
    audio: bytearray = field(default_factory=bytearray)
    controls: list[str] = field(default_factory=list[str])
    open: bool = True


class DeepgramServer(WebSocketServer):
    """Recognises each stretch of speech as the next utterance of a script.

    Args:
        utterances: One per stretch of speech; speech after the last one is answered with an
            empty text, as noise would be.
        latency: Seconds from `Finalize` to its answer.
        word_interval: Seconds of speech per further word of an interim result.
        endpointing: Seconds of silence after which a final result comes without a `Finalize`
            (the `Finalize` is then answered with an empty text); None waits for `Finalize`.
        key: The only key that is let in.
        fault: How to fail from the start.
    """

    def __init__(
        self,
        utterances: Sequence[Utterance],
        *,
        latency: float = 0.15,
        word_interval: float = 0.25,
        endpointing: float | None = None,
        key: str = KEY,
        fault: Fault | None = None,
    ) -> None:
        super().__init__(key=key, fault=fault)
        self.latency = latency
        self.word_interval = word_interval
        self.endpointing = endpointing
        self.connections: list[DeepgramConnection] = []
        self.heard: list[Heard] = []
        self._script = iter(utterances)

    def refuse(self, path: str, query: Mapping[str, list[str]], headers: Headers) -> Refusal | None:
        """Turn away a wrong path, a wrong key, or audio that is not mono s16le."""
        if path != "/v1/listen":
            return Refusal(404, f"No such path: {path}")
        if self.fault is Fault.UNAUTHORIZED or headers.get("Authorization") != f"Token {self.key}":
            return Refusal(401, '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}')
        if query.get("encoding") != ["linear16"] or query.get("channels", ["1"]) != ["1"]:
            return Refusal(400, '{"err_code":"Bad Request","err_msg":"Not mono linear16."}')
        return None

    async def converse(self, socket: ServerConnection, line: Line, request: Request) -> None:
        """Listen to one client until it closes its stream."""
        connection = DeepgramConnection(request)
        self.connections.append(connection)
        outbox = Outbox(line, self.changed)
        session = _Session(self, connection, outbox)
        sender = asyncio.create_task(outbox.run())
        try:
            async for message in socket:
                session.take(message)
                self.changed()
                if session.closing:
                    await sender
                    break
        finally:
            connection.open = False
            self.changed()
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    def next_utterance(self) -> Utterance:
        """What the next stretch of speech will be recognised as."""
        return next(self._script, Utterance(""))


class _Session:
    """One client's recognition: audio in, results out, each at its due time and in order."""

    def __init__(
        self, server: DeepgramServer, connection: DeepgramConnection, outbox: Outbox
    ) -> None:
        query = connection.request.query
        self._server = server
        self._connection = connection
        self._interims = query.get("interim_results") == ["true"]
        self._detector = SpeechDetector(int(query["sample_rate"][0]))
        self._utterance: Utterance | None = None
        self._words_shown = 0
        self._segment_start = 0.0
        self._outbox = outbox
        self.closing = False

    def take(self, message: str | bytes) -> None:
        """Take in audio, or a control message."""
        if isinstance(message, bytes):
            self._connection.audio += message
            self._detector.hear(message)
            self._follow_speech()
            return
        kind = str(json.loads(message)["type"])
        self._connection.controls.append(kind)
        if kind == "Finalize":
            self._finish(from_finalize=True)
        elif kind == "CloseStream":
            if self._detector.speech:
                self._finish(from_finalize=False)
            self._outbox.post(_metadata(self._detector.position))
            self._outbox.end()
            self.closing = True

    def _follow_speech(self) -> None:
        speech = self._detector.speech
        if speech is None:
            return
        utterance = self._utterance = self._utterance or self._server.next_utterance()
        words = utterance.text.split()
        count = min(len(words), int((speech.end - speech.start) / self._server.word_interval))
        if self._interims and count > self._words_shown:
            self._words_shown = count
            self._outbox.post(self._result(words[:count], utterance, speech, is_final=False))
        silence = self._detector.position - speech.end
        if self._server.endpointing is not None and silence >= self._server.endpointing:
            self._finish(from_finalize=False)

    def _finish(self, *, from_finalize: bool) -> None:
        speech = self._detector.take()
        utterance = self._utterance if speech and self._utterance else Utterance("")
        if speech:
            self._server.heard.append(Heard(utterance.text, speech.start, speech.end))
        end = self._detector.position
        result = self._result(
            utterance.text.split(), utterance, speech or Speech(end, end), is_final=True
        )
        result |= {"from_finalize": from_finalize, "speech_final": not from_finalize}
        self._outbox.post(result, self._server.first_after(self._server.latency))
        self._utterance, self._words_shown, self._segment_start = None, 0, end

    def _result(
        self, words: Sequence[str], utterance: Utterance, speech: Speech, *, is_final: bool
    ) -> dict[str, Any]:
        alternative: dict[str, Any] = {
            "transcript": " ".join(words),
            "confidence": utterance.confidence if words else 0.0,
            "words": _timed_words(words, utterance, speech),
        }
        if utterance.languages is not None:
            alternative["languages"] = list(utterance.languages)
        return {
            "type": "Results",
            "channel_index": [0, 1],
            "start": round(self._segment_start, 3),
            "duration": round(self._detector.position - self._segment_start, 3),
            "is_final": is_final,
            "speech_final": False,
            "from_finalize": False,
            "channel": {"alternatives": [alternative]},
            "metadata": {
                "request_id": "00000000-0000-0000-0000-000000000001",
                "model_info": {"name": "loopback", "version": "0", "arch": "loopback"},
                "model_uuid": "00000000-0000-0000-0000-000000000002",
            },
        }


def _timed_words(
    words: Sequence[str], utterance: Utterance, speech: Speech
) -> list[dict[str, Any]]:
    """Spread the words evenly over the speech."""
    step = (speech.end - speech.start) / max(len(words), 1)
    timed: list[dict[str, Any]] = []
    for index, word in enumerate(words):
        entry: dict[str, Any] = {
            "word": word.lower().strip(".,!?;:"),
            "punctuated_word": word,
            "start": round(speech.start + index * step, 3),
            "end": round(speech.start + (index + 1) * step, 3),
            "confidence": utterance.confidence,
        }
        if utterance.speaker is not None:
            entry["speaker"] = utterance.speaker
        timed.append(entry)
    return timed


def _metadata(duration: float) -> dict[str, Any]:
    """Build the summary that ends a stream."""
    return {
        "type": "Metadata",
        "transaction_key": "deprecated",
        "request_id": "00000000-0000-0000-0000-000000000001",
        "sha256": "0" * 64,
        "created": "1970-01-01T00:00:00.000Z",
        "duration": round(duration, 3),
        "channels": 1,
    }
