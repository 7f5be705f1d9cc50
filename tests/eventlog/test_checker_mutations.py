"""Each rule, broken alone: one change to a sound report makes that rule fail, and no other."""

from copy import deepcopy

import pytest

from eventlog.checker import RULES, check
from tests.eventlog.reading import dumped, livekit, logged, ours

BREAKS = {}


def breaks(rule, report):
    """Registers a function that changes the report `report()` so that `rule` alone fails."""

    def register(change):
        BREAKS[rule] = (report, change)
        return change

    return register


def line_1_3(name):
    return lambda: livekit("1.3.12", name)


def newer(name):
    return lambda: livekit("1.8.9", name)


def event(report, kind, nth=0):
    return [one for one in report["events"] if one["type"] == kind][nth]


def added(report, role, nth=0):
    """The event that adds a message."""
    return [
        one
        for one in report["events"]
        if one["type"] == "conversation_item_added" and one["item"].get("role") == role
    ][nth]


def in_both(report, item, *, metrics=None, **fields):
    """Sets fields of an item, and some of its metrics, in the event and in the history."""
    [kept] = [one for one in report["chat_history"]["items"] if one["id"] == item["id"]]
    for copy in (item, kept):
        copy.update(fields)
        copy.get("metrics", {}).update(metrics or {})


def copy_of(original, **changes):
    return deepcopy(original) | changes


@breaks("K01", dumped)
def a_key_less(report):
    del report["room"]


@breaks("K02", dumped)
def a_room_that_is_a_number(report):
    report["room"] = 5


@breaks("K03", dumped)
def an_event_that_is_a_number(report):
    report["events"].insert(3, 7)


@breaks("K04", dumped)
def an_event_of_another_schema(report):
    report["events"].insert(2, {"type": "mystery", "created_at": report["events"][1]["created_at"]})


@breaks("K05", dumped)
def an_event_with_a_key_more(report):
    report["events"][0]["mood"] = "good"


@breaks("K06", dumped)
def a_speech_from_elsewhere(report):
    report["events"][1]["source"] = "shout"


@breaks("K07", dumped)
def an_item_in_an_event_without_its_null(report):
    del report["events"][3]["item"]["hash"]


@breaks("K08", dumped)
def a_null_in_the_history(report):
    report["chat_history"]["items"][1]["transcript_confidence"] = None


@breaks("K09", dumped)
def an_interruption_that_is_a_word(report):
    in_both(report, added(report, "assistant")["item"], interrupted="no")


@breaks("K10", dumped)
def an_option_that_is_a_word(report):
    report["options"]["max_tool_steps"] = "many"


@breaks("K11", dumped)
def a_number_that_is_none(report):
    report["options"]["min_interruption_duration"] = float("nan")


@breaks("K12", ours)
def the_room_at_the_end(report):
    report["room"] = report.pop("room")


@breaks("I01", dumped)
def an_interim_before_its_time(report):
    event(report, "user_input_transcribed")["created_at"] -= 1


@breaks("I02", newer("plain_turn"))
def a_newer_interim_before_its_time(report):
    event(report, "user_input_transcribed")["created_at"] -= 5


@breaks("I03", dumped)
def a_user_back_from_where_they_never_were(report):
    event(report, "user_state_changed", 4)["old_state"] = "away"


@breaks("I04", dumped)
def an_agent_that_begins_idle(report):
    report["events"][0]["old_state"] = "idle"


@breaks("I05", dumped)
def a_transcript_before_the_agent(report):
    interim = event(report, "user_input_transcribed")
    report["events"].insert(0, copy_of(interim, created_at=report["events"][0]["created_at"]))


@breaks("I06", dumped)
def a_call_that_never_closes(report):
    report["events"].pop()


@breaks("I07", dumped)
def a_report_from_before_the_end(report):
    report["timestamp"] -= 10


@breaks("I08", dumped)
def metrics_in_an_event(report):
    moment = {"type": "metrics_collected", "created_at": report["events"][1]["created_at"]}
    report["events"].insert(2, moment)


@breaks("I09", line_1_3("tool_call"))
def a_call_with_the_id_of_a_message(report):
    call = event(report, "function_tools_executed")["function_calls"][0]
    in_both(report, call, id=added(report, "user")["item"]["id"])


@breaks("I10", dumped)
def a_message_the_history_forgot(report):
    report["chat_history"]["items"].pop()


@breaks("I11", line_1_3("tool_call"))
def tools_the_history_forgot(report):
    history = report["chat_history"]
    history["items"] = [item for item in history["items"] if "call_id" not in item]


@breaks("I12", dumped)
def a_history_with_other_words(report):
    report["chat_history"]["items"][2]["content"] = ["No."]


@breaks("I13", dumped)
def an_item_made_after_its_event(report):
    greeting = added(report, "assistant")
    in_both(report, greeting["item"], created_at=greeting["created_at"] + 0.0001)


@breaks("I14", dumped)
def a_history_out_of_order(report):
    items = report["chat_history"]["items"]
    items[1], items[2] = items[2], items[1]


@breaks("I15", dumped)
def a_first_agent_that_follows_another(report):
    report["chat_history"]["items"][0]["old_agent_id"] = "nobody"


@breaks("I16", dumped)
def speech_that_stops_before_it_starts(report):
    user = added(report, "user")["item"]
    in_both(
        report, user, metrics={"started_speaking_at": user["metrics"]["stopped_speaking_at"] + 0.1}
    )


@breaks("I17", dumped)
def an_assistant_that_is_transcribed(report):
    in_both(report, added(report, "assistant")["item"], metrics={"transcription_delay": 0.1})


@breaks("I18", dumped)
def a_latency_that_is_not_the_difference(report):
    in_both(report, added(report, "assistant", 1)["item"], metrics={"e2e_latency": 5.9})


@breaks("I19", dumped)
def a_turn_that_ends_before_its_transcript(report):
    in_both(report, added(report, "user")["item"], metrics={"end_of_turn_delay": 0.613})


@breaks("I20", dumped)
def turns_shorter_than_the_endpointing(report):
    report["options"]["min_endpointing_delay"] = 0.7


@breaks("I21", dumped)
def a_transcript_of_something_else(report):
    event(report, "user_input_transcribed", 4)["transcript"] = "Something else."


@breaks("I22", dumped)
def a_reply_without_a_speech(report):
    report["events"].remove(event(report, "speech_created"))


@breaks("I23", newer("plain_turn"))
def an_agent_that_speaks_without_thinking(report):
    thinking, speaking = (event(report, "agent_state_changed", nth) for nth in (1, 2))
    thinking["new_state"] = "speaking"
    report["events"].remove(speaking)


@breaks("I24", dumped)
def an_agent_that_stops_before_its_words_are_logged(report):
    events = report["events"]
    said, stops = events[17], events[18]
    said["created_at"], stops["created_at"] = stops["created_at"], said["created_at"]
    events[17], events[18] = stops, said


@breaks("I25", dumped)
def a_reply_that_goes_on_after_its_event(report):
    greeting = added(report, "assistant")
    stop = greeting["created_at"] + 1
    in_both(report, greeting["item"], metrics={"stopped_speaking_at": stop})


@breaks("I26", dumped)
def a_greeting_heard_long_before_it_is_announced(report):
    greeting = added(report, "assistant")["item"]
    start = greeting["metrics"]["started_speaking_at"] - 1
    in_both(report, greeting, metrics={"started_speaking_at": start})


@breaks("I28", line_1_3("false_interruption"))
def a_false_interruption_before_the_agent_resumes(report):
    events = report["events"]
    events[12], events[13] = events[13], events[12]
    events[12]["created_at"] = events[13]["created_at"]


@breaks("I29", dumped)
def an_idle_agent(report):
    last = event(report, "agent_state_changed", -1)
    report["events"].insert(-1, copy_of(last, old_state="listening", new_state="idle"))


@breaks("I30", dumped)
def a_user_who_goes_while_speaking(report):
    first = event(report, "user_state_changed")
    at = report["events"][-2]["created_at"]
    report["events"].insert(-1, copy_of(first, created_at=at))
    leaves = copy_of(first, old_state="speaking", new_state="away", created_at=at)
    report["events"].insert(-1, leaves)


@breaks("I31", line_1_3("tool_call"))
def an_output_of_another_call(report):
    output = event(report, "function_tools_executed")["function_call_outputs"][0]
    in_both(report, output, call_id="call_9")


@breaks("I32", dumped)
def a_reply_heard_before_it_was_made(report):
    reply = added(report, "assistant", 1)["item"]
    in_both(report, reply, created_at=reply["metrics"]["started_speaking_at"] + 0.5)


@breaks("I33", dumped)
def a_message_made_while_the_user_speaks(report):
    user = added(report, "user")["item"]
    in_both(report, user, created_at=user["metrics"]["stopped_speaking_at"] - 0.1)


@breaks("I34", dumped)
def a_message_made_after_its_speech(report):
    speech = event(report, "speech_created", 1)
    in_both(report, added(report, "user")["item"], created_at=speech["created_at"] + 0.01)


@breaks("I35", dumped)
def a_transcript_booked_before_it_came(report):
    in_both(report, added(report, "user", 1)["item"], metrics={"transcription_delay": 0.518})


@breaks("I36", dumped)
def a_reply_made_before_its_question_was_added(report):
    question = added(report, "user")
    reply = added(report, "assistant", 1)["item"]
    in_both(report, reply, created_at=question["created_at"] - 0.01)


@breaks("I39", line_1_3("false_interruption"))
def a_false_interruption_that_was_understood(report):
    final = event(report, "user_input_transcribed", 1)
    at = report["events"][10]["created_at"]
    report["events"].insert(11, copy_of(final, created_at=at))


@breaks("I40", newer("plain_turn"))
def a_reply_heard_before_the_user_stopped(report):
    stopped = added(report, "user")["item"]["metrics"]["stopped_speaking_at"]
    reply = added(report, "assistant")["item"]
    for item in (reply, report["chat_history"]["items"][-1]):
        del item["metrics"]["llm_node_ttft"]
    started = stopped - 0.1
    in_both(
        report, reply, metrics={"started_speaking_at": started, "e2e_latency": started - stopped}
    )


@breaks("I41", dumped)
def a_transcript_between_question_and_thought(report):
    last = added(report, "user", -1)
    interim = copy_of(event(report, "user_input_transcribed"), created_at=last["created_at"])
    report["events"].insert(report["events"].index(last) + 1, interim)


@breaks("I42", line_1_3("handoff"))
def a_handoff_by_somebody_who_had_not_the_call(report):
    [*_, last] = [i for i in report["chat_history"]["items"] if i["type"] == "agent_handoff"]
    last["old_agent_id"] = "somebody"


@breaks("P01", ours)
def a_schema_that_is_a_word(report):
    report["parley"]["schema"] = "1"


@breaks("P02", ours)
def a_turn_without_its_user(report):
    del report["parley"]["turns"][0]["user_item"]


@breaks("P03", ours)
def parts_that_do_not_sum_up(report):
    report["parley"]["turns"][0]["parts"][0]["seconds"] += 0.002


@breaks("P04", ours)
def a_turn_of_another_call(report):
    report["parley"]["turns"][0]["assistant_item"] = "item_of_another"


@breaks("P05", ours)
def more_turns_than_messages(report):
    report["user_turns"] = 9


@breaks("P06", ours)
def a_close_for_another_reason(report):
    report["close_reason"] = "CR_ERROR"


@breaks("P07", ours)
def an_error_that_is_not_counted(report):
    at = report["events"][-2]["created_at"]
    failure = {"type": "llm_error", "timestamp": at, "label": "openai", "recoverable": True}
    moment = {"type": "error", "error": failure, "source": "openai", "created_at": at}
    report["events"].insert(-1, moment)


@breaks("P08", ours)
def metadata_that_is_nested(report):
    report["parley"]["metadata"] = {"customer": {"name": "Ada"}}


@breaks("P09", ours)
def a_turn_served_by_somebody_else(report):
    report["parley"]["turns"][0]["providers"] = {"stt": "nobody"}


@breaks("P10", ours)
def a_turn_of_an_agent_that_never_had_the_call(report):
    report["parley"]["turns"][0]["agent"] = "billing"


@breaks("P11", ours)
def a_flag_that_is_a_word(report):
    report["parley"]["recovered"] = "yes"


@breaks("P12", ours)
def a_request_of_an_item_that_is_not_there(report):
    report["parley"]["requests"] = {"item_0": "llm_1"}


def test_there_is_a_break_for_every_rule():
    assert set(BREAKS) == set(RULES)


@pytest.mark.parametrize("rule", BREAKS)
def test_one_change_breaks_one_rule(rule):
    make, change = BREAKS[rule]
    report = make()
    assert check(logged(report)) == []
    change(report)
    findings = check(logged(report))
    assert {finding.rule for finding in findings} == {rule}, findings
