"""The loading of models, so that the first seconds of a command are not a dead terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.models import ModelProgress, ModelState
from eventlog.plaintext import clean


class LoadingView:
    """Shows each model while it loads; give it to `Models` as `on_progress`.

    A context manager. Into a pipe, one line is printed for each model that is ready or has failed.

    Args:
        console: Where to.
        plain: Lines instead of spinners, also on a terminal.
    """

    def __init__(self, console: Console, *, plain: bool = False) -> None:
        self._console = console
        self._plain = plain or not console.is_terminal
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]\u2713"),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        if not self._plain:
            self._progress.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the terminal back; safe to call twice, and before leaving the context."""
        if not self._plain:
            self._progress.stop()

    def __call__(self, step: ModelProgress) -> None:
        """Show one step of a load."""
        if self._plain:
            self._print(step)
            return
        if step.name not in self._tasks:
            self._tasks[step.name] = self._progress.add_task(clean(step.name), total=1)
        task = self._tasks[step.name]
        if step.state is ModelState.READY:
            self._progress.update(task, completed=1)
        elif step.state is ModelState.FAILED:
            self._progress.stop_task(task)
            self._progress.update(task, description=clean(_failed(step)))

    def _print(self, step: ModelProgress) -> None:
        if step.state is ModelState.READY:
            self._say(f"loaded {step.name} in {step.seconds:.1f} s")
        elif step.state is ModelState.FAILED:
            self._say(_failed(step))

    def _say(self, text: str) -> None:
        self._console.print(Text(clean(text), "dim"), soft_wrap=True)


def _failed(step: ModelProgress) -> str:
    return f"{step.name} cannot be loaded: {step.error or 'no reason given'}"
