"""Call a builder's function without the call depending on it: it may block, hang or exit.

What blocks runs in a thread of its own: a hung one in a pool would keep others waiting, and the
process from ending. What hangs is left behind at its time, even if it will not be cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class OverdueError(Exception):
    """What was waited for did not come in its time; a TimeoutError may be anybody's."""


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Await `work` for so long at most.

    Raises:
        OverdueError: It was not done by then; it is told to stop, and left behind.
        RuntimeError: It was cancelled from within, or wanted the process to exit.
    """
    task = asyncio.ensure_future(_kept_in(work))
    task.add_done_callback(_seen)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise OverdueError
    finally:
        task.cancel()
    if task.cancelled():
        raise RuntimeError("it was cancelled from within")
    return task.result()


async def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function, awaiting an async one and running any other in a thread of its own."""
    if inspect.iscoroutinefunction(function):
        return await function(*args, **kwargs)
    result = await _in_thread(lambda: function(*args, **kwargs))
    return await result if inspect.isawaitable(result) else result


async def _kept_in(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        # The event loop would end with it, and every call on it.
        raise RuntimeError(f"it raised {type(error).__name__}") from error


def _seen(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()  # of a task that was left behind; asyncio would complain


async def _in_thread(function: Callable[[], Any]) -> Any:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(put: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            put(value)

    def work() -> None:
        put: Callable[[Any], None] = future.set_result
        value: Any
        try:
            value = context.run(function)
        except BaseException as error:  # noqa: BLE001 - whoever awaits it is told
            plain = isinstance(error, Exception) and not isinstance(error, StopIteration)
            put, value = future.set_exception, error if plain else RuntimeError(repr(error))
        with contextlib.suppress(RuntimeError):  # the call, and its loop, may be over
            loop.call_soon_threadsafe(settle, put, value)

    threading.Thread(target=work, name=f"function {function!r:.40}", daemon=True).start()
    return await future
