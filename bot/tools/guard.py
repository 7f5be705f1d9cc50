"""Between the LLM and a tool: each call gets one answer, in time, that the LLM can read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

from loguru import logger
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams, LLMService

from processors.patience import OverdueError, within
from processors.tool_output import ErrorOutput, ToolError

Handler = Callable[[FunctionCallParams], Coroutine[Any, Any, None]]


def guarded(run: Callable[[FunctionCallParams], Awaitable[Any]], timeout: float) -> Handler:
    """Return the handler of a tool, in the form in which Pipecat takes them.

    Args:
        run: Does the work and gives its result to `params.result_callback`.
        timeout: Seconds after which it is left behind.
    """

    async def handle(params: FunctionCallParams) -> None:
        settled = asyncio.Event()

        async def answer(
            result: Any, *, properties: FunctionCallResultProperties | None = None
        ) -> None:
            if settled.is_set():
                return
            if properties is None or properties.is_final:
                settled.set()
            await params.result_callback(_readable(result), properties=properties)

        async def work() -> None:
            await run(replace(params, result_callback=answer))
            await settled.wait()  # some of Pipecat's functions answer after they have returned

        try:
            await within(timeout, work())
        except OverdueError:
            await answer(_overdue(params.function_name, timeout))
        except ToolError as error:
            await answer(ErrorOutput(str(error) or _failed(params.function_name)))
        except Exception as error:  # noqa: BLE001 - a broken tool must not end the call
            # Its words may hold anything: they are the builder's, not the LLM's.
            logger.opt(exception=error).warning(f"Tool {params.function_name} failed: {error!r}")
            await answer(ErrorOutput(_failed(params.function_name)))

    return handle


def _overdue(name: str, timeout: float) -> ErrorOutput:
    logger.warning(f"Tool {name} did not answer within {timeout:g} s and is left behind")
    return ErrorOutput(f"The function `{name}` did not answer within {timeout:g} seconds.")


def _failed(name: str) -> str:
    return LLMService.FUNCTION_CALL_ERROR_MESSAGE_TEMPLATE.format(function_name=name)


def _readable(result: Any) -> Any:
    """Return a result as Pipecat can hand it to the LLM."""
    try:
        # As its aggregator writes it, and as it travels.
        text = json.dumps(result, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        logger.warning(f"A tool's result cannot be written as JSON: {error}")
        return ErrorOutput("The function's result cannot be written as JSON.")
    # Pipecat takes what is false for no result, and leaves the LLM unasked.
    return result if result or result is None else text
