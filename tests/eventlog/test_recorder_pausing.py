"""Pauses: the reply is held while the user may be taking the floor, and goes on or is cut."""

import pytest

from eventlog.signals import (
    AssistantText,
    FalseInterruption,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    TTSFirstAudio,
    UserTurnCompleted,
    UserTurnEnded,
)
from tests.eventlog.folding import (
    END,
    REPLY,
    SAY,
    SPEAKS,
    STOPS,
    T0,
    THINKS,
    USER_SPEAKS,
    Script,
)

HELD = "agent thinking > listening"
GOES_ON = "agent listening > speaking"
FALSE = "agent_false_interruption"
TEXT = "One two three."


def asked():
    """A question, up to where the bot has begun to think about it."""
    return Script().start().user_turn(2, "Tell me.").asks(3.5)


def heard():
    """The same, and its answer is being heard."""
    return asked().answers(4, TEXT).add(TTSFirstAudio, 4.25).add(PlaybackStarted, 4.5)


def ends(script, at):
    return script.add(AssistantText, at, text=TEXT).add(PlaybackStopped, at)


def test_a_false_interruption_holds_the_reply_and_lets_it_go_on():
    told = ends(heard().pauses(6).resumes(9), 12).close(20).told()
    assert told.story[7:] == [
        SPEAKS,
        STOPS,
        GOES_ON,
        FALSE,
        f"assistant: {TEXT}",
        STOPS,
        END,
    ]
    (item,) = told.items("assistant")
    assert item["metrics"]["started_speaking_at"] == T0 + 4.5
    assert item["metrics"]["stopped_speaking_at"] == T0 + 12
    assert item["metrics"]["e2e_latency"] == 1.5
    assert told.event(FALSE) == {
        "type": FALSE,
        "resumed": True,
        "created_at": T0 + 9,
        "message": None,
        "extra_instructions": None,
    }


def test_an_output_that_falls_silent_in_a_pause_does_not_end_the_utterance():
    script = heard().pauses(6).add(PlaybackStopped, 9).resumes(9.5).add(PlaybackStarted, 9.5625)
    told = ends(script, 12).close(20).told()
    (item,) = told.items("assistant")
    assert item["metrics"]["started_speaking_at"] == T0 + 4.5
    assert item["metrics"]["stopped_speaking_at"] == T0 + 12
    assert told.story.count(REPLY) == 1
    assert SAY not in told.story


def test_a_pause_may_follow_a_pause():
    script = heard().pauses(6).add(PlaybackStopped, 9).resumes(9.5).add(PlaybackStarted, 9.5625)
    script.pauses(10).pauses(10.5).resumes(12)
    told = ends(script, 14).close(20).told()
    assert told.story[7:13] == [SPEAKS, STOPS, GOES_ON, FALSE, STOPS, GOES_ON]
    assert told.items("assistant")[0]["metrics"]["stopped_speaking_at"] == T0 + 14


def test_an_interruption_of_a_held_reply_ends_it_where_it_fell_silent():
    script = heard().pauses(6, silent=0.125).add(Interrupted, 8)
    script.add(AssistantText, 8.125, text="One two").add(PlaybackStopped, 8.25)
    script.add(InterruptionSettled, 8.5).user_turn(7.5, "Stop.").reply(9, "Fine.")
    told = script.close(20).told()
    assert told.story[7:11] == [SPEAKS, STOPS, "assistant (cut): One two", USER_SPEAKS]
    cut, fine = told.items("assistant")
    assert cut["metrics"]["stopped_speaking_at"] == T0 + 6.125
    assert told.event("conversation_item_added", 1)["created_at"] == T0 + 8.125
    assert (fine["content"], fine["interrupted"]) == (["Fine."], False)
    assert told.story.count(STOPS) == 2


@pytest.mark.parametrize("silence", ["in the pause", "after the interruption"])
def test_a_cut_that_is_settled_without_words_leaves_no_message(silence):
    script = heard().pauses(6)
    script.add(PlaybackStopped, 9) if silence == "in the pause" else None
    script.add(Interrupted, 9.5).add(PlaybackStopped, 9.5).add(InterruptionSettled, 9.75)
    told = script.user_turn(9, "Stop.").reply(10.5, "Fine.").close(20).told()
    assert [item["content"] for item in told.items("assistant")] == [["Fine."]]
    assert told.items("assistant")[0]["metrics"]["started_speaking_at"] == T0 + 11.5


def test_an_interruption_that_comes_before_the_last_sound_ends_the_message_there():
    script = heard().pauses(6, silent=0.125).add(Interrupted, 6.0625)
    script.add(AssistantText, 6.0625, text="One").add(InterruptionSettled, 6.0625)
    (item,) = script.close(9).told().items("assistant")
    assert item["metrics"]["stopped_speaking_at"] == T0 + 6.0625


def test_a_second_pause_of_what_is_held_already_is_none():
    script = heard().pauses(6).pauses(7).add(Interrupted, 8).add(AssistantText, 8, text="One")
    (item,) = script.close(9).told().items("assistant")
    assert item["metrics"]["stopped_speaking_at"] == T0 + 6.0625


def test_what_was_not_heard_again_ends_in_the_first_of_two_pauses():
    script = heard().pauses(6).add(PlaybackStopped, 9).resumes(9.5).pauses(10)
    script.add(Interrupted, 11).add(AssistantText, 11, text="One")
    (item,) = script.close(12).told().items("assistant")
    assert item["metrics"]["stopped_speaking_at"] == T0 + 6.0625


def test_a_reply_that_was_cut_is_told_although_the_next_is_held():
    script = heard().add(Interrupted, 6).add(PlaybackStopped, 6).pauses(6.0625)
    script.add(AssistantText, 6.125, text="One").add(InterruptionSettled, 6.125)
    told = script.add(PlaybackResumed, 8).close(9).told()
    assert told.event("conversation_item_added", 1)["created_at"] == T0 + 6.125


def test_a_turn_that_is_handed_on_in_a_pause_does_not_end_what_is_held():
    script = heard().add(PlaybackStopped, 6).pauses(6.0625).hears(6.5, "Hm.")
    script.turn_ends(7, "Hm.").resumes(8).add(AssistantText, 8.0625, text=TEXT)
    told = script.close(9).told(despite=frozenset({"I39"}))
    assert [item["content"] for item in told.items("assistant")] == [[TEXT]]


def test_a_late_stop_of_what_was_cut_does_not_end_what_is_heard_next():
    script = heard().pauses(6).add(Interrupted, 8).add(AssistantText, 8, text="One two")
    script.add(InterruptionSettled, 8).add(SayRequested, 8, text="Bye.").add(PlaybackStarted, 8.5)
    script.add(PlaybackStopped, 8.25).add(AssistantText, 9.5, text="Bye.").add(PlaybackStopped, 10)
    cut, bye = script.close(20).told().items("assistant")
    assert cut["metrics"]["stopped_speaking_at"] == T0 + 6.0625
    assert bye["metrics"]["stopped_speaking_at"] == T0 + 10


def test_a_close_in_a_pause_tells_what_was_heard_before_it():
    script = heard().pauses(6).add(PlaybackStopped, 9).add(AssistantText, 9.5, text="One two")
    told = script.close(9.5).told()
    assert told.story[-3:] == [STOPS, "assistant (cut): One two", END]
    assert told.items("assistant")[0]["metrics"]["stopped_speaking_at"] == T0 + 6.0625


def test_while_it_is_held_the_bot_listens_whatever_the_reply_comes_to():
    script = asked().pauses(3.875).tools(4, "get_weather").answers(4.25).tool_ends(5)
    script.asks(5.25, continues=True).answers(6, TEXT).add(TTSFirstAudio, 6.25).resumes(7)
    told = ends(script.add(PlaybackStarted, 7.0625), 9).close(20).told()
    assert told.story[6:] == [
        THINKS,
        HELD,
        "tools: get_weather",
        GOES_ON,
        FALSE,
        f"assistant: {TEXT}",
        STOPS,
        END,
    ]
    (item,) = told.items("assistant")
    assert item["metrics"]["started_speaking_at"] == T0 + 7.0625
    assert item["metrics"]["e2e_latency"] == 4.0625


@pytest.mark.parametrize("awaited", ["LLM", "TTS", "tool", "answer after a tool"])
def test_a_reply_without_sound_is_thought_about_when_the_pause_is_over(awaited):
    script = asked() if awaited != "LLM" else Script().start().user_turn(2, "Hm.")
    script.add(ReplyRequested, 3.5) if awaited == "LLM" else None
    script.answers(4, TEXT) if awaited == "TTS" else None
    script.tools(4, "lookup").answers(4.25) if "tool" in awaited else None
    script.pauses(5)
    script.tool_ends(6) if awaited == "answer after a tool" else None
    story = script.resumes(8).close(9).told().story
    told_of_it = story[story.index(HELD) + 1 : story.index(FALSE) + 1]
    assert [line for line in told_of_it if line != "tools: lookup"] == [THINKS, FALSE]


def test_a_tool_whose_result_needs_no_answer_leaves_nothing_to_go_on_with():
    script = asked().tools(4, "lights").answers(4.25).pauses(5)
    told = script.tool_ends(6, answered_by_llm=False).add(PlaybackResumed, 8).close(9).told()
    assert told.story[6:] == [THINKS, HELD, "tools: lights", END]


def test_a_reply_that_comes_to_nothing_in_a_pause_leaves_the_bot_listening():
    told = asked().pauses(4).answers(5).resumes(8).close(9).told()
    assert told.story[6:] == [THINKS, HELD, FALSE, END]


def test_a_held_reply_of_which_nothing_was_heard_vanishes_when_it_is_cut():
    script = asked().answers(4, TEXT).pauses(4.25).add(TTSFirstAudio, 4.375).interrupts(6)
    told = script.user_turn(5.5, "Wait.").reply(7, "Yes?").close(20).told()
    assert told.story[6:9] == [THINKS, HELD, "user listening > speaking"]
    assert [item["content"] for item in told.items("assistant")] == [["Yes?"]]


def test_a_cut_right_after_the_pause_was_over_leaves_the_bot_listening():
    script = asked().answers(4, TEXT).pauses(4.25).add(TTSFirstAudio, 4.375).resumes(6)
    told = script.interrupts(6).close(9).told()
    assert told.story[6:] == [THINKS, HELD, GOES_ON, FALSE, STOPS, END]


def test_an_interruption_without_words_of_what_could_not_be_held_was_false_too():
    script = heard().cut(6, "One two").add(FalseInterruption, 9, resumed=False)
    told = script.close(20).told()
    assert told.story[7:] == [SPEAKS, "assistant (cut): One two", STOPS, FALSE, END]
    assert told.event(FALSE)["resumed"] is False


def test_a_text_that_waits_for_its_voice_is_held_without_a_change_of_state():
    script = Script().start().hears(0.5, "Hm").add(SayRequested, 1, text="Hello.").pauses(1.25)
    script.resumes(3).plays(4, 5, "Hello.")
    told = script.close(9).told()
    assert told.story[2:] == [
        SAY,
        FALSE,
        GOES_ON,
        "assistant: Hello.",
        STOPS,
        "user: Hm",
        END,
    ]


def test_a_pause_before_the_bot_has_anything_to_say_changes_nothing():
    told = Script().start().pauses(1).add(PlaybackResumed, 2).close(9).told()
    assert told.story == Script().start().close(9).told().story


def test_a_resume_without_a_pause_changes_nothing():
    told = ends(heard().add(PlaybackResumed, 5), 6).close(9).told()
    assert told.story == ends(heard(), 6).close(9).told().story


def test_a_pause_before_the_call_began_does_not_begin_it():
    script = Script().add(PlaybackPaused, 0, silent_at=0).start(0.5).add(PlaybackResumed, 1)
    told = script.close(9).told()
    assert told.story == Script().start().close(9).told().story
    assert told.event("agent_state_changed")["created_at"] == T0 + 0.5


def test_sound_that_escaped_the_pause_is_when_the_reply_began():
    script = asked().answers(4, TEXT).pauses(4.5).add(PlaybackStarted, 4.5).resumes(6)
    told = ends(script, 8).close(9).told()
    assert told.items("assistant")[0]["metrics"]["started_speaking_at"] == T0 + 4.5
    assert told.story[6:10] == [THINKS, HELD, GOES_ON, FALSE]


def test_a_gap_between_two_sentences_may_be_paused():
    script = asked().add(TTSFirstAudio, 4).add(PlaybackStarted, 4.5).add(PlaybackStopped, 6)
    script.pauses(7).answers(9, TEXT).resumes(10).add(PlaybackStarted, 10.0625)
    told = ends(script, 12).close(20).told()
    (item,) = told.items("assistant")
    assert item["metrics"]["started_speaking_at"] == T0 + 4.5
    assert item["metrics"]["stopped_speaking_at"] == T0 + 12
    assert told.story[7:11] == [SPEAKS, STOPS, GOES_ON, FALSE]


def test_a_gap_may_go_on_longer_than_the_pause():
    script = asked().add(TTSFirstAudio, 4).add(PlaybackStarted, 4.5).pauses(6)
    script.add(PlaybackStopped, 9).resumes(9.5).answers(14, TEXT).add(PlaybackStarted, 14.5)
    told = ends(script, 16).close(20).told()
    assert [item["content"] for item in told.items("assistant")] == [[TEXT]]
    assert told.items("assistant")[0]["metrics"]["stopped_speaking_at"] == T0 + 16


def test_a_text_nobody_records_ends_when_the_pause_is_over():
    script = Script().start().add(SayRequested, 1, text="Hm.", recorded=False)
    script.add(PlaybackStarted, 1.5).pauses(2).add(PlaybackStopped, 5).resumes(5.5)
    script.add(PlaybackStarted, 5.5625).add(PlaybackStopped, 6).says(7, "So.")
    told = script.close(9).told()
    assert told.story[2:] == [
        GOES_ON,
        STOPS,
        GOES_ON,
        FALSE,
        STOPS,
        SAY,
        GOES_ON,
        "assistant: So.",
        STOPS,
        END,
    ]


def test_a_turn_completed_in_a_pause_is_thought_about_and_held_at_once():
    """A noise while the turn's hook runs holds the reply that is still to come."""
    script = (
        Script().start().speaks(2, 3).hears(3.375, "Rain?").add(UserTurnEnded, 3.5, text="Rain?")
    )
    script.speaks(3.75, 4.375).pauses(4.5).add(UserTurnCompleted, 5.5, hook=2.0)
    script.add(ReplyRequested, 5.5).add(LLMFirstToken, 5.75).resumes(6.625)
    script.add(LLMAnswered, 7, characters=6).plays(7.5, 8, "Sunny.")
    told = script.close(9).told()
    assert told.story[6:] == [
        REPLY,
        "user: Rain?",
        THINKS,
        HELD,
        THINKS,
        FALSE,
        SPEAKS,
        "assistant: Sunny.",
        STOPS,
        END,
    ]
    assert told.items("user")[0]["metrics"]["stopped_speaking_at"] == T0 + 3
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 4.5


def test_an_interruption_in_a_pause_lets_a_speech_that_may_not_be_cut_go_on():
    script = Script().start().add(SayRequested, 1, text="Terms.", interruptible=False)
    script.add(PlaybackStarted, 1.5).pauses(2).interrupts(3)
    script.add(AssistantText, 4, text="Terms.").add(PlaybackStopped, 4)
    told = script.close(9).told()
    assert told.story[2:] == [GOES_ON, STOPS, GOES_ON, "assistant: Terms.", STOPS, END]
