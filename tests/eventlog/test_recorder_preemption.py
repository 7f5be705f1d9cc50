"""Replies begun before the end of the user's turn: kept, replaced, discarded."""

import pytest

from eventlog.signals import (
    AssistantText,
    LLMAnswered,
    LLMFirstToken,
    PlaybackStarted,
    PlaybackStopped,
    ReplyDiscarded,
    ReplyRequested,
    SayRequested,
    TextReceived,
    TTSFirstAudio,
    UserTurnCompleted,
    UserTurnDropped,
    UserTurnEnded,
)
from tests.eventlog.folding import (
    END,
    LISTENS,
    REPLY,
    SAY,
    SPEAKS,
    STOPS,
    T0,
    THINKS,
    USER_SPEAKS,
    USER_STOPS,
    Script,
)

RAIN = [LISTENS, USER_SPEAKS, USER_STOPS, "final: Rain?", REPLY]
ANSWERED = ["user: Rain?", THINKS, SPEAKS, "assistant: Sunny.", STOPS, END]


def begun():
    """A question, and the LLM is asked when its words are there."""
    script = Script().start().speaks(2, 3).hears(3.375, "Rain?", confidence=0.5)
    return script.add(ReplyRequested, 3.375, preemptive=True)


def turn_ends(script, at=3.5, *, hook=0.125, **fields):
    return script.turn_ends(at, "Rain?", hook=hook, preempted=True, **fields)


def heard(script, start=4.25):
    return script.plays(start, 5, "Sunny.")


def parts(told):
    (turn,) = told.data["parley"]["turns"]
    return {part["name"]: part["seconds"] for part in turn["parts"]}


def whole(told):
    """The sum of all parts, some of which come twice."""
    (turn,) = told.data["parley"]["turns"]
    return sum(part["seconds"] for part in turn["parts"])


def test_the_reply_begun_early_answers_the_turn_that_is_completed_with_it():
    script = turn_ends(begun()).add(LLMFirstToken, 3.875).add(LLMAnswered, 4, characters=6)
    told = heard(script).close(9).told()
    assert told.story == [*RAIN, *ANSWERED]
    (user,), (reply,) = told.items("user"), told.items("assistant")
    assert user["created_at"] == T0 + 3.375
    assert told.event("speech_created")["created_at"] == T0 + 3.375
    assert told.event("conversation_item_added")["created_at"] == T0 + 3.625
    assert user["metrics"]["end_of_turn_delay"] == 0.5
    assert user["metrics"]["on_user_turn_completed_delay"] == 0.125
    assert reply["created_at"] == T0 + 3.625
    assert reply["metrics"] == {
        "started_speaking_at": T0 + 4.25,
        "stopped_speaking_at": T0 + 5,
        "llm_node_ttft": 0.5,
        "tts_node_ttfb": 0.25,
        "e2e_latency": 1.25,
    }
    assert parts(told) == {
        "transcription": 0.375,
        "endpointing": 0.125,
        "hook": 0.125,
        "scheduling": 0.0,
        "llm": 0.25,
        "tts": 0.25,
        "playback": 0.125,
    }


def test_what_the_llm_did_before_the_end_of_the_turn_cost_nobody_time():
    script = begun().add(LLMFirstToken, 3.4375).add(LLMAnswered, 3.46875, characters=6)
    told = heard(turn_ends(script)).close(9).told()
    assert told.story == [*RAIN, *ANSWERED]
    metrics = told.items("assistant")[0]["metrics"]
    assert metrics["llm_node_ttft"] == 0.0625
    # The text was kept from the TTS until the turn was completed.
    assert metrics["tts_node_ttfb"] == 0.5
    assert parts(told)["llm"] == 0.0
    assert whole(told) == metrics["e2e_latency"]


def test_a_reply_may_have_sound_before_it_may_be_heard():
    script = begun().add(LLMFirstToken, 3.40625).add(LLMAnswered, 3.4375, characters=6)
    script.add(TTSFirstAudio, 3.5)
    script = turn_ends(script).add(PlaybackStarted, 3.75)
    told = script.add(AssistantText, 5, text="Sunny.").add(PlaybackStopped, 5).close(9).told()
    assert told.story == [*RAIN, *ANSWERED]
    assert parts(told)["tts"] == 0.0
    assert whole(told) == told.items("assistant")[0]["metrics"]["e2e_latency"]


def test_the_state_does_not_change_before_the_turn_is_completed():
    assert begun().add(LLMFirstToken, 3.5).close(9).told().story[:5] == RAIN


def test_a_discarded_reply_leaves_its_announcement_and_the_turn_gets_another():
    script = begun().add(LLMFirstToken, 3.4375).add(ReplyDiscarded, 3.5)
    script.turn_ends(3.5, "Rain?", hook=0.125)
    told = heard(script.asks(3.625).answers(4, "Sunny.")).close(9).told()
    assert told.story == [*RAIN, REPLY, *ANSWERED]
    assert told.items("user")[0]["created_at"] == T0 + 3.5
    assert told.items("assistant")[0]["metrics"]["llm_node_ttft"] == 0.25


@pytest.mark.parametrize("end", ["completed otherwise", "refused", "interrupted", "closed"])
def test_a_reply_nobody_took_is_discarded_without_a_word(end):
    script = begun().add(LLMFirstToken, 3.4375).add(LLMAnswered, 3.46875, characters=6)
    if end == "completed otherwise":
        script.turn_ends(3.5, "Rain?").asks(3.5).answers(4, "Sunny.")
    elif end == "refused":
        script.turn_ends(3.5, "Rain?", refused=True).add(SayRequested, 3.75, text="Sunny.")
    elif end == "interrupted":
        script.interrupts(3.4375).turn_ends(3.5, "Rain?").asks(3.5).answers(4, "Sunny.")
    else:
        assert script.close(3.5).told().story[4:] == [REPLY, "user: Rain?", END]
        return
    told = heard(script).close(9).told()
    assert [item["content"] for item in told.items("assistant")] == [["Sunny."]]
    answered = ANSWERED if end != "refused" else [SAY, "agent listening > speaking", *ANSWERED[3:]]
    assert told.story == [*RAIN, *([REPLY] if end != "refused" else []), *answered]


def test_a_new_attempt_replaces_the_one_before():
    script = Script().start().speaks(2, 3).hears(3.25, "Rain", confidence=0.5)
    script.add(ReplyRequested, 3.25, preemptive=True).add(LLMFirstToken, 3.3125)
    script.hears(3.375, "today?", confidence=0.5).add(ReplyRequested, 3.375, preemptive=True)
    script.turn_ends(3.5, "Rain today?", preempted=True)
    script.add(LLMFirstToken, 3.625).add(LLMAnswered, 4, characters=6)
    told = heard(script).close(9).told()
    assert told.story[3:8] == ["final: Rain", REPLY, "final: today?", REPLY, "user: Rain today?"]
    assert told.items("user")[0]["created_at"] == T0 + 3.375
    assert told.items("assistant")[0]["metrics"]["llm_node_ttft"] == 0.25


def test_an_early_reply_may_turn_out_to_have_no_words():
    script = turn_ends(begun().add(LLMAnswered, 3.4375, characters=0))
    told = script.close(9).told()
    assert told.story == [*RAIN, "user: Rain?", THINKS, "agent thinking > listening", END]
    assert told.items("user")[0]["created_at"] == T0 + 3.375


def test_an_early_reply_that_calls_a_tool_hands_its_latency_to_the_answer():
    script = begun().tools(3.4375, "get_weather").answers(3.46875)
    script = turn_ends(script).tool_ends(4, 0).asks(4.25, continues=True).answers(4.75, "Sunny.")
    told = heard(script, 4.875).close(9).told()
    assert told.story == [*RAIN, *ANSWERED[:2], "tools: get_weather", *ANSWERED[2:]]
    assert whole(told) == told.items("assistant")[0]["metrics"]["e2e_latency"]


@pytest.mark.parametrize(
    "end",
    [(ReplyDiscarded, {}), (ReplyRequested, {"preemptive": True})],
    ids=["dropped", "replaced"],
)
def test_a_tool_of_a_discarded_reply_is_awaited_by_nobody(end):
    kind, fields = end
    script = begun().tools(3.4375, "get_weather").add(kind, 3.5, **fields)
    told = script.says(4, "Hm.").tool_ends(6).close(9).told()
    assert told.story[-4:] == [STOPS, "tools: get_weather", "user: Rain?", END]


@pytest.mark.parametrize("end", ["interrupted", "refused", "completed otherwise", "dropped"])
def test_a_discarded_reply_answers_no_later_turn(end):
    script = begun()
    if end == "interrupted":
        script.interrupts(3.4375).add(UserTurnDropped, 3.5)
    elif end == "dropped":
        script.add(UserTurnDropped, 3.5)
    else:
        script.turn_ends(3.5, "Rain?", refused=end == "refused")
    script.user_turn(5, "Snow?").signals.pop()
    script.add(UserTurnCompleted, 6.5, hook=0.0, preempted=True)
    story = script.reply(6.75, "No.").close(9).told().story
    assert story[story.index("user: Snow?") - 1] == REPLY


def test_the_llm_may_withdraw_a_reply_after_the_turn_was_completed_with_it():
    script = turn_ends(begun()).add(LLMFirstToken, 3.75).add(ReplyDiscarded, 3.875)
    script.asks(4).tools(4.25, "get_weather").answers(4.375).tool_ends(5)
    told = script.reply(5, "Sunny.", continues=True).close(9).told()
    assert told.story == [*RAIN, *ANSWERED[:2], "tools: get_weather", *ANSWERED[2:]]
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 3.0
    assert whole(told) == 3.0


def test_the_tools_of_a_withdrawn_reply_are_not_those_of_the_next():
    script = turn_ends(begun()).tools(3.75, "get_weather").add(ReplyDiscarded, 3.875)
    script.asks(4).answers(4.5, "Sunny.").plays(5, 6, "Sunny.").tool_ends(8)
    told = script.close(9).told()
    assert told.story == [*RAIN, *ANSWERED[:-1], "tools: get_weather", END]


def test_a_reply_with_sound_cannot_be_withdrawn_any_more():
    script = turn_ends(begun()).add(LLMFirstToken, 3.75).add(LLMAnswered, 4, characters=6)
    script.add(TTSFirstAudio, 4.125).add(ReplyDiscarded, 4.1875).add(PlaybackStarted, 4.25)
    told = script.add(AssistantText, 5, text="Sunny.").add(PlaybackStopped, 5).close(9).told()
    assert told.story == [*RAIN, *ANSWERED]


def test_a_discard_of_nothing_changes_nothing():
    told = Script().start().add(ReplyDiscarded, 1).user_turn(2, "Hi.").reply(3.5, "Yo.").close(9)
    plain = Script().start().user_turn(2, "Hi.").reply(3.5, "Yo.").close(9)
    assert told.told().data == plain.told().data


def test_a_turn_completed_with_a_reply_nobody_told_of_is_answered_all_the_same():
    script = Script().start().speaks(2, 3).hears(3.375, "Rain?", confidence=0.5)
    script = turn_ends(script).add(LLMFirstToken, 3.75).add(LLMAnswered, 4, characters=6)
    assert heard(script).close(9).told().story == [*RAIN, *ANSWERED]


def test_dropped_words_take_their_early_reply_with_them():
    script = begun().add(UserTurnDropped, 3.5).add(LLMFirstToken, 3.5)
    script.user_turn(5, "Hi.").reply(6.5, "Yo.")
    told = script.close(9).told()
    assert [item["content"] for item in told.items("user")] == [["Hi."]]
    assert told.items("assistant")[0]["metrics"]["llm_node_ttft"] == 0.25


def test_words_dropped_during_the_hook_leave_the_early_reply_of_its_turn_alone():
    script = begun().add(UserTurnEnded, 3.5, text="Rain?").add(UserTurnDropped, 3.75)
    script.add(UserTurnCompleted, 4, hook=0.5, preempted=True)
    script.add(LLMFirstToken, 4.0625).add(LLMAnswered, 4.125, characters=6)
    assert heard(script).close(9).told().story == [*RAIN, *ANSWERED]


def test_typed_text_discards_the_early_reply_to_what_is_being_said():
    script = begun().add(TextReceived, 3.4375, text="Snow?")
    script.add(UserTurnCompleted, 3.4375, hook=0.0).reply(3.4375, "No.")
    script.turn_ends(7, "Rain?").reply(7, "Sunny.")
    told = script.close(20).told()
    assert [item["content"] for item in told.items("user")] == [["Snow?"], ["Rain?"]]
    assert [item["content"] for item in told.items("assistant")] == [["No."], ["Sunny."]]
    assert "e2e_latency" not in told.items("assistant")[0]["metrics"]
    assert told.items("assistant")[1]["metrics"]["e2e_latency"] == 5.0


def test_words_may_be_understood_before_their_last_sound_has_ended():
    script = Script().start().speaks(2, 3).hears(2.875, "Rain?", confidence=0.5)
    script.add(ReplyRequested, 2.875, preemptive=True)
    script.signals.sort(key=lambda signal: signal.at)
    script = turn_ends(script).add(LLMFirstToken, 3.75).add(LLMAnswered, 4, characters=6)
    told = heard(script).close(9).told()
    (user,) = told.items("user")
    assert user["created_at"] < user["metrics"]["stopped_speaking_at"]


def test_a_text_said_before_the_turn_is_completed_is_heard_before_the_early_reply():
    script = begun().add(LLMFirstToken, 3.40625).add(SayRequested, 3.4375, text="Hm.")
    script = turn_ends(script).add(LLMAnswered, 3.75, characters=6)
    script.plays(4, 4.25, "Hm.").plays(4.5, 5, "Sunny.")
    told = script.close(9).told()
    assert told.story == [
        *RAIN,
        SAY,
        "user: Rain?",
        THINKS,
        SPEAKS,
        "assistant: Hm.",
        STOPS,
        *ANSWERED[1:],
    ]
