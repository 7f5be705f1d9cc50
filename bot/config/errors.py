"""What is said when a configuration cannot be used.

A person reads these lines in a terminal, so each names the file, the key and the way out, and all
problems of a configuration are told at once instead of one a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

KeyPath = tuple[str | int, ...]
"""Where a value sits in the configuration: `("stt", "settings", "model")`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in one line.

    Attributes:
        path: the file that holds the key; None for a configuration given as a mapping.
        key: the dotted key, empty where the whole file is meant.
        problem: what is wrong.
        hint: what to do about it; may be empty.
    """

    path: Path | None
    key: str
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        where = shown_path(self.path) if self.path else "config"
        parts = [where, self.key, self.problem] if self.key else [where, self.problem]
        line = ": ".join(parts) + (f"; {self.hint}" if self.hint else "")
        return " ".join(line.split())


class ConfigError(Exception):
    """A configuration that cannot be used; `str()` is one line for each problem.

    `path`, `key`, `problem` and `hint` are those of the first problem, `problems` holds them all.
    """

    def __init__(self, path: Path | None, key: str, problem: str, hint: str = "") -> None:
        super().__init__(path, key, problem, hint)
        self.problems: tuple[Problem, ...] = (Problem(path, key, problem, hint),)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """Raise-able from several problems (at least one)."""
        found = tuple(problems)
        first = found[0]
        error = cls(first.path, first.key, first.problem, first.hint)
        error.problems = found
        return error

    @property
    def path(self) -> Path | None:
        """The file of the first problem."""
        return self.problems[0].path

    @property
    def key(self) -> str:
        """The dotted key of the first problem."""
        return self.problems[0].key

    @property
    def problem(self) -> str:
        """What is wrong, of the first problem."""
        return self.problems[0].problem

    @property
    def hint(self) -> str:
        """What to do about the first problem."""
        return self.problems[0].hint

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class ProviderError(ConfigError):
    """A provider that cannot be found, imported or built as configured."""


def dotted(path: KeyPath) -> str:
    """Write a key path as a person would: `tools[0]`, `stt.settings.model`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def shown_path(path: Path) -> str:
    """Shorten a path to one relative to the working directory where it lies below it."""
    try:
        return str(path.relative_to(Path.cwd())) if path.is_absolute() else str(path)
    except ValueError:
        return str(path)
