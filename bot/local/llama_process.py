"""Starting and ending the language model's process, from the bot's side."""

import asyncio
import contextlib
import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Self

from bot.local import llama_server
from bot.local.installed import LocalProviderError, load_library
from bot.local.llama_server import ServerSettings

_START_SECONDS = 60.0
_END_SECONDS = 5.0
_MAGIC = b"GGUF"


class LlamaServerError(LocalProviderError):
    """The language model's server did not start."""


class LlamaServer:
    """A running server.

    Attributes:
        url: Its address, ``http://127.0.0.1:<port>``, without a path.
        api_key: What requests must show as their bearer token.
        pid: Its process.
    """

    def __init__(self, process: asyncio.subprocess.Process, url: str, api_key: str) -> None:
        self._process = process
        self.url = url
        self.api_key = api_key
        self.pid = process.pid

    @classmethod
    async def start(cls, model: Path, *, context_size: int, threads: int, slots: int = 2) -> Self:
        """Start a server and wait until it has loaded the model.

        Args:
            model: The .gguf file.
            context_size: Tokens of one conversation.
            threads: How many to compute with.
            slots: Conversations that keep their prompt in the cache at the same time.

        Raises:
            MissingExtraError: If the ``local`` extra is not installed.
            LlamaServerError: If the file is missing or is no model, or the server fails.
        """
        await asyncio.to_thread(_check, model)
        key = secrets.token_urlsafe(24)
        settings = ServerSettings(str(model), context_size, threads, slots, key)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # by its path, so that it imports neither the bot nor what lies beside it
            llama_server.__file__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the bot, which still needs its replies
        )
        try:
            url = await asyncio.wait_for(_handshake(process, settings), _START_SECONDS)
        except BaseException as error:
            await _end(process)
            if isinstance(error, TimeoutError):
                raise LlamaServerError(
                    f"llama.cpp did not load {model} within {_START_SECONDS:.0f} s: "
                    "use a smaller model"
                ) from error
            raise
        return cls(process, url, key)

    async def aclose(self) -> None:
        """End the server."""
        await _end(self._process)


def _check(model: Path) -> None:
    load_library("xllamacpp")
    try:
        with model.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise LlamaServerError(
            f"cannot read the model {model} ({error.strerror}): model_path is a .gguf file"
        ) from error
    if magic != _MAGIC:
        raise LlamaServerError(f"{model} is no .gguf model: convert it, or fetch it again")


async def _handshake(process: asyncio.subprocess.Process, settings: ServerSettings) -> str:
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None
    with contextlib.suppress(ConnectionError):  # it has ended: the missing answer says so
        stdin.write(json.dumps(asdict(settings)).encode() + b"\n")
        await stdin.drain()
    line = await stdout.readline()
    answer: dict[str, str] = json.loads(line) if line else {"error": "its process ended"}
    if "url" not in answer:
        raise LlamaServerError(
            f"llama.cpp cannot load {settings.model_path} ({answer['error']}): "
            "the file is damaged, or newer than the installed xllamacpp"
        )
    return answer["url"]


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _END_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
