"""Many files in pieces, read by one process or by two.

What travels between the processes is names of files and sums, so it is small; at most a few
pieces are on their way, so memory does not grow with the number of files.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias, TypeVar

from eventlog.reader import ReadError
from eventlog.stats.reading import records
from eventlog.stats.record import Record

FILES = 250
"""Files a piece; with more than one piece there are two processes."""

PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, or one entry of it, that could not be read; `line` is None for the file itself."""

    file: str
    line: int | None
    problem: str

    @staticmethod
    def of(error: ReadError) -> Unreadable:
        """What a reader's error says, in a form that another process can send back."""
        return Unreadable(str(error.path), error.line, error.problem)

    def __str__(self) -> str:
        return str(ReadError(Path(self.file), self.line, self.problem))


Piece: TypeAlias = list[str | Unreadable]
Result = TypeVar("Result")


def records_of(piece: Piece) -> Iterator[tuple[int, Record] | Unreadable]:
    """The records of a piece, each with the place of its file, and each failure in its place."""
    for place, file in enumerate(piece):
        if isinstance(file, Unreadable):
            yield file
            continue
        for found in records(file):
            yield Unreadable.of(found) if isinstance(found, ReadError) else (place, found)


def each_piece(
    work: Callable[[Piece], Result], files: Iterable[str | ReadError]
) -> Iterator[Result]:
    """What `work` makes of each piece, in order; it and its results have to be picklable."""
    return (result for _, result in with_pieces(work, files))


def with_pieces(
    work: Callable[[Piece], Result], files: Iterable[str | ReadError]
) -> Iterator[tuple[Piece, Result]]:
    """Each piece with what `work` makes of it; see `each_piece`."""
    listed = (Unreadable.of(file) if isinstance(file, ReadError) else file for file in files)
    first, second = list(islice(listed, FILES)), list(islice(listed, FILES))
    if not second:
        yield first, work(first)
        return
    # A fork costs nothing, and is safe where this process has no threads.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    rest = iter(lambda: list(islice(listed, FILES)), [])
    # Ctrl-C is for this process: it ends without a word, and the other two end with it.
    deaf = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=deaf) as pool:
        ahead: deque[tuple[Piece, Future[Result]]] = deque()
        for piece in chain([first, second], rest):
            ahead.append((piece, pool.submit(work, piece)))
            if len(ahead) > 2 * PROCESSES:
                yield _done(*ahead.popleft())
        while ahead:
            yield _done(*ahead.popleft())


def _done(piece: Piece, future: Future[Result]) -> tuple[Piece, Result]:
    return piece, future.result()
