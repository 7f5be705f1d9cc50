"""Read a class's source without importing it.

Importing all services takes seconds and fails where an extra is not installed; their source files
are there all the same and say what the classes do.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class ClassSource:
    """A class as it is written.

    Attributes:
        name: its name.
        module: the module it is written in.
        tree: its definition.
    """

    name: str
    module: str
    tree: ast.ClassDef

    def methods(self) -> Iterator[Function]:
        """Yield the methods that the class itself defines."""
        for node in self.tree.body:
            if isinstance(node, Function):
                yield node


@functools.cache
def parsed(module: str) -> ast.Module | None:
    """Parse the file of a module, or return None where there is none to be read."""
    path = module_file(module)
    return ast.parse(path.read_text(encoding="utf-8")) if path else None


def ancestry(module: str, name: str, *, within: str) -> list[ClassSource]:
    """Return a class and its bases, nearest first, as far as they are written inside a package.

    Args:
        module: where the class is written, or is imported from.
        name: its name.
        within: the package (and what lies below it) whose classes are wanted.
    """
    found: list[ClassSource] = []
    pending = [(module, name)]
    while pending:
        source = _class(*pending.pop(0))
        if source is not None and source.module.startswith(f"{within}.") and source not in found:
            found.append(source)
            pending += [(source.module, base) for base in _bases(source.tree)]
    return found


def methods_of(classes: list[ClassSource]) -> list[Function]:
    """Return the methods an object of the first class has, without those that are overridden.

    A method that calls the one it overrides keeps it.
    """
    kept: list[Function] = []
    replaced: set[str] = set()
    for each in classes:
        for method in each.methods():
            if method.name in replaced:
                continue
            kept.append(method)
            if not _calls_super(method):
                replaced.add(method.name)
    return kept


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield every call inside a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """Return the last name of what is called: "push_frame" of `self.push_frame(...)`."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


@functools.cache
def package_folder(top: str) -> Path | None:
    """Return the folder of an installed top-level package, without importing it."""
    spec = importlib.util.find_spec(top)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


@functools.cache
def module_file(module: str) -> Path | None:
    """Return the file of a module, without importing it or what lies above it."""
    top, *inner = module.split(".")
    folder = package_folder(top)
    if folder is None:
        return None
    path = folder.joinpath(*inner)
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((each for each in candidates if each.is_file()), None)


def _class(module: str, name: str) -> ClassSource | None:
    tree = parsed(module)
    for node in tree.body if tree else ():
        if isinstance(node, ast.ClassDef) and node.name == name:
            return ClassSource(name, module, node)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _class(node.module, alias.name)
    return None


def _bases(tree: ast.ClassDef) -> Iterator[str]:
    for base in tree.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        if isinstance(inner, ast.Name):
            yield inner.id


def _calls_super(method: Function) -> bool:
    for call in calls(method):
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr == method.name:
            inner = function.value
            if isinstance(inner, ast.Call) and called(inner) == "super":
                return True
    return False
