"""The page's one file: its HTML with style, modules and data inside.

The modules are plain JavaScript files that import each other. They are joined as they are, each
after those it imports, with the words `import` and `export` taken away; so there is nothing to
build, and the names at the top of all modules have to differ (a test holds them to it).

What a stranger said into a telephone is in this file. It goes in as JSON in which no `<` is left,
it comes out through `textContent`, and the page's Content-Security-Policy lets nothing run but the
script whose hash it names, and nothing be asked of any network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from eventlog.timeline.embedding import Embedded

PAGE = Path(__file__).parent / "page"
FIRST_MODULE = "main.js"

_IMPORT = re.compile(r"^import [^;]*?from \"\./([a-z]+\.js)\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


def render(story: dict[str, Any], sound: Embedded | None = None) -> str:
    """The page of a story, with its sound inside if one is given."""
    holes = {
        "policy": _policy(),
        "style": _style(),
        "script": _script(),
        "data": _as_data(story),
        "sound": _as_data({"type": sound.media_type, "base64": sound.base64} if sound else None),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda hole: holes[hole[1]], _text("index.html"))


def _as_data(value: Any) -> str:
    """JSON in which nothing ends a script or a line: ASCII, without `<`."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


@cache
def _policy() -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(_script())}'",
            f"style-src '{_hash(_style())}'",
            "img-src data:",
            "media-src 'self' file: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _style() -> str:
    return "\n" + "\n".join(_text(path.name) for path in sorted(PAGE.glob("*.css")))


@cache
def _script() -> str:
    return "\n" + "\n".join(_EXPORT.sub("", _IMPORT.sub("", _text(name))) for name in modules())


@cache
def modules() -> tuple[str, ...]:
    """The names of the page's modules, each after those that it imports."""
    order: list[str] = []

    def add(name: str) -> None:
        for imported in _IMPORT.findall(_text(name)):
            if imported not in order:
                add(imported)
        order.append(name)

    add(FIRST_MODULE)
    return tuple(order)


def _text(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")
