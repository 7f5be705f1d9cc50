"""What of a report is searched."""

from eventlog.search.lines import began_at, lines_of
from tests.eventlog.reading import dumped, livekit, ours


def told(report):
    return [(line.who.value, line.text, line.cut) for line in lines_of(report)]


def test_the_messages_of_both_sides_in_their_order():
    found = told(dumped())
    assert [who for who, _, _ in found] == [
        "agent",
        "user",
        "agent",
        "user",
        "agent",
        "user",
        "agent",
    ]
    assert found[1][1] == "Okay."
    assert [cut for _, _, cut in found].count(True) == 1
    assert "\n" not in found[4][1]


def test_tools_with_what_came_of_them():
    calls = [text for who, text, _ in told(livekit("1.3.12", "tool_call")) if who == "tool"]
    assert len(calls) == 1
    assert calls[0].startswith("get_weather(")
    assert "Tokyo is sunny" in calls[0].partition(" -> ")[2]


def test_neither_interims_nor_states_nor_instructions():
    report = ours()
    item = {"type": "message", "role": "system", "content": ["Secret."]}
    report["events"].append({"type": "conversation_item_added", "item": item, "created_at": 1.0})
    assert {who for who, _, _ in told(report)} == {"user", "agent"}


def test_whatever_is_wrong_in_a_report_is_left_out():
    odd = [None, 7, "x", {"type": "conversation_item_added"}, {"type": ["list"]}]
    items = (None, [], {"type": "message", "role": ["user"]}, {"type": "message", "role": {}})
    odd += [{"type": "conversation_item_added", "item": item} for item in items]
    good = {"type": "message", "role": "user", "content": ["Hi", 7, None, "there"]}
    odd.append({"type": "conversation_item_added", "item": good, "created_at": "never"})
    odd.append({"type": "function_tools_executed", "function_calls": [None, {"name": 7}]})
    found = lines_of({"events": odd})
    assert [line.text for line in found] == ["Hi there", "?() -> no output", "?() -> no output"]
    assert found[0].at is None
    assert lines_of({"events": None}) == []


def test_a_call_begins_with_its_earliest_event():
    assert began_at(dumped()) == dumped()["events"][0]["created_at"]
    assert began_at({"events": []}) == 0.0
