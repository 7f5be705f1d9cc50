"""A builder's function as a tool: its types and docstring are what the LLM is told of it.

Pipecat's "direct functions" take its own parameters first and answer through a callback. A function
that just takes its arguments and returns its result is what people write, so both are accepted.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from pipecat.adapters.llm.schemas.direct_function import DirectFunctionWrapper, tool_options
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.services.llm_service import FunctionCallParams

from bot.tools.arguments import Arguments
from bot.tools.guard import guarded
from processors.patience import call

_PARAMS = inspect.Parameter(
    "params", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=FunctionCallParams
)


def function_tool(function: Callable[..., Any], timeout: float) -> FunctionSchema:
    """Return `function` in the form in which Pipecat takes tools.

    Args:
        function: Typed and documented. Either a direct function of Pipecat (its first parameter is
            called `params`) or a plain one, whose return value is the result. One that is not
            async runs in a thread of its own.
        timeout: Seconds that a call may take.

    Raises:
        ArgumentTypeError: A parameter has a type that no LLM can give.
    """
    arguments = Arguments(function)

    async def run(params: FunctionCallParams) -> None:
        given = arguments.check(params.arguments)
        if arguments.direct:
            await call(function, params, **given)
        else:
            await params.result_callback(await call(function, **given))

    handler = tool_options(
        guarded(run, timeout),
        cancel_on_interruption=getattr(function, "_pipecat_cancel_on_interruption", True),
        cancellable_by_llm=getattr(function, "_pipecat_cancellable_by_llm", False),
    )
    described = DirectFunctionWrapper(_as_direct(function))
    return FunctionSchema(
        name=described.name,
        description=described.description,
        properties=arguments.properties(described.properties),
        required=described.required,
        handler=handler,
    )


def timeout_of(function: Callable[..., Any]) -> float | None:
    """Return the seconds that Pipecat's `tool_options` gives a function, if it does."""
    return getattr(function, "_pipecat_timeout_secs", None)


def _as_direct(function: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(function)
    if next(iter(signature.parameters), "") == "params":
        return function

    @functools.wraps(function)
    async def direct(params: FunctionCallParams, **arguments: Any) -> None:
        """Lend its signature to the description; it is not called."""

    parameters = [_PARAMS, *signature.parameters.values()]
    direct.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    direct.__annotations__ = {**function.__annotations__, "params": FunctionCallParams}
    return direct
