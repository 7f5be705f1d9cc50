"""Holds short calls side by side, as many at once as the machine has time for."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from pipecat.transports.base_transport import BaseTransport

from bot.memory import MemoryTransport
from tests.calls.on_the_line import FarSide, LineCall, Scene

# More calls at once than the machine has time for would be late, and tell another story.
AT_ONCE = 4
# How far apart they begin (seconds).
_APART = 0.2
# How late a machine may be (seconds), and how often a call is held again if it was later.
_TOO_LATE, _AGAIN = 0.2, 2

MakeLine = Callable[[], tuple[BaseTransport, FarSide]]


class Played:
    """Calls that were held, by their names."""

    def __init__(self, calls: Mapping[str, LineCall]) -> None:
        self._calls = calls

    def __getitem__(self, name: str) -> LineCall:
        line = self._calls[name]
        if line.failure is not None:
            raise line.failure
        return line


def in_memory() -> tuple[BaseTransport, FarSide]:
    """The in-memory line and its far end."""
    transport = MemoryTransport()
    return transport, transport.far_end


def play_together(
    scenes: Mapping[str, Scene], directory: Path, make_line: MakeLine = in_memory
) -> Played:
    """Hold calls side by side, a few at a time; one that fails does so where it is looked at.

    A call for which the machine had no time tells nothing: it is held again, alone.
    """

    async def hold(scene: Scene) -> LineCall:
        line = LineCall(scene, directory, *make_line())
        try:
            await line.play()
        except Exception as error:  # noqa: BLE001 - it is raised where the call is looked at
            line.failure = error
        return line

    async def together() -> list[LineCall]:
        free = asyncio.Semaphore(AT_ONCE)

        async def one(index: int, scene: Scene) -> LineCall:
            # All of them would be at the same, busiest moment at once.
            await asyncio.sleep(_APART * (index % AT_ONCE))
            async with free:
                return await hold(scene)

        calls = await asyncio.gather(*(one(*item) for item in enumerate(scenes.values())))
        for index, line in enumerate(calls):
            for _ in range(_AGAIN):
                if calls[index].late > _TOO_LATE:
                    again = await hold(line.scene)
                    calls[index] = min(calls[index], again, key=lambda held: held.late)
        return calls

    return Played(dict(zip(scenes, asyncio.run(together()), strict=True)))
