"""Rules on what Parley adds to the schema (P…)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from eventlog.checker.rules import OURS, Fault, rule
from eventlog.checker.shapes import CLOSE_REASONS
from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.labels import MOST, metadata_problem, tag_problem
from eventlog.schema.reports import Around
from eventlog.view import CLOSE, ERROR, View

PARTS_SLACK = 1e-3
"""How far the parts of a latency may sum up beside the whole, seconds."""
_AROUND = frozenset(Around.__struct_fields__)
_OURS_ONLY = "only Parley's reports have a `parley` object"
_COUNTED = "LiveKit counts in its own way, we count what the report shows"


@rule("P01", "`parley.schema` is a version number.", origins=OURS, why=_OURS_ONLY)
def schema_version(view: View) -> Iterator[Fault]:
    """A whole number from 1."""
    schema = _parley(view).get("schema")
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        yield Fault("`parley.schema` is not a whole number from 1")


@rule("P02", "`parley.turns` says of each reply what it waited for.", origins=OURS, why=_OURS_ONLY)
def turn_shapes(view: View) -> Iterator[Fault]:
    """A list of objects: user_item, assistant_item, e2e_latency, and parts of name and seconds."""
    turns = _parley(view).get("turns")
    if as_list(turns) is None:
        yield Fault("`parley.turns` is not a list")
    for position, raw in enumerate(as_list(turns) or []):
        where = f"`parley.turns.{position}`"
        turn = as_object(raw) or {}
        if not isinstance(turn.get("assistant_item"), str):
            yield Fault(f"{where}: `assistant_item` is not a string")
        for key, is_right in (
            ("user_item", as_text(turn.get("user_item")) is not None),
            ("e2e_latency", as_number(turn.get("e2e_latency")) is not None),
        ):
            if key not in turn or not (turn[key] is None or is_right):
                yield Fault(f"{where}: `{key}` is missing or of the wrong kind")
        if as_list(turn.get("parts")) is None:
            yield Fault(f"{where}: `parts` is not a list")
        for part in as_list(turn.get("parts")) or []:
            found = as_object(part) or {}
            if as_text(found.get("name")) is None or as_number(found.get("seconds")) is None:
                yield Fault(f"{where}: a part without `name` and `seconds`")


@rule("P03", "The parts of a latency sum up to it.", origins=OURS, why=_OURS_ONLY)
def parts_sum_up(view: View) -> Iterator[Fault]:
    """To a millisecond, where there is a latency."""
    for turn in _turns(view):
        latency = as_number(turn.get("e2e_latency"))
        if latency is None:
            continue
        parts = [as_object(part) or {} for part in as_list(turn.get("parts")) or []]
        total = sum(as_number(part.get("seconds")) or 0.0 for part in parts)
        if abs(total - latency) > PARTS_SLACK:
            what = f"the parts sum up to {total:.6f} s, e2e_latency is {latency:.6f} s"
            yield Fault(what, item=as_text(turn.get("assistant_item")))


@rule("P04", "A turn in `parley.turns` is one of the report.", origins=OURS, why=_OURS_ONLY)
def turns_exist(view: View) -> Iterator[Fault]:
    """Its items are messages of the right role, its latency is the reply's own."""
    roles = {message.id: message for message in view.messages}
    for turn in _turns(view):
        reply_id, user_id = as_text(turn.get("assistant_item")), as_text(turn.get("user_item"))
        reply, user = roles.get(reply_id or ""), roles.get(user_id or "")
        if reply_id is not None and (reply is None or reply.role != "assistant"):
            yield Fault("`assistant_item` is no assistant message of this report", item=reply_id)
        if user_id is not None and (user is None or user.role != "user"):
            yield Fault("`user_item` is no user message of this report", item=user_id)
        if reply is not None and reply.metrics.get("e2e_latency") != as_number(
            turn.get("e2e_latency")
        ):
            yield Fault("`e2e_latency` is not that of the message", reply.event.index, reply_id)


@rule("P05", "`user_turns` counts the user's messages.", origins=OURS, why=_COUNTED)
def user_turns(view: View) -> Iterator[Fault]:
    """Those of the history."""
    counted = view.report.get("user_turns")
    found = sum(
        item.get("type") == "message" and item.get("role") == "user" for item in view.history
    )
    if isinstance(counted, int) and counted != found:
        yield Fault(f"`user_turns` is another number than the {found} of the history")


@rule("P06", "`close_reason` is the reason of the close.", origins=OURS, why=_COUNTED)
def close_reason(view: View) -> Iterator[Fault]:
    """In the newer line's words; null without a close."""
    closes = view.of_type(CLOSE)
    reason = as_text(closes[-1].data.get("reason")) if closes else None
    expected = CLOSE_REASONS.get(reason) if reason is not None else None
    if view.report.get("close_reason") != expected:
        yield Fault(f"`close_reason` is not {expected}", closes[-1].index if closes else None)


@rule("P07", "`errors` counts at least the error events.", origins=OURS, why=_COUNTED)
def error_counts(view: View) -> Iterator[Fault]:
    """By the part that failed."""
    counts = as_object(view.report.get("errors")) or {}
    seen: dict[str, int] = {}
    for event in view.of_type(ERROR):
        kind = as_text((as_object(event.data.get("error")) or {}).get("type")) or ""
        part = kind.removesuffix("_error").removesuffix("_model").removesuffix("_detection")
        seen[part] = seen.get(part, 0) + 1
        counted = counts.get(part)
        if isinstance(counted, int) and counted < seen[part]:
            yield Fault(
                f"`errors.{part[:60]}` counts fewer errors than the events show", event.index
            )


@rule("P08", "Tags and metadata keep their bounds.", origins=OURS, why=_OURS_ONLY)
def labels(view: View) -> Iterator[Fault]:
    """Few, flat and short; tags sorted and each once. Older reports have no `metadata`."""
    tags = as_list(view.report.get("tags")) or []
    texts = [as_text(tag) or "" for tag in tags]
    if texts != sorted(set(texts)):
        yield Fault("`tags` is not sorted, or has a tag twice")
    for problem in filter(None, map(tag_problem, tags)):
        yield Fault(f"`tags`: {problem}")
    raw = _parley(view).get("metadata", {})
    metadata = as_object(raw)
    if metadata is None:
        yield Fault("`parley.metadata` is not an object")
    for key, value in (metadata or {}).items():
        if problem := metadata_problem(key, value):
            yield Fault(f"`parley.metadata.{key[:60]}` {problem}")
    for name, found in (("tags", tags), ("parley.metadata", metadata or {})):
        if len(found) > MOST:
            yield Fault(f"`{name}` has more than {MOST} entries")


def _parley(view: View) -> dict[str, Any]:
    return as_object(view.report.get("parley")) or {}


@rule(
    "P09", "Each change of a provider is told, and each turn served.", origins=OURS, why=_OURS_ONLY
)
def providers_change(view: View) -> Iterator[Fault]:
    """A turn's provider is the slot's first one, or one that a change brought in.

    Older reports have neither `switches` nor the `providers` of a turn.
    """
    names = _names(view)
    for position, raw in enumerate(as_list(_parley(view).get("switches", [])) or []):
        switch = as_object(raw) or {}
        slot, provider = as_text(switch.get("slot")), as_text(switch.get("provider"))
        if slot not in names or provider is None or as_number(switch.get("at")) is None:
            yield Fault(f"`parley.switches.{position}` without slot, provider and time")
        else:
            names[slot].add(provider)
    for position, turn in enumerate(_turns(view)):
        for slot, provider in (as_object(turn.get("providers", {})) or {}).items():
            if provider not in names.get(slot, set()):
                yield Fault(f"`parley.turns.{position}`: {slot} was not served by that provider")


@rule("P10", "The agent of a turn has had the call.", origins=OURS, why=_OURS_ONLY)
def turns_have_agents(view: View) -> Iterator[Fault]:
    """By a handoff of the history that was made before the reply. Old reports name no agent."""
    made = {message.id: message.created_at for message in view.messages}
    handoffs = [item for item in view.history if item.get("type") == "agent_handoff"]
    for turn in _turns(view):
        agent, reply = as_text(turn.get("agent")), as_text(turn.get("assistant_item")) or ""
        if agent is None:
            if turn.get("agent") is not None:
                yield Fault("`agent` is not a string", item=reply)
            continue
        at = made.get(reply, float("inf"))
        before = [item for item in handoffs if (as_number(item.get("created_at")) or 0.0) <= at]
        if agent not in {item.get("new_agent_id") for item in before}:
            yield Fault(f"no handoff to {agent[:60]!r} was made before its reply", item=reply)


@rule("P11", "What `parley` says around the turns fits its schema.", origins=OURS, why=_OURS_ONLY)
def around_the_turns(view: View) -> Iterator[Fault]:
    """What ran, what failed and how it was recorded; the first place that does not fit.

    Metadata and switches have rules of their own. Older reports lack some of the keys.
    """
    judged = {
        key: value for key, value in _parley(view).items() if key in _AROUND and key != "metadata"
    }
    try:
        msgspec.convert(judged, Around)
    except msgspec.ValidationError as error:
        yield Fault(f"`parley`: {error}")


@rule("P12", "What an LLM's request is linked to exists.", origins=OURS, why=_OURS_ONLY)
def linked_items_exist(view: View) -> Iterator[Fault]:
    """Messages of the bot and tool calls. Older reports have no `requests`."""
    raw = _parley(view).get("requests", {})
    requests = as_object(raw)
    if requests is None:
        yield Fault("`parley.requests` is not an object")
        return
    written = {
        as_text(item.get("id"))
        for item in view.history
        if item.get("type") == "function_call" or item.get("role") == "assistant"
    }
    for item, request in requests.items():
        if item not in written:
            yield Fault("`parley.requests` names what is no reply and no tool call", item=item)
        elif not as_text(request):
            yield Fault("`parley.requests` without the id of a request", item=item)


def _names(view: View) -> dict[str, set[str]]:
    """The first provider of each slot."""
    providers = as_object(_parley(view).get("providers")) or {}
    return {
        slot: {as_text((as_object(said) or {}).get("provider")) or ""}
        for slot, said in providers.items()
    }


def _turns(view: View) -> list[dict[str, Any]]:
    return [
        turn
        for raw in as_list(_parley(view).get("turns")) or []
        if (turn := as_object(raw)) is not None
    ]
