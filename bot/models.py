"""The heavy models of a process, loaded once and shared by its calls.

A recogniser, a voice and a language model take seconds and hundreds of megabytes to load, and
a call lasts minutes: state belongs to the call, models to the process. Whoever serves calls
owns one :class:`Models` and hands it to each of them.
"""

import asyncio
import contextlib
import inspect
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from loguru import logger

T = TypeVar("T")


class ModelState(StrEnum):
    """Where the loading of one model stands."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """One step in the loading of one model, for a progress display.

    Attributes:
        name: The model's name for people.
        state: What has just happened.
        seconds: Time since the load began; 0 while it is loading.
        error: The one-line reason of a failure, else None.
    """

    name: str
    state: ModelState
    seconds: float
    error: str | None = None


class ModelsClosedError(RuntimeError):
    """A model was asked for after its owner had been closed."""


class Models:
    """Owns the heavy models of a process.

    Args:
        on_progress: Called on the event loop with each step of each load. Must not block; what
            it raises is logged and does not disturb the load.
        clock: Seconds on a clock that never runs back.
    """

    def __init__(
        self,
        on_progress: Callable[[ModelProgress], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._on_progress = on_progress
        self._clock = clock
        self._loads: dict[Hashable, asyncio.Task[Any]] = {}
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def get(
        self,
        key: Hashable,
        loader: Callable[[], T | Awaitable[T]],
        *,
        name: str | None = None,
    ) -> T:
        """Return the model under ``key``, loading it if nobody has.

        Callers that come while it loads share that load, and one of them being cancelled does
        not cancel it for the others. A failed load is forgotten, so that the next caller tries
        again.

        Args:
            key: Whatever tells this model from others, its options included.
            loader: A coroutine function, awaited, or a plain function, run in a thread. What it
                returns is closed by :meth:`aclose` through its ``aclose()`` or ``close()``.
            name: The name to report; the key by default.

        Raises:
            ModelsClosedError: After :meth:`aclose`.
            Exception: Whatever the loader raised.
        """
        if self._closed:
            raise ModelsClosedError(
                f"the model {name or key} was asked for after its Models were closed: "
                "close them only when the last call has ended"
            )
        load = self._loads.get(key)
        if load is None:
            load = asyncio.create_task(self._load(key, loader, name or str(key)))
            self._loads[key] = load
        return await asyncio.shield(load)

    async def aclose(self) -> None:
        """Close every model held; loads under way are waited for first. Safe to call twice."""
        self._closed = True
        loads, self._loads = list(self._loads.values()), {}
        for load in reversed(loads):
            with contextlib.suppress(Exception):  # its callers have been told
                await _close(await load)

    async def _load(self, key: Hashable, loader: Callable[[], T | Awaitable[T]], name: str) -> T:
        begun = self._clock()
        self._report(ModelProgress(name, ModelState.LOADING, 0.0))
        try:
            model = await _run(loader)
        except BaseException as error:
            self._loads.pop(key, None)
            seconds = self._clock() - begun
            self._report(ModelProgress(name, ModelState.FAILED, seconds, str(error)))
            raise
        self._report(ModelProgress(name, ModelState.READY, self._clock() - begun))
        return model

    def _report(self, progress: ModelProgress) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(progress)
        except Exception as error:  # noqa: BLE001 - a progress display must not cost a model
            logger.warning(f"the progress display of {progress.name} failed: {error}")


async def _run(loader: Callable[[], T | Awaitable[T]]) -> T:
    if inspect.iscoroutinefunction(loader):
        return cast(T, await loader())
    return cast(T, await asyncio.to_thread(loader))


async def _close(model: object) -> None:
    for method in ("aclose", "close"):
        close = getattr(model, method, None)
        if not callable(close):
            continue
        try:
            result = close()
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - the other models still have to be closed
            logger.warning(f"closing {type(model).__name__} failed: {error}")
        return
