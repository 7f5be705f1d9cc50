"""The language model's process, started by :mod:`bot.local.llama_process`.

llama.cpp's server runs in a process of its own so that generating a reply never holds up the
call's audio. It must not outlive the bot, however that ends: it watches its standard input,
which closes when the parent dies, even of SIGKILL. As a second sign it watches for a new
parent, because a copy of the bot made by fork would hold the pipe open.

Standard input carries one line of JSON with the settings (see :class:`ServerSettings`), among
them the key that requests must show; standard output answers with one line, ``{"url": …}`` or
``{"error": …}``.
"""

import importlib
import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

_PARENT_CHECK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What one server runs with.

    Attributes:
        model_path: The .gguf file.
        context_size: Tokens of one conversation.
        threads: How many to compute with.
        slots: Conversations that keep their prompt in the cache at the same time.
        api_key: What requests must show, so that nothing else on the machine may use it.
    """

    model_path: str
    context_size: int
    threads: int
    slots: int
    api_key: str


def main() -> NoReturn:
    """Serve until the parent is gone."""
    parent = os.getppid()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # llama.cpp prints on standard output too, which belongs to the answer
    settings = ServerSettings(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_exit_with_stdin, daemon=True).start()
    try:
        server = _start(settings)
    except Exception as error:  # noqa: BLE001 - told to the parent, who raises it
        answer.write(json.dumps({"error": str(error)}) + "\n")
        answer.flush()
        os._exit(1)
    answer.write(json.dumps({"url": server.listening_address}) + "\n")
    answer.flush()
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    os._exit(0)


def _exit_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)  # not sys.exit: llama.cpp's threads would be waited for


def _start(settings: ServerSettings) -> Any:
    xllamacpp: Any = importlib.import_module("xllamacpp")  # a compiled module without stubs
    params: Any = xllamacpp.CommonParams()
    params.model.path = settings.model_path
    params.model_alias = {Path(settings.model_path).stem}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [settings.api_key]
    params.cors_origins = ""
    params.ui = False
    params.offline = True
    params.n_ctx = settings.context_size * settings.slots
    params.n_parallel = settings.slots
    params.n_gpu_layers = 0
    params.fit_params = False
    params.cache_ram_mib = 0  # the slots hold the prompts; by default it may take 8 GiB
    params.verbosity = -1
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = settings.threads
        cpu.poll = 0  # threads that spin for work would starve the recogniser and the voice
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
