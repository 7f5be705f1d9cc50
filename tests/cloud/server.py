"""The image at work: its server in a process of its own, and callers on loopback."""

import asyncio
import base64
import json
import os
import socket
import sys
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets

from tests.scripted.speech import is_audible, silence, speech

RATE = 8000
_FRAME_SECONDS = 0.02


class Server:
    """A running image.

    Attributes:
        stdout: Its standard output so far, line by line.
    """

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.stdout: list[str] = []
        self.log: list[str] = []
        self._process = process
        self._port = port
        self._readers = [
            asyncio.create_task(self._read(process.stdout, self.stdout)),
            asyncio.create_task(self._read(process.stderr, self.log)),
        ]
        self._news = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def ready(self) -> httpx.Response:
        """The answer of /readyz."""
        async with httpx.AsyncClient() as client:
            return await client.get(f"http://{self.url}/readyz")

    async def start(self, body: dict[str, Any], **headers: str) -> httpx.Response:
        """Start a session as the platform does, and wait for its end."""
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.post(f"http://{self.url}/bot", json=body, headers=headers)

    async def wait_for(self, lines: list[str], text: str, count: int = 1) -> list[str]:
        """The lines with a text, as soon as there are so many of them."""

        def found() -> list[str]:
            return [line for line in lines if text in line]

        try:
            async with asyncio.timeout(30), self._news:
                await self._news.wait_for(lambda: len(found()) >= count)
        except TimeoutError:
            tail = "\n".join(self.log[-40:])
            raise AssertionError(f"{text!r} came {len(found())} times; the log:\n{tail}") from None
        return found()

    async def stop(self) -> int:
        """Stop it as the platform does; its exit code."""
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(10):
            code = await self._process.wait()
            await asyncio.gather(*self._readers)
        return code

    async def _read(self, stream: asyncio.StreamReader | None, lines: list[str]) -> None:
        assert stream is not None
        async for line in stream:
            async with self._news:
                lines.append(line.decode().rstrip("\n"))
                self._news.notify_all()


@asynccontextmanager
async def serving(workdir: Path, providers: Path, **env: str) -> AsyncIterator[Server]:
    """Run the image's server in `workdir`, with Parley from there and from nowhere else.

    `-S` leaves out the .pth files of the environment, which would lead to the checkout.
    """
    port = _free_port()
    paths = os.pathsep.join([sysconfig.get_path("purelib"), str(providers)])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-S",
        "app.py",
        cwd=workdir,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths, "PORT": str(port), **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    server = Server(process, port)
    try:
        await server.wait_for(server.log, "Uvicorn running")
        yield server
    finally:
        await server.stop()


class PhoneCall:
    """A caller whose telephone provider speaks Exotel's protocol: JSON with PCM at 8 kHz."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._heard = asyncio.Event()
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    @asynccontextmanager
    async def of(cls, server: Server, session: str, **body: Any) -> AsyncIterator["PhoneCall"]:
        """Call; the line is hung up at the end of the block."""
        encoded = base64.urlsafe_b64encode(json.dumps(body).encode()).decode()
        url = f"ws://{server.url}/ws?body={encoded}"
        headers = {"x-daily-session-id": session}
        async with websockets.connect(url, additional_headers=headers) as connection:
            call = cls(connection)
            await connection.send(json.dumps({"event": "connected"}))
            ids = {"stream_sid": "stream", "call_sid": session, "account_sid": "account"}
            await connection.send(json.dumps({"event": "start", "start": ids}))
            try:
                yield call
            finally:
                call._listener.cancel()

    async def speak(self, seconds: float) -> None:
        """Buzz into the telephone in real time, and be silent for a second."""
        pcm = speech(seconds, RATE) + silence(1.0, RATE)
        size = round(RATE * _FRAME_SECONDS) * 2
        pace = asyncio.get_running_loop().time()
        for begin in range(0, len(pcm), size):
            media = {"payload": base64.b64encode(pcm[begin : begin + size]).decode()}
            await self._socket.send(json.dumps({"event": "media", "media": media}))
            pace += _FRAME_SECONDS
            await asyncio.sleep(pace - asyncio.get_running_loop().time())

    async def hears_the_bot(self) -> None:
        """Wait for the next sound of the bot."""
        self._heard.clear()
        async with asyncio.timeout(20):
            await self._heard.wait()

    async def _listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if message["event"] == "media":
                pcm = base64.b64decode(message["media"]["payload"])
                if is_audible(pcm, 50.0):
                    self._heard.set()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
