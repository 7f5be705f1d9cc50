"""Virtual time: a whole call in an instant, with every clock of it agreeing.

Pipecat, our processors and the scripted providers read the time from the `time` module, and wait by
the event loop. Here both are one clock, which jumps to the next timer whenever there is nothing to
do before it. Work for threads is done at once, in the loop, since the clock would outrun it.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, TypeVar

T = TypeVar("T")

WALL = 1_770_536_864.0
# What a round of the loop takes (seconds): nothing happens at quite the same time, and what spins
# without waiting gets older.
_ROUND = 1e-6
# Whoever keeps the loop busy this long without a timer coming due spins for ever.
_MOST_ROUNDS = 200_000
_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_OURS = ("bot.", "processors.", "eventlog.", "pipecat.frames.")


class _Jumping(selectors.DefaultSelector):
    """Instead of waiting for a timer, lets its time come."""

    now = 0.0
    rounds = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        assert events or timeout is not None, "nothing will ever happen: the call waits forever"
        waits = not events and timeout is not None and timeout > 0
        self.rounds = 0 if waits else self.rounds + 1
        assert self.rounds < _MOST_ROUNDS, "the call spins without waiting for anything"
        self.now += _ROUND + (timeout or 0.0 if waits else 0.0)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at second 0, and is at the next timer whenever there is nothing to do before it."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        """Do the work of a thread here and now."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever awaits it has to know
            future.set_exception(error)
        return future


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` in virtual time; the time of the world stands still for it."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        with _clocks_read(loop.time):
            return runner.run(main)


@contextmanager
def _clocks_read(now: Callable[[], float]) -> Generator[None]:
    fakes: dict[Any, Callable[[], float]] = {}
    for name in _CLOCKS:
        start = WALL if name.startswith("time") else 1000.0
        nanoseconds = name.endswith("_ns")
        fakes[getattr(time, name)] = _clock(now, start, nanoseconds=nanoseconds)
    real = {name: getattr(time, name) for name in _CLOCKS}
    slots = list(_default_clocks(set(fakes)))
    try:
        for name in _CLOCKS:
            setattr(time, name, fakes[real[name]])
        for put, clock in slots:
            put(fakes[clock])
        yield
    finally:
        for name in _CLOCKS:
            setattr(time, name, real[name])
        for put, clock in slots:
            put(clock)


def _clock(now: Callable[[], float], start: float, *, nanoseconds: bool) -> Callable[[], float]:
    if nanoseconds:
        return lambda: round((start + now()) * 1e9)
    return lambda: start + now()


def _default_clocks(clocks: set[Any]) -> Iterator[tuple[Callable[[Any], None], Any]]:
    """Where a clock is a parameter's default or a dataclass's factory: how to replace it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS):
            for function in _functions(module):
                for key, value in (function.__kwdefaults__ or {}).items():
                    if _is_one(value, clocks):
                        yield _setter(function.__kwdefaults__, key), value
                for place, value in enumerate(function.__defaults__ or ()):
                    if _is_one(value, clocks):
                        yield _default_setter(function, place), value
                for cell in function.__closure__ or ():
                    if _is_one(value := _content(cell), clocks):
                        yield _filler(cell), value


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for value in list(vars(module).values()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        for found in [value, *vars(value).values()] if isinstance(value, type) else [value]:
            if isinstance(found, FunctionType):
                yield found


def _is_one(value: Any, clocks: set[Any]) -> bool:
    return isinstance(value, BuiltinFunctionType) and value in clocks


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _setter(mapping: dict[str, Any], key: str) -> Callable[[Any], None]:
    return lambda clock: mapping.__setitem__(key, clock)


def _default_setter(function: FunctionType, place: int) -> Callable[[Any], None]:
    def put(clock: Any) -> None:
        defaults = list(function.__defaults__ or ())
        defaults[place] = clock
        function.__defaults__ = tuple(defaults)

    return put


def _filler(cell: Any) -> Callable[[Any], None]:
    return lambda clock: setattr(cell, "cell_contents", clock)
