"""A caller without a browser: the far end of a WebRTC call, with aiortc."""

import asyncio
import contextlib
import fractions
import json
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from tests.scripted.speech import is_audible, speech

RATE = 16000
FRAME = RATE // 50


class Microphone(AudioStreamTrack):
    """Sends silence in real time, and the speech that is queued.

    Attributes:
        spoke_at: When the latest speech began to be sent (seconds of the monotonic clock).
        late: The most that a frame was ever sent too late (seconds).
    """

    def __init__(self) -> None:
        super().__init__()
        self.spoke_at = 0.0
        self.late = 0.0
        self._speaks = False
        self._speech = b""
        self._started = time.monotonic()
        self._sent = 0

    def speak(self, seconds: float) -> None:
        self._speech += speech(seconds, RATE)

    async def recv(self) -> AudioFrame:
        due = self._started + self._sent / RATE
        await asyncio.sleep(max(0, due - time.monotonic()))
        self.late = max(self.late, time.monotonic() - due)
        if self._speech and not self._speaks:
            self.spoke_at = time.monotonic()
        self._speaks = bool(self._speech)
        pcm, self._speech = self._speech[: 2 * FRAME], self._speech[2 * FRAME :]
        samples = np.frombuffer(pcm.ljust(2 * FRAME, b"\0"), dtype="<i2")
        frame = AudioFrame.from_ndarray(samples[None, :], layout="mono")
        frame.sample_rate, frame.pts = RATE, self._sent
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += FRAME
        return frame


@dataclass(frozen=True)
class Received:
    """A frame of the bot's audio as it came out of the network.

    Attributes:
        at: When it arrived, in seconds of the monotonic clock.
        pcm: Mono s16le.
        sample_rate: Its rate in Hz.
    """

    at: float
    pcm: bytes
    sample_rate: int


class Caller:
    """One call to a server.

    Attributes:
        session: The call's id, as the server gave it.
        events: What the server has told over the data channel, oldest first.
        heard: Set when sound of the bot has arrived.
        received: All audio that has arrived, silence included, oldest first.
    """

    def __init__(self, http: httpx.AsyncClient, *, pings: bool = True) -> None:
        self.http = http
        self.microphone = Microphone()
        self.peer = RTCPeerConnection()
        self.events: list[dict[str, Any]] = []
        self.session = ""
        self.heard = asyncio.Event()
        self.received: list[Received] = []
        self._pings = pings
        self._news = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self.peer.addTrack(self.microphone)
        self.channel = self.peer.createDataChannel("chat")
        self.channel.on("message", self._message)
        self.peer.on("track", lambda track: self._start(self._listen(track)))

    async def connect(self, path: str = "/api/offer", **data: Any) -> dict[str, Any]:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = {"sdp": self.peer.localDescription.sdp, "type": self.peer.localDescription.type}
        response = await self.http.post(path, json={**offer, "request_data": data or None})
        response.raise_for_status()
        answer = response.json()
        # Pipecat's own runner gives the call no name.
        self.session = answer.get("session", "")
        await self.peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        if self._pings:
            self._start(self._ping())
        return answer

    def send(self, message: dict[str, Any]) -> None:
        self.channel.send(json.dumps(message))

    async def told(
        self, kind: str, is_it: Callable[[dict[str, Any]], bool] = lambda _event: True
    ) -> dict[str, Any]:
        """The first event of a kind for which something holds, as soon as it has been told."""

        def found() -> dict[str, Any] | None:
            those = (event for event in self.events if event["type"] == kind and is_it(event))
            return next(those, None)

        async with asyncio.timeout(15), self._news:
            await self._news.wait_for(lambda: found() is not None)
        event = found()
        assert event is not None
        return event

    def fall_silent(self) -> None:
        """Give no more sign of life, without a word of goodbye."""
        for task in self._tasks:
            task.cancel()

    async def leave(self) -> None:
        self.fall_silent()
        await self.peer.close()

    def _start(self, work: Any) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _message(self, data: str) -> None:
        message = json.loads(data)
        if message.get("type") == "parley":
            self.events.append(message["event"])
            self._start(self._tell())

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _ping(self) -> None:
        while True:
            if self.channel.readyState == "open":
                self.channel.send("ping: now")
            await asyncio.sleep(1)

    async def _listen(self, track: Any) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                channels = frame.to_ndarray().astype("<i2").reshape(-1, len(frame.layout.channels))
                pcm = channels[:, 0].tobytes()
                self.received.append(Received(time.monotonic(), pcm, frame.sample_rate))
                if is_audible(pcm):
                    self.heard.set()


@contextlib.asynccontextmanager
async def calling(http: httpx.AsyncClient, **options: Any) -> AsyncGenerator[Caller]:
    """A caller that is gone when the block is left."""
    caller = Caller(http, **options)
    try:
        yield caller
    finally:
        await caller.leave()
