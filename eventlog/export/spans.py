"""A call as spans: a conversation, its turns, and in each turn who worked on it from when to when.

Everything here is deterministic. The ids are made of the call and of what a span stands for, so a
call that is exported again is the same spans again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from eventlog.export import genai
from eventlog.export.calls import key_of
from eventlog.export.exchanges import Exchange, exchanges
from eventlog.export.span import Attributes, Moment, Span
from eventlog.export.stages import Stages
from eventlog.export.tool_runs import ToolRun, tool_runs
from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.timeline.span import Span as Stretch
from eventlog.view import CLOSE, ERROR, FALSE_INTERRUPTION, View

_ROOT = "conversation"


def trace_id(view: View) -> int:
    """The id of a call's trace, 128 bits."""
    return int.from_bytes(key_of(view))


def span_id(view: View, path: str) -> int:
    """The id of one of its spans, 64 bits."""
    return int.from_bytes(hashlib.sha256(key_of(view) + path.encode()).digest()[:8])


def spans(view: View, *, content: bool = False) -> list[Span]:
    """All spans of a call, each after the one around it.

    Args:
        view: The report.
        content: Whether what was said, and what tools were given and gave, goes in.
    """
    stretch = Stretch.of(view)
    found = exchanges(view, stretch)
    root = _conversation(view, stretch)
    told = [root]
    tools = _by_turn(view, found)
    for number, exchange in enumerate(found):
        turn = _turn(view, exchange, number)
        inside = list(Stages(view, exchange, turn.path, content).spans())
        inside += [_tool(run, turn.path, content=content) for run in tools.pop(number, [])]
        turn.enclose(inside)
        told += [turn, *sorted(inside, key=lambda span: span.begin)]
    told += [_tool(run, _ROOT, content=content) for runs in tools.values() for run in runs]
    for span in told:  # what a damaged log says of moments outside of the call is cut to it
        span.begin, span.end = (
            min(max(at, stretch.begin), stretch.end) for at in (span.begin, span.end)
        )
    return told


def _conversation(view: View, stretch: Stretch) -> Span:
    report = view.report
    close = next(iter(view.of_type(CLOSE)), None)
    reason = (as_text(close.data.get("reason")) or "?") if close is not None else "none"
    attributes: Attributes = {"parley.close.reason": reason, "parley.origin": view.origin.value}
    named = {genai.CONVERSATION: "job_id", genai.AGENT: "agent_name", "parley.room": "room"}
    attributes |= {name: text for name, key in named.items() if (text := as_text(report.get(key)))}
    failure = as_object(close.data.get("error")) or {} if close is not None else {}
    return Span(
        path=_ROOT,
        parent=None,
        name=_ROOT,
        begin=stretch.begin,
        end=stretch.end,
        attributes=attributes | _usage(report),
        failed=(as_text(failure.get("type")) or genai.OTHER_ERROR) if reason == "error" else "",
        moments=list(_moments(view)),
    )


def _usage(report: dict[str, Any]) -> Attributes:
    """The tokens of all models of a call, which is all that a report knows of them."""
    sums: Attributes = {}
    for raw in as_list(report.get("usage")) or []:
        for counter, amount in (as_object(raw) or {}).items():
            number = as_number(amount)
            if counter in genai.USAGE and number is not None:
                name = genai.USAGE[counter]
                sums[name] = int(sums.get(name, 0)) + int(number)
    return sums


def _moments(view: View) -> Iterator[Moment]:
    for event in view.of_type(ERROR, FALSE_INTERRUPTION):
        if event.type == FALSE_INTERRUPTION:
            resumed = event.data.get("resumed") is True
            yield Moment("parley.false_interruption", event.at, {"parley.resumed": resumed})
            continue
        failure = as_object(event.data.get("error")) or {}
        attributes: Attributes = {
            "exception.type": as_text(failure.get("type")) or genai.OTHER_ERROR,
            "exception.message": as_text(failure.get("label")) or "",
            "parley.recoverable": failure.get("recoverable") is True,
        }
        yield Moment("exception", event.at, attributes)


def _turn(view: View, exchange: Exchange, number: int) -> Span:
    user, reply = exchange.user, exchange.reply
    agent = exchange.agent or as_text(view.report.get("agent_name")) or ""
    attributes: Attributes = {genai.OPERATION: genai.INVOKE_AGENT, "parley.turn": number}
    if agent:
        attributes[genai.AGENT] = agent
    if exchange.latency is not None:
        attributes["parley.e2e_latency"] = exchange.latency
    for name, seconds in exchange.parts:
        key = f"parley.latency.{name}"
        attributes[key] = float(attributes.get(key, 0.0)) + seconds
    if reply is not None:
        attributes["parley.interrupted"] = reply.interrupted
    begin, end = exchange.created_at, exchange.created_at
    if user is not None:
        begin = begin if user.started is None else min(begin, user.started)
        end = max(end, user.turn_ended_at or end)
    if reply is not None:
        begin = min(begin, begin if reply.started is None else reply.started)
        end = max(end, reply.event.at if reply.stopped is None else reply.stopped)
    name = f"{genai.INVOKE_AGENT} {agent}".strip()
    return Span(f"turn {number}", _ROOT, name, begin, end, attributes)


def _tool(run: ToolRun, turn: str, *, content: bool) -> Span:
    attributes: Attributes = {
        genai.OPERATION: genai.EXECUTE_TOOL,
        genai.TOOL: run.name,
        genai.TOOL_TYPE: "function",
    }
    if run.call_id:
        attributes[genai.TOOL_CALL] = run.call_id
    if content:
        attributes[genai.TOOL_ARGUMENTS] = run.arguments
        attributes[genai.TOOL_RESULT] = run.output or ""
    name = f"{genai.EXECUTE_TOOL} {run.name}"
    failed = ("cancelled" if run.cancelled else genai.OTHER_ERROR) if run.failed else ""
    path = f"{turn}/tool {run.event.index} {run.position}"
    return Span(path, turn, name, run.started, run.ended, attributes, failed=failed)


def _by_turn(view: View, found: list[Exchange]) -> dict[int, list[ToolRun]]:
    """The tools of each turn: they run after it began and before the next one did.

    Those that ran before any turn are under -1.
    """
    runs: dict[int, list[ToolRun]] = {}
    for run in tool_runs(view):
        begun = sum(exchange.created_at <= run.started for exchange in found)
        runs.setdefault(begun - 1, []).append(run)
    return runs
