"""A `parley serve` in a process of its own, as a person starts it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEYS = ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY")


@dataclass
class Server:
    """A running server.

    Attributes:
        url: Where its page is.
        folder: Its working directory, in which `sessions/` lies.
        lines: What it has printed, stdout and stderr together.
    """

    process: asyncio.subprocess.Process
    folder: Path
    url: str = ""
    lines: list[str] = field(default_factory=list)

    async def read_until(self, pattern: str, within: float = 60) -> re.Match[str]:
        """Read what it prints until a line matches."""
        assert self.process.stdout
        async with asyncio.timeout(within):
            async for raw in self.process.stdout:
                self.lines.append(raw.decode().rstrip())
                if match := re.search(pattern, self.lines[-1]):
                    return match
        raise AssertionError(f"the server ended without {pattern!r}:\n" + "\n".join(self.lines))

    async def ended(self, within: float = 10) -> int:
        """Wait for its end; the rest of what it prints is kept. Returns the exit code."""
        assert self.process.stdout
        async with asyncio.timeout(within):
            rest = await self.process.stdout.read()
            self.lines += rest.decode().splitlines()
            return await self.process.wait()

    @property
    def reports(self) -> list[Path]:
        return sorted(self.folder.glob("sessions/*/report.json"))


async def start(folder: Path, *arguments: str) -> Server:
    """Start `parley serve` with these arguments and none of the keys."""
    env = {name: value for name, value in os.environ.items() if name not in KEYS}
    env |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.cli", "serve", *arguments),
        cwd=folder,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return Server(process, folder)


@asynccontextmanager
async def serving(folder: Path, *arguments: str) -> AsyncGenerator[Server]:
    """A server that listens, on a free port; it is stopped when the block is left."""
    server = await start(folder, "--port", "0", *arguments)
    try:
        server.url = (await server.read_until(r"Open (http://\S+)"))[1]
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.process.send_signal(signal.SIGTERM)
        try:
            await server.ended()
        except TimeoutError:
            server.process.kill()
            raise
