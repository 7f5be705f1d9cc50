"""What looks like a broken rule and is none: the exceptions that the rules state."""

from copy import deepcopy

from eventlog.checker import check
from tests.eventlog.reading import dumped, livekit, logged, ours
from tests.eventlog.test_checker_mutations import added, copy_of, event, in_both


def broken_rules(report):
    return {finding.rule for finding in check(logged(report))}


def test_a_message_flushed_at_the_close_needs_no_answer():
    report = livekit("1.3.12", "min_words")
    assert [one["type"] for one in report["events"][-2:]] == ["conversation_item_added", "close"]
    assert broken_rules(report) == set()


def test_the_same_message_before_anything_else_does_need_one():
    report = livekit("1.3.12", "min_words")
    away = {"type": "user_state_changed", "old_state": "listening", "new_state": "away"}
    report["events"].insert(-1, away | {"created_at": report["events"][-1]["created_at"]})
    assert broken_rules(report) == {"I34", "I41"}


def test_a_preamble_before_a_tool_needs_no_speech_of_its_own():
    report = livekit("1.3.12", "tool_call")
    tools = event(report, "function_tools_executed")
    at = tools["created_at"]
    preamble = copy_of(
        added(report, "assistant")["item"],
        id="item_preamble",
        content=["One moment."],
        metrics={},
        created_at=event(report, "agent_state_changed", 1)["created_at"],
    )
    kept = {key: value for key, value in preamble.items() if value is not None}
    place = report["events"].index(tools)
    speaks = copy_of(event(report, "agent_state_changed", 2), created_at=at)
    thinks = copy_of(speaks, old_state="speaking", new_state="thinking")
    spoken = copy_of(added(report, "assistant"), item=preamble, created_at=at)
    report["events"][place:place] = [speaks, spoken, thinks]
    report["chat_history"]["items"].insert(2, kept)
    assert broken_rules(report) == set()


def test_a_tool_may_end_without_an_output():
    report = livekit("1.3.12", "tool_call")
    tools = event(report, "function_tools_executed")
    tools["function_call_outputs"] = [None]
    report["chat_history"]["items"] = [
        item for item in report["chat_history"]["items"] if item["type"] != "function_call_output"
    ]
    assert broken_rules(report) == set()


def test_typed_text_has_no_transcript():
    report = dumped()
    for transcript in [one for one in report["events"] if one["type"] == "user_input_transcribed"]:
        report["events"].remove(transcript)
    assert broken_rules(report) == set()


def test_what_is_dropped_while_speeches_cannot_be_interrupted_is_no_part_of_the_message():
    report = dumped()
    final = event(report, "user_input_transcribed", 1)
    dropped = copy_of(final, transcript="Wait!", created_at=report["events"][7]["created_at"])
    report["events"].insert(8, dropped)
    assert broken_rules(deepcopy(report)) == {"I21"}
    report["options"]["allow_interruptions"] = False
    assert broken_rules(report) == set()


def test_a_transcript_that_came_before_the_speech_stopped_has_a_delay_of_zero():
    report = dumped()
    final = event(report, "user_input_transcribed", 1)
    user = added(report, "user")["item"]
    final["created_at"] = user["metrics"]["stopped_speaking_at"] - 0.01
    events = report["events"]
    events.insert(6, events.pop(8))
    events[6]["created_at"] = events[5]["created_at"]
    in_both(report, user, metrics={"transcription_delay": 0.0})
    assert broken_rules(report) == set()


def test_a_failure_may_come_before_the_agent_listens():
    report = ours()
    at = report["events"][0]["created_at"]
    failure = {"type": "stt_error", "timestamp": at, "label": "deepgram", "recoverable": True}
    report["events"].insert(0, {"type": "error", "error": failure, "source": "x", "created_at": at})
    report["errors"]["stt"] = 1
    assert broken_rules(report) == set()


def test_the_same_moment_for_many_events_is_in_order():
    report = dumped()
    interim = event(report, "user_input_transcribed", 2)
    event(report, "user_input_transcribed", 3)["created_at"] = interim["created_at"]
    assert broken_rules(report) == set()


def test_the_metrics_of_speech_come_together():
    report = dumped()
    user = added(report, "user")["item"]
    for item in (user, report["chat_history"]["items"][2]):
        del item["metrics"]["end_of_turn_delay"]
    assert broken_rules(report) == {"I17"}


def test_images_are_left_out_of_the_history():
    report = dumped()
    added(report, "user")["item"]["content"].append({"type": "image_content"})
    assert broken_rules(report) == set()


def test_a_livekit_session_that_never_started_has_no_history_and_ours_always_has_one():
    report = livekit("1.3.12", "plain_turn")
    report["events"] = report["events"][-1:]
    report["chat_history"]["items"] = []
    assert broken_rules(report) == set()
    ended = ours() | {key: report[key] for key in ("events", "chat_history")}
    ended |= {"user_turns": 0, "parley": {"schema": 1, "turns": []}}
    assert broken_rules(ended) == {"I15"}


def test_an_option_that_cannot_be_known_is_null_only_where_the_recorder_was_attached():
    report = ours()
    report["options"]["max_tool_steps"] = None
    assert broken_rules(report) == {"K10"}
    report["parley"]["attached"] = True
    assert broken_rules(report) == set()
    report["options"]["max_tool_steps"] = "three"
    assert broken_rules(report) == {"K10"}
    del report["options"]["max_tool_steps"]
    assert broken_rules(report) == {"K10"}
