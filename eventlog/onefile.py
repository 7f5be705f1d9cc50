"""A page in one file: its HTML with style, modules and data inside.

The modules are plain JavaScript files that import each other. They are joined as they are, each
after those it imports, with the words `import` and `export` taken away; so there is nothing to
build, and the names at the top of all modules have to differ (a test holds them to it).

What a stranger said into a telephone is in such a file. It goes in as JSON in which no `<` is
left, it comes out through `textContent`, and the page's Content-Security-Policy lets nothing run
but the script whose hash it names, and nothing be asked of any network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

FIRST_MODULE = "main.js"

_IMPORT = re.compile(r"^import [^;]*?from \"\./([a-z]+\.js)\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


class OneFilePage:
    """A kind of page, to be filled with data.

    Args:
        folder: Where its `index.html` and its modules lie.
        styles: Its style sheets, in their order.
        shared: A folder for the modules that it has in common with another page.
        sources: What it may load beside itself, as directives of the policy, e.g.
            `{"media-src": "'self'"}`; nothing by default.
    """

    def __init__(
        self,
        folder: Path,
        styles: Sequence[Path],
        *,
        shared: Path | None = None,
        sources: Mapping[str, str] | None = None,
    ) -> None:
        self._folders = [folder] if shared is None else [folder, shared]
        self._styles = styles
        self._sources = dict(sources or {})

    def render(self, **data: Any) -> str:
        """The page with each JSON value in the hole `{{name}}` of its HTML."""
        holes = {"policy": self.policy, "style": self._style, "script": self._script}
        holes |= {name: _as_data(value) for name, value in data.items()}
        return re.sub(r"\{\{(\w+)\}\}", lambda hole: holes[hole[1]], self._text("index.html"))

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy that the page gives itself."""
        directives = {
            "default-src": "'none'",
            "script-src": f"'{_hash(self._script)}'",
            "style-src": f"'{_hash(self._style)}'",
            "img-src": "data:",
            **self._sources,
            "base-uri": "'none'",
            "form-action": "'none'",
        }
        return "; ".join(f"{name} {allowed}" for name, allowed in directives.items())

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The names of the page's modules, each after those that it imports."""
        order: list[str] = []

        def add(name: str) -> None:
            for imported in _IMPORT.findall(self._text(name)):
                if imported not in order:
                    add(imported)
            order.append(name)

        add(FIRST_MODULE)
        return tuple(order)

    @cached_property
    def _style(self) -> str:
        return "\n" + "\n".join(path.read_text(encoding="utf-8") for path in self._styles)

    @cached_property
    def _script(self) -> str:
        texts = (self._text(name) for name in self.modules)
        return "\n" + "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)

    def _text(self, name: str) -> str:
        found = next(folder / name for folder in self._folders if (folder / name).exists())
        return found.read_text(encoding="utf-8")


def _as_data(value: Any) -> str:
    """JSON in which nothing ends a script or a line: ASCII, without `<`."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
