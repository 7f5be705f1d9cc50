"""Tools by config: a typed function becomes something the LLM can call.

Pipecat's "direct functions" take its own parameters first and answer through a callback. A function
that just takes its arguments and returns its result is what people write, so both are accepted.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from pipecat.services.llm_service import FunctionCallParams

_PARAMS = inspect.Parameter(
    "params", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=FunctionCallParams
)


def as_direct_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` in the form in which Pipecat takes tools.

    Args:
        function: Typed and documented. Either a direct function of Pipecat (its first parameter is
            called `params`) or a plain one, whose return value is the result; plain functions that
            are not coroutines are called on the event loop and must not block.
    """
    signature = inspect.signature(function)
    if next(iter(signature.parameters), "") == "params":
        return function

    @functools.wraps(function)
    async def direct(params: FunctionCallParams, **arguments: Any) -> None:
        result = function(**arguments)
        if inspect.isawaitable(result):
            result = await result
        await params.result_callback(result)

    parameters = [_PARAMS, *signature.parameters.values()]
    direct.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    direct.__annotations__ = {**function.__annotations__, "params": FunctionCallParams}
    return direct
