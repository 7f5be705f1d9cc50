"""Handoffs: an item of the history alone, between the tool that asked for it and the new agent."""

from eventlog.header import CallHeader
from eventlog.intake import Intake, recover
from eventlog.signals import AgentChanged, CallStarted
from tests.eventlog.folding import END, LISTENS, REPLY, SAY, T0, THINKS, Script, header

HANDED = ["agent thinking > listening", SAY, "agent listening > speaking"]


def handed_over():
    """The user wants billing, and the tool hands over without asking the LLM again."""
    script = Script().start().user_turn(2, "Billing?").asks(3.5).tools(3.75, "hand_off_to_billing")
    script.tool_ends(3.875, output="", answered_by_llm=False).answers(4)
    return script.add(AgentChanged, 4.125, agent_id="billing")


def test_the_history_has_the_handoff_after_its_tool_and_before_the_greeting():
    told = handed_over().says(4.25, "Billing here.").close(20).told()
    history = told.data["chat_history"]["items"]
    assert [item["type"] for item in history] == [
        "agent_handoff",
        "message",
        "function_call",
        "function_call_output",
        "agent_handoff",
        "message",
    ]
    assert set(history[4]) == {"id", "type", "old_agent_id", "new_agent_id", "created_at"}
    assert (history[4]["old_agent_id"], history[4]["new_agent_id"]) == ("assistant", "billing")
    assert history[4]["created_at"] == T0 + 4.125
    assert history[3]["output"] == ""


def test_no_event_tells_of_it_and_the_bot_listens_until_the_new_agent_speaks():
    told = handed_over().says(4.25, "Billing here.").close(20).told()
    begin = told.story.index("tools: hand_off_to_billing")
    assert told.story[begin + 1 : begin + 4] == HANDED
    assert not any(
        event.get("item", {}).get("type") == "agent_handoff" for event in told.data["events"]
    )


def test_a_turn_is_answered_by_the_agent_that_had_the_call_when_it_was_announced():
    script = handed_over().says(4.25, "Billing here.").user_turn(8, "What do I owe?")
    told = script.reply(9.5, "Ten euros.").close(20).told()
    assert [turn["agent"] for turn in told.data["parley"]["turns"]] == ["billing"]
    assert told.story.count(REPLY) == 2


def test_who_has_the_call_already_is_handed_nothing():
    told = Script().start().add(AgentChanged, 1, agent_id="assistant").close(2).told()
    assert [item["type"] for item in told.data["chat_history"]["items"]] == ["agent_handoff"]
    assert told.story == [LISTENS, END]


def test_a_change_before_the_call_began_makes_another_agent_the_first():
    told = Script().add(AgentChanged, 0, agent_id="billing").add(CallStarted, 1).close(2).told()
    [first] = told.data["chat_history"]["items"]
    assert first["new_agent_id"] == "billing"
    assert "old_agent_id" not in first


def test_the_first_of_several_agents_is_named_by_the_header_also_after_a_crash():
    head: CallHeader = header(agent_name="acme", agent_id="desk")
    signals = Script().start().signals
    intake = Intake(head, None)
    for signal in signals:
        intake.take(signal)
    for report in (intake.report(), recover(head, signals, 0)):
        [first] = report["chat_history"]["items"]
        assert (report["agent_name"], first["new_agent_id"]) == ("acme", "desk")


def test_one_agent_alone_goes_by_its_name():
    report = recover(header(agent_name="acme"), Script().start().signals, 0)
    assert report["chat_history"]["items"][0]["new_agent_id"] == "acme"


def test_the_thinking_of_the_new_agent_is_a_speech_of_its_own():
    told = handed_over().reply(4.25, "You owe ten euros.").close(20).told()
    begin = told.story.index("tools: hand_off_to_billing")
    assert told.story[begin + 1 : begin + 4] == ["agent thinking > listening", REPLY, THINKS]
    assert "e2e_latency" not in told.items("assistant")[0]["metrics"]
