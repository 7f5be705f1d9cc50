"""Rules on the chat history, and on the two copies of an item: the event's and the history's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventlog.checker.rules import Fault, rule
from eventlog.jsonvalue import as_list, as_number, as_object, as_text
from eventlog.reader import Origin
from eventlog.view import TOOLS, View


@rule("I09", "No two items have the same id.")
def unique_items(view: View) -> Iterator[Fault]:
    """Among the items of events, and again among those of the history."""
    seen: set[str] = set()
    for index, item in view.event_items():
        if (item_id := as_text(item.get("id"))) in seen:
            yield Fault("an earlier event has an item of this id", index, item_id)
        seen.add(item_id or "")
    seen.clear()
    for item in view.history:
        if (item_id := as_text(item.get("id"))) in seen:
            yield Fault("the history has this id twice", item=item_id)
        seen.add(item_id or "")


@rule("I10", "The messages of the history are those that events added.")
def same_messages(view: View) -> Iterator[Fault]:
    """By id; that they are the same in every field is I12."""
    in_events = {message.id: message.event.index for message in view.messages}
    in_history = {as_text(item.get("id")) for item in view.history if item.get("type") == "message"}
    for item_id, index in in_events.items():
        if item_id not in in_history:
            yield Fault("a message that is not in the history", index, item_id)
    for item_id in sorted(item_id for item_id in in_history if item_id):
        if item_id not in in_events:
            yield Fault("a message of the history that no event added", item=item_id)


@rule("I11", "The tool calls and outputs of the history are those of the tool events.")
def same_tool_items(view: View) -> Iterator[Fault]:
    """Handoffs and changes of an agent's configuration are in no event of the dump's line.

    LiveKit 1.3 loses the calls of a reply that was interrupted while its tools ran: when they have
    ended the agent goes on listening.
    """
    of_tools = ("function_call", "function_call_output")
    in_events = {_key(item): index for index, item in view.event_items() if _kind(item) in of_tools}
    in_history = {_key(item) for item in view.history if _kind(item) in of_tools}
    lost = _interrupted_tools(view)
    for key, index in in_events.items():
        if key not in in_history and index not in lost:
            yield Fault(f"a {key[0]} that is not in the history", index, key[1])
    for key in sorted(in_history - set(in_events)):
        yield Fault(f"a {key[0]} of the history that no event has", item=key[1])


@rule("I12", "An item of the history is its event's item without the null keys.")
def same_fields(view: View) -> Iterator[Fault]:
    """Images and sound are left out of the history, so of the content only the text counts."""
    in_events = {_key(item): (index, item) for index, item in view.event_items()}
    for item in view.history:
        index, original = in_events.get(_key(item), (None, None))
        if original is None:
            continue
        expected, found = _without_nulls(original), _without_nulls(item)
        for key in sorted(set(expected) | set(found)):
            if expected.get(key) != found.get(key):
                yield Fault(f"`{key[:60]}` differs in the history", index, _key(item)[1])


@rule("I13", "An item is made before the event that adds it.")
def made_before_added(view: View) -> Iterator[Fault]:
    """`created_at` of the item against that of the event."""
    for message in view.messages:
        if message.event.at < message.created_at:
            late = message.created_at - message.event.at
            yield Fault(f"made {late:.6f} s after its event", message.event.index, message.id)


@rule("I14", "The history is sorted by the time its items were made.")
def sorted_history(view: View) -> Iterator[Fault]:
    """`created_at` of each item against that of the item before it."""
    latest: float | None = None
    for item in view.history:
        made = as_number(item.get("created_at"))
        if made is not None and latest is not None and made < latest:
            yield Fault(f"{latest - made:.6f} s before the item above it", item=_key(item)[1])
        latest = made if made is not None else latest


@rule("I15", "The history begins with the handoff to the first agent.")
def begins_with_a_handoff(view: View) -> Iterator[Fault]:
    """It has no `old_agent_id`. Only a LiveKit session that never started has no history."""
    if not view.raw_history:
        if view.origin is Origin.PARLEY:
            yield Fault("the history is empty")
        return
    first = as_object(view.raw_history[0]) or {}
    if first.get("type") != "agent_handoff":
        yield Fault("its first item is no agent_handoff", item=_key(first)[1])
    elif first.get("old_agent_id") is not None:
        yield Fault("its first handoff names an old agent", item=_key(first)[1])


@rule("I42", "Each handoff is from the agent that the one before it named.")
def handoffs_follow_one_another(view: View) -> Iterator[Fault]:
    """In the history. In ours nobody hands over to themselves; LiveKit's agents may share an id."""
    agent: str | None = None
    for item in view.history:
        if item.get("type") != "agent_handoff":
            continue
        new = as_text(item.get("new_agent_id"))
        if agent is not None and item.get("old_agent_id") != agent:
            yield Fault(f"it is not from {agent[:60]!r}, who had the call", item=_key(item)[1])
        if agent is not None and new == agent and view.origin is Origin.PARLEY:
            yield Fault("it is from an agent to itself", item=_key(item)[1])
        agent = new


@rule("I31", "Tool calls and outputs come in pairs.")
def paired_tools(view: View) -> Iterator[Fault]:
    """In a tool event by place, in the history by `call_id`; a tool may end without an output."""
    without_output: set[str] = set()
    for event in view.of_type(TOOLS):
        calls = as_list(event.data.get("function_calls")) or []
        outputs = as_list(event.data.get("function_call_outputs")) or []
        if len(calls) != len(outputs):
            yield Fault(f"{len(calls)} calls and {len(outputs)} outputs", event.index)
            continue
        for call, output in zip(calls, outputs, strict=True):
            call_id = as_text((as_object(call) or {}).get("call_id")) or ""
            if output is None:
                without_output.add(call_id)
            elif (as_object(output) or {}).get("call_id") != call_id:
                yield Fault(f"the output of {call_id[:60]!r} is another call's", event.index)
    called = _call_ids(view, "function_call")
    answered = _call_ids(view, "function_call_output")
    for call_id in sorted(set(called) - set(answered) - without_output):
        yield Fault("a call of the history has no output", item=called[call_id])
    for call_id in sorted(set(answered) - set(called)):
        yield Fault("an output of the history has no call", item=answered[call_id])


def _interrupted_tools(view: View) -> set[int]:
    if view.origin is not Origin.LIVEKIT_1_3:
        return set()
    changes = ((event.index, view.next_agent_change(event)) for event in view.of_type(TOOLS))
    return {index for index, change in changes if change and change.transition[1] == "listening"}


def _call_ids(view: View, kind: str) -> dict[str, str]:
    return {
        as_text(item.get("call_id")) or "": _key(item)[1]
        for item in view.history
        if item.get("type") == kind
    }


def _kind(item: dict[str, Any]) -> str:
    return as_text(item.get("type")) or ""


def _key(item: dict[str, Any]) -> tuple[str, str]:
    return _kind(item), as_text(item.get("id")) or ""


def _without_nulls(item: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in item.items() if value is not None}
    if (content := as_list(item.get("content"))) is not None:
        kept["content"] = [part for part in content if isinstance(part, str)]
    return kept
