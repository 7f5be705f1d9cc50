"""Imports run one way: bot → processors → eventlog."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.files import PACKAGES, ROOT, modules

FORBIDDEN = {
    "eventlog": {"parley", "bot", "processors", "pipecat", "tests", "bench"},
    "processors": {"parley", "bot", "tests", "bench"},
    "bot": {"parley", "tests", "bench"},
}


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of each import of a file, wherever it stands."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    package = list(path.with_suffix("").parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level] if node.level else []
            yield node.lineno, ".".join([*base, *filter(None, [node.module])])
        elif isinstance(node, ast.Call) and _is_import_of_a_constant(node):
            yield node.lineno, str(node.args[0].value)


def _is_import_of_a_constant(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name == "import_module" and bool(call.args) and isinstance(call.args[0], ast.Constant)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_nothing_that_lies_above_it(package):
    wrong = [
        f"{path}:{line} imports {name}"
        for path in modules(package)
        for line, name in imported(path)
        if name.partition(".")[0] in FORBIDDEN[package]
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_there_is_something_in_each_package_to_be_checked(package):
    assert len(modules(package)) > 3


def loaded_by(code: str) -> set[str]:
    """Top-level names of the modules that a fresh process has loaded after some code."""
    script = f"import sys; {code}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_no_module_of_eventlog_loads_a_pipeline():
    names = [
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in modules("eventlog")
        if path.name != "__main__.py"
    ]
    # What none of them loads when all are imported, none loads alone.
    loaded = loaded_by(f"import {', '.join(names)}")
    assert "eventlog" in loaded
    assert not loaded & {"pipecat", "processors", "bot", "fastapi", "onnxruntime"}


@pytest.mark.parametrize("module", ["bot", "bot.config", "bot.cli", "bot.models"])
def test_what_the_command_line_needs_at_once_loads_no_pipeline(module):
    loaded = loaded_by(f"import {module}")
    assert "bot" in loaded
    assert not loaded & {"pipecat", "fastapi", "onnxruntime"}
