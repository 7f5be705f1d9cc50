"""The server's life: take the address, load the models, serve, and close every call at the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Coroutine, Generator, Mapping, Sequence
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.text import Text

from bot.config import BotConfig
from bot.models import Models
from bot.serve.address import is_loopback, require_network, take_address, url_of
from bot.serve.app import create_app
from bot.serve.calls import ServedCalls
from bot.serve.preload import preload
from bot.terminal import LoadingView
from eventlog.plaintext import clean

# A process that is told to stop is killed soon after: calls are closed first, and whatever then
# still runs (a thread that computes, a connection that drains) does not hold it up.
_CALLS_CLOSE_WITHIN = 3.5
_PROCESS_ENDS_WITHIN = 4.7


def serve(
    config: BotConfig,
    *,
    host: str,
    port: int,
    console: Console,
    env: Mapping[str, str],
    tags: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then close the calls under way; the process must end then.

    Args:
        config: What the bot is.
        host: The address to listen on.
        port: 0 for any free one.
        console: Where the terminal's lines go.
        env: Where API keys are looked up.
        tags: Tags for the report of each call.
        metadata: Metadata for the report of each call.

    Raises:
        ServeError: The address or the network cannot be used.
        ConfigError: The configuration names something that cannot be built.
        LocalProviderError: A model cannot be loaded.
    """
    require_network()
    with take_address(host, port) as taken, _Stopping() as stopping:
        server = _Server(config, host, taken, console, env, stopping)
        server.labels = {"tags": list(tags), "metadata": dict(metadata or {})}
        asyncio.run(server.run())


class _Stopping:
    """Turns the first signal into an event; from then on the process ends in time."""

    def __init__(self) -> None:
        self.told_by = ""
        self._event: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._deadline = threading.Timer(_PROCESS_ENDS_WITHIN, _end_process)
        self._deadline.daemon = True
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _Stopping:
        return self

    def __exit__(self, *_: object) -> None:
        # The deadline stands: the interpreter's own end may hang too, and a second Ctrl-C in it
        # would turn an orderly end into a killed process.
        for number, before in self._before.items():
            signal.signal(number, signal.SIG_IGN if self.told_by else before)

    def watch(self) -> None:
        """Take the signals over from asyncio; call it on the event loop."""
        self._loop, self._event = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._heard)

    async def wait(self) -> None:
        """Wait for a signal."""
        assert self._event is not None
        await self._event.wait()

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        # A second signal changes nothing: the reports of the calls are being written.
        if not self.told_by and self._loop is not None and self._event is not None:
            self.told_by = signal.Signals(number).name
            self._deadline.start()
            self._loop.call_soon_threadsafe(self._event.set)


class _Server:
    def __init__(
        self,
        config: BotConfig,
        host: str,
        taken: socket.socket,
        console: Console,
        env: Mapping[str, str],
        stopping: _Stopping,
    ) -> None:
        self._config = config
        self._host = host
        self._taken = taken
        self._console = console
        self._env = env
        self._stopping = stopping
        self.labels: dict[str, Any] = {}

    async def run(self) -> None:
        self._stopping.watch()
        view = LoadingView(self._console)
        async with Models(on_progress=view) as models:
            with view:
                loaded = await self._unless_stopped(preload(self._config, models, self._env))
            if loaded:
                await self._serve(models)

    async def _serve(self, models: Models) -> None:
        calls = ServedCalls(self._config, models, tell=self._tell, env=self._env, **self.labels)
        web = _WebServer(create_app(calls, self._host))
        serving = asyncio.create_task(web.serve(sockets=[self._taken]))
        await asyncio.wait(
            {serving, asyncio.create_task(web.listens.wait())},
            return_when=asyncio.FIRST_COMPLETED,
        )
        if serving.done():
            return serving.result()
        self._announce()
        await self._stopping.wait()
        under_way = len(calls.under_way)
        if under_way:
            self._tell(f"{self._stopping.told_by}: closing {under_way} call(s)")
        for session in await calls.close_all(self._stopping.told_by, _CALLS_CLOSE_WITHIN):
            self._tell(f"call {session} did not close in time: its journal holds what was said")
        web.should_exit = True
        return await serving

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        working = asyncio.create_task(work)
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not working.done():
            working.cancel()
            return False
        working.result()
        return True

    def _announce(self) -> None:
        self._tell(f"Open {url_of(self._taken)}", style="bold")
        if not is_loopback(self._host):
            self._tell(
                "Whoever can reach this address can call, and browsers give a page their "
                "microphone only over https or on this machine."
            )

    def _tell(self, line: str, style: str = "") -> None:
        self._console.print(Text(clean(line), style), soft_wrap=True)


class _WebServer(uvicorn.Server):
    """uvicorn without its signal handlers, which would drop the calls under way."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self.listens = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


def _end_process() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
