"""What the LLM was asked, for the page: each message once, however often it was sent.

A request repeats the conversation before it, so an hour's requests hold some megabytes of which
a few hundred kilobytes are different. Here a request says how many messages of the conversation it
has in common with the request before, and which follow; its instructions stand apart, since they
change with the agent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from eventlog.call_folder import LLM_FILE
from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.reader import LoggedReport
from eventlog.timeline.span import Span
from eventlog.traces import beside

LONGEST = 20_000
"""Characters of one text on the page; the file beside it has all of them."""

_INSTRUCTS = ("system", "developer")
_UNSAID = frozenset({"content", "parts", "text", "tool_calls", "tool_call_id"})
"""What of a message is no part of its JSON: it is said, or ties a result to the call above it."""
_TEXTS = ("text", "message", "input_text", "output_text")


@dataclass
class Asked:
    """The requests of a call as its page has them.

    Attributes:
        data: What the page is given, None without any request.
        places: The place of a request among them, by its id.
        problem: What could not be read, empty if all was.
    """

    data: dict[str, Any] | None = None
    places: dict[str, int] = field(default_factory=dict[str, int])
    problem: str = ""


def asked_of(report: LoggedReport, span: Span) -> Asked:
    """What the LLMs were asked in a call, as far as it lies beside its report."""
    path = beside(report, LLM_FILE)
    if path is None:
        return Asked()
    from eventlog import llm_requests  # msgspec takes longer to import than a call to draw

    try:
        requests = llm_requests.read(path)
    except OSError as error:
        return Asked(problem=f"cannot be read ({error.strerror})")
    problems: list[str] = []
    if requests.unreadable:
        problems.append(f"lines that cannot be read: {requests.unreadable}")
    if requests.is_cut:
        problems.append(f"read up to {llm_requests.MOST_READ // 1_000_000} MB")
    found = sorted(requests.found, key=lambda request: as_number(request.get("at")) or 0.0)
    places = {str(request["id"]): place for place, request in enumerate(found)}
    data = _Tables().story(found, span) if found else None
    return Asked(data, places, ", ".join(problems))


class _Tables:
    """Everything that requests have in common, each once."""

    def __init__(self) -> None:
        self._messages = _Table()
        self._tools = _Table()
        self._settings = _Table()
        self._before: list[int] = []

    def story(self, found: list[dict[str, Any]], span: Span) -> dict[str, Any]:
        requests = [self._request(request, span) for request in found]
        return {
            "requests": requests,
            "messages": self._messages.values,
            "tools": self._tools.values,
            "settings": self._settings.values,
        }

    def _request(self, request: dict[str, Any], span: Span) -> dict[str, Any]:
        messages = list(_messages(request))
        first = next((n for n, (role, _) in enumerate(messages) if role not in _INSTRUCTS), None)
        told = [self._messages.place(message) for message in messages[:first]]
        talk = [] if first is None else [self._messages.place(m) for m in messages[first:]]
        keep = _in_common(self._before, talk)
        self._before = talk
        at, ended_at = as_number(request.get("at")), as_number(request.get("ended_at"))
        answer = as_object(request.get("answer")) or {}
        settings = as_object(request.get("settings")) or {}
        return {
            "id": _text(request.get("id")),
            "at": None if at is None else span.place(at),
            "took": None if at is None or ended_at is None else round(ended_at - at, 3),
            "by": [_text(request.get(key)) for key in ("provider", "model", "agent")],
            "early": request.get("early") is True,
            "outcome": _text(request.get("outcome")),
            "error": _text(request.get("error")),
            "ttfb": as_number(request.get("ttfb")),
            "tokens": [
                pair for pair in _pairs(as_object(request.get("tokens")) or {}) if pair[1] != "0"
            ],
            "text": _text(answer.get("text")),
            "calls": [_call(call) for call in as_list(answer.get("calls")) or []],
            "told": told,
            "keep": keep,
            "rest": talk[keep:],
            "tools": self._tools.place([_tool(t) for t in as_list(request.get("tools")) or []]),
            "settings": self._settings.place(_pairs(settings)),
        }


class _Table:
    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, value: Any) -> int:
        """Where a value stands, after putting it there if it is new."""
        key = json.dumps(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def _in_common(before: list[int], now: list[int]) -> int:
    pairs = zip(before, now, strict=False)
    return next((n for n, (old, new) in enumerate(pairs) if old != new), min(len(before), len(now)))


def _messages(request: dict[str, Any]) -> Iterator[list[str]]:
    """Each message as its role and its words, the instructions first."""
    if system := request.get("system"):
        yield ["system", _words(system)]
    for raw in as_list(request.get("messages")) or []:
        message = as_object(raw) or {"content": raw}
        role = as_text(message.get("role")) or as_text(message.get("type")) or "?"
        yield [role[:40], _words({k: v for k, v in message.items() if k != "role"})]


def _words(value: object) -> str:
    """What a message says: its texts as they are, whatever else there is as JSON."""
    return _text("\n".join(_parts(value)))


def _parts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif (parts := as_list(value)) is not None:
        for part in parts:
            yield from _parts(part)
    elif (fields := as_object(value)) is not None:
        said = [fields[key] for key in ("content", "parts", "text") if fields.get(key)]
        rest = {key: part for key, part in fields.items() if key not in _UNSAID and part}
        if rest.get("type") in _TEXTS:
            del rest["type"]
        for part in said:
            yield from _parts(part)
        for call in as_list(fields.get("tool_calls")) or []:
            inner = as_object((as_object(call) or {}).get("function")) or {}
            yield f"{_text(inner.get('name'))}({_text(inner.get('arguments'))})"
        if rest:
            yield _json(rest)


def _call(raw: object) -> list[str]:
    call = as_object(raw) or {}
    return [_text(call.get("name")), _text(call.get("arguments"))]


def _tool(raw: object) -> list[str]:
    """A tool as its name, what it is for, and the rest; each provider wraps it in its own way."""
    tool = as_object(raw) or {}
    inner = as_object(tool.get("function")) or tool
    name = as_text(inner.get("name"))
    if name is None:
        return ["", "", _text(tool)]
    rest = {key: part for key, part in inner.items() if key not in ("name", "description", "type")}
    return [_text(name), _text(inner.get("description")), _text(rest) if rest else ""]


def _pairs(fields: dict[str, Any]) -> list[list[str]]:
    return [[name, _text(value)] for name, value in fields.items()]


def _text(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else _json(value)
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\u2026 ({len(text) - LONGEST:,} more characters are in {LLM_FILE})"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
