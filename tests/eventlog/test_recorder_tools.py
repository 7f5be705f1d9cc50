"""Tools: silent ones, spoken preambles, errors, cancellations, and batches that overlap."""

from eventlog.signals import (
    AssistantText,
    ErrorSource,
    Failed,
    LLMAnswered,
    PlaybackStarted,
    PlaybackStopped,
    SayRequested,
    TTSFirstAudio,
)
from tests.eventlog.folding import (
    END,
    LISTENS,
    REPLY,
    SPEAKS,
    STOPS,
    T0,
    THINKS,
    USER_SPEAKS,
    USER_STOPS,
    Script,
)

QUESTION = [LISTENS, USER_SPEAKS, USER_STOPS, "final: Rain?", REPLY, "user: Rain?", THINKS]


def asked():
    return Script().start().user_turn(2, "Rain?")


def test_a_silent_tool_keeps_the_bot_thinking_and_hands_its_latency_to_the_answer():
    script = asked().asks(3.5).tools(3.75, "get_weather").answers(4).tool_ends(5)
    told = script.reply(5.25, "Sunny.", continues=True).close(20).told()
    assert told.story == [
        *QUESTION,
        "tools: get_weather",
        SPEAKS,
        "assistant: Sunny.",
        STOPS,
        END,
    ]
    (answer,) = told.items("assistant")
    assert answer["metrics"]["e2e_latency"] == 3.25
    assert answer["metrics"]["llm_node_ttft"] == 0.25
    parts = {p["name"]: p["seconds"] for p in told.data["parley"]["turns"][0]["parts"]}
    assert parts["tools"] == 1.25
    assert sum(p["seconds"] for p in told.data["parley"]["turns"][0]["parts"]) == 3.25


def test_a_tool_call_and_its_output_are_a_pair_of_items():
    script = asked().asks(3.5).tools(3.75, "get_weather").answers(4).tool_ends(5)
    told = script.reply(5.25, "Sunny.", continues=True).close(20).told()
    event = told.event("function_tools_executed")
    (call,), (output,) = event["function_calls"], event["function_call_outputs"]
    assert call["id"].endswith("/fnc_0")
    assert call["created_at"] == T0 + 3.875
    assert (call["name"], call["arguments"]) == ("get_weather", '{"city":"Graz"}')
    assert output["created_at"] == event["created_at"] == T0 + 5
    assert (output["output"], output["is_error"]) == ("sunny", False)
    history = [item["type"] for item in told.data["chat_history"]["items"]]
    assert history == [
        "agent_handoff",
        "message",
        "function_call",
        "function_call_output",
        "message",
    ]


def preamble():
    """The LLM says something and asks for a tool in the same answer."""
    script = asked().asks(3.5).tools(4, "get_weather").answers(4.125, "Let me see.")
    return script.add(TTSFirstAudio, 4.25)


WITH_PREAMBLE = [
    *QUESTION,
    SPEAKS,
    "assistant: Let me see.",
    "agent speaking > thinking",
    "tools: get_weather",
    SPEAKS,
    "assistant: Sunny.",
    STOPS,
    END,
]


def test_a_slow_tool_is_told_after_the_preamble_that_announced_it():
    script = preamble().plays(4.5, 5.5, "Let me see.").tool_ends(7)
    told = script.reply(7.25, "Sunny.", continues=True).close(20).told()
    assert told.story == WITH_PREAMBLE
    first, second = told.items("assistant")
    assert first["metrics"]["e2e_latency"] == 1.5
    assert "e2e_latency" not in second["metrics"]
    assert [turn["assistant_item"] for turn in told.data["parley"]["turns"]] == [first["id"]]


def test_a_tool_that_ends_during_the_preamble_waits_for_its_end():
    script = preamble().add(PlaybackStarted, 4.5).tool_ends(5)
    script.add(AssistantText, 5.25, text="Let me see.").add(PlaybackStopped, 5.5)
    told = script.reply(5.75, "Sunny.", continues=True).close(20).told()
    assert told.story == WITH_PREAMBLE
    assert told.event("function_tools_executed")["created_at"] == T0 + 5.5


def test_a_tool_that_ends_before_the_preamble_is_heard_belongs_to_the_same_speech():
    """The LLM has the result, and answers, while the preamble is still on its way."""
    script = preamble().tool_ends(4.25).asks(4.375, continues=True).answers(4.75, "Sunny.")
    script.add(PlaybackStarted, 5).add(AssistantText, 5.75, text="Let me see.")
    script.add(PlaybackStopped, 6).add(TTSFirstAudio, 5.5).add(PlaybackStarted, 6.25)
    script.add(AssistantText, 7, text="Sunny.").add(PlaybackStopped, 7.25)
    told = script.close(20).told()
    assert told.story == WITH_PREAMBLE
    first, second = told.items("assistant")
    assert first["metrics"]["e2e_latency"] == 2.0
    assert "e2e_latency" not in second["metrics"]


def test_tools_asked_for_while_the_preamble_lasts_make_a_second_batch():
    script = preamble().tool_ends(4.25).asks(4.375, continues=True)
    script.tools(4.75, "get_time", prefix="other").answers(4.875).add(PlaybackStarted, 5)
    script.add(AssistantText, 5.75, text="Let me see.").add(PlaybackStopped, 6)
    script.tool_ends(6.5, prefix="other", output="noon")
    told = script.reply(6.75, "Sunny, at noon.", continues=True).close(20).told()
    assert told.story[-7:] == [
        "agent speaking > thinking",
        "tools: get_weather",
        "tools: get_time",
        SPEAKS,
        "assistant: Sunny, at noon.",
        STOPS,
        END,
    ]
    assert told.story.count(REPLY) == 1


def test_two_rounds_of_silent_tools_are_two_events_and_one_speech():
    script = asked().asks(3.5).tools(3.75, "a").answers(4).tool_ends(5)
    script.asks(5.125, continues=True).tools(5.5, "b", prefix="second").answers(5.625)
    script.tool_ends(6, prefix="second")
    told = script.reply(6.125, "Sunny.", continues=True).close(20).told()
    assert told.story[7:] == ["tools: a", "tools: b", SPEAKS, "assistant: Sunny.", STOPS, END]
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 4.125


def test_a_tool_that_fails_has_an_output_that_says_so():
    script = asked().asks(3.5).tools(3.75, "get_weather").answers(4)
    script.tool_ends(5, output="no such city", is_error=True)
    told = script.reply(5.25, "I do not know.", continues=True).close(20).told()
    (output,) = told.event("function_tools_executed")["function_call_outputs"]
    assert (output["output"], output["is_error"]) == ("no such city", True)
    assert told.data["errors"] == {"llm": 0, "stt": 0, "tts": 0, "realtime": 0, "interruption": 0}


def test_parallel_tools_are_told_together_when_the_last_has_ended():
    script = asked().asks(3.5).tools(3.75, "a", "b").answers(4)
    script.tool_ends(5, 1, output="second").tool_ends(6, 0, output="first")
    told = script.reply(6.25, "Both.", continues=True).close(20).told()
    event = told.event("function_tools_executed")
    assert event["created_at"] == T0 + 6
    assert [call["id"][-2:] for call in event["function_calls"]] == ["_0", "_1"]
    assert [o["output"] for o in event["function_call_outputs"]] == ["first", "second"]
    assert [o["created_at"] - T0 for o in event["function_call_outputs"]] == [6, 5]


def test_a_second_result_of_the_same_tool_is_ignored():
    script = asked().asks(3.5).tools(3.75, "a", "b").answers(4)
    script.tool_ends(5, 0, output="first").tool_ends(5.5, 0, output="again").tool_ends(6, 1)
    event = script.close(20).told().event("function_tools_executed")
    assert [o["output"] for o in event["function_call_outputs"]] == ["first", "sunny"]


def test_an_interruption_that_cancels_a_tool_leaves_an_error_output():
    script = asked().asks(3.5).tools(3.75, "get_weather").answers(4)
    script.interrupts(5).tool_is_cancelled(5.125)
    told = script.close(20).told()
    assert told.story == [*QUESTION, "agent thinking > listening", "tools: get_weather", END]
    (output,) = told.event("function_tools_executed")["function_call_outputs"]
    assert output["is_error"] is True
    assert output["created_at"] == T0 + 5.125


def test_a_tool_that_outlives_an_interruption_keeps_its_true_result():
    script = asked().asks(3.5).tools(3.75, "book_table").answers(4).interrupts(5)
    script.tool_ends(8, output="booked").reply(8.25, "It is booked.", continues=True)
    told = script.close(20).told()
    assert told.story[7:] == [
        "agent thinking > listening",
        "tools: book_table",
        REPLY,
        THINKS,
        SPEAKS,
        "assistant: It is booked.",
        STOPS,
        END,
    ]
    (output,) = told.event("function_tools_executed")["function_call_outputs"]
    assert (output["output"], output["is_error"]) == ("booked", False)
    assert "e2e_latency" not in told.items("assistant")[0]["metrics"]


def test_an_interrupted_preamble_is_told_before_its_cancelled_tool():
    script = preamble().add(PlaybackStarted, 4.5).cut(5, "Let me").tool_is_cancelled(5.25)
    told = script.close(20).told()
    assert told.story[-4:] == ["assistant (cut): Let me", STOPS, "tools: get_weather", END]


def test_a_tool_that_runs_when_the_call_closes_is_told_as_cancelled():
    told = asked().asks(3.5).tools(3.75, "slow").answers(4).close(9).told()
    assert told.story[-3:] == ["tools: slow", "agent thinking > listening", END]
    (output,) = told.event("function_tools_executed")["function_call_outputs"]
    assert output["is_error"] is True


def test_a_filler_said_while_a_tool_runs_brings_the_bot_back_to_thinking():
    script = asked().asks(3.5).tools(3.75, "slow").answers(4)
    script.add(SayRequested, 4.5, text="One moment.").plays(5, 6, "One moment.").tool_ends(8)
    told = script.reply(8.25, "Done.", continues=True).close(20).told()
    assert told.story[7:] == [
        "speech: say",
        SPEAKS,
        "assistant: One moment.",
        STOPS,
        THINKS,
        "tools: slow",
        SPEAKS,
        "assistant: Done.",
        STOPS,
        END,
    ]


def test_words_before_a_tool_that_have_no_voice_leave_one_speech():
    script = preamble()
    failed = Failed(at=T0 + 4.25, source=ErrorSource.TTS, label="x", recoverable=True)
    script.signals[-1] = failed
    told = script.tool_ends(5).reply(5.25, "Sunny.", continues=True).close(20).told()
    assert told.story.count(REPLY) == 1
    assert [item["content"] for item in told.items("assistant")] == [["Sunny."]]
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 3.25


def test_tools_that_no_known_reply_asked_for_are_told_all_the_same():
    told = Script().start().tools(2, "orphan").tool_ends(3).close(9).told()
    assert told.story == [LISTENS, "tools: orphan", END]


def test_signals_of_an_unknown_tool_change_nothing():
    script = Script().start().tool_ends(2).tool_is_cancelled(3).add(LLMAnswered, 3, characters=0)
    assert script.close(9).told().story == [LISTENS, END]
