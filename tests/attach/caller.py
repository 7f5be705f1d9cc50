"""A caller of Pipecat's own runner over WebRTC, who speaks words and follows RTVI's messages."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
import numpy as np
import soxr

from tests.serve.caller import RATE, Caller, Microphone


class SpeakingMicrophone(Microphone):
    """Sends any speech that it is given."""

    def say(self, pcm: bytes) -> None:
        """Queue mono s16le of 16 kHz."""
        self._speech += pcm


class SpokenCaller:
    """One call; what RTVI says of the bot's voice is how the caller knows that it has spoken."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._caller = Caller(http)
        self._ends = 0
        self._change = asyncio.Event()
        self._open = asyncio.Event()
        self._microphone = SpeakingMicrophone()
        # The track that the caller offered is the one that is heard.
        self._caller.peer.getSenders()[0].replaceTrack(self._microphone)
        self._caller.channel.on("open", self._open.set)
        self._caller.channel.on("message", self._message)

    @classmethod
    @asynccontextmanager
    async def calling(cls, http: httpx.AsyncClient) -> AsyncGenerator[Self]:
        """A connected caller, gone when the block is left."""
        caller = cls(http)
        try:
            await caller._caller.connect()
            yield caller
        finally:
            await caller._caller.leave()

    async def say_hello(self, message: dict[str, Any]) -> None:
        """Tell the bot that its client is ready."""
        async with asyncio.timeout(20):
            await self._open.wait()
        self._caller.send(message)

    def say(self, pcm: bytes, sample_rate: int) -> None:
        """Speak."""
        samples = soxr.resample(np.frombuffer(pcm, "<i2"), sample_rate, RATE)
        self._microphone.say(samples.astype("<i2").tobytes())

    async def bot_has_spoken(self, times: int) -> None:
        """Wait until the bot has ended so many speeches."""
        async with asyncio.timeout(30):
            while self._ends < times:
                self._change.clear()
                await self._change.wait()

    def _message(self, data: str) -> None:
        if data[:1] == "{" and json.loads(data).get("type") == "bot-stopped-speaking":
            self._ends += 1
            self._change.set()
