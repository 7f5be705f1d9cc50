"""Typed text: a turn of its own, beside whatever is being said."""

from eventlog.signals import (
    AssistantText,
    Interrupted,
    InterruptionSettled,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    TextReceived,
    UserAway,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnEnded,
)
from tests.eventlog.folding import END, REPLY, SPEAKS, STOPS, T0, THINKS, Script


def typed(script, at, text):
    return script.add(TextReceived, at, text=text).add(UserTurnCompleted, at, hook=0.0)


def test_typed_text_is_a_turn_without_anything_spoken():
    told = typed(Script().start(), 2, "Hello?").reply(2.25, "Yes.").close(9).told()
    assert told.story[1:5] == [REPLY, "user: Hello?", THINKS, SPEAKS]
    (item,) = told.items("user")
    assert item["metrics"] == {}
    assert "transcript_confidence" not in item
    assert item["created_at"] == T0 + 2
    assert "e2e_latency" not in told.items("assistant")[0]["metrics"]
    assert told.data["parley"]["turns"] == []


def test_typed_text_cuts_the_reply_that_is_being_heard():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).answers(4, "One two three.")
    script.add(PlaybackStarted, 4.5).cut(6, "One two")
    told = typed(script, 6.125, "Stop.").reply(6.125, "Fine.").close(20).told()
    assert told.story[8:] == [
        "assistant (cut): One two",
        STOPS,
        REPLY,
        "user: Stop.",
        THINKS,
        SPEAKS,
        "assistant: Fine.",
        STOPS,
        END,
    ]


def test_typed_text_brings_an_absent_user_back():
    script = Script().start().add(UserAway, 20)
    told = typed(script, 21, "Back.").close(30).told()
    assert told.story[1:3] == ["user listening > away", "user away > listening"]


def test_what_is_being_said_while_text_is_typed_stays_a_turn_of_its_own():
    script = Script().start().add(UserSpeechStarted, 2.25, onset=2).hears(3, "I am", confidence=0.5)
    typed(script, 3.25, "(see above)").interrupts(3.5)
    script.hears(4, "talking.", confidence=1.0).add(UserSpeechStopped, 4.25, end=4)
    told = script.turn_ends(4.5, "I am talking.").reply(4.5, "I hear.").close(20).told()
    written, said = told.items("user")
    assert (written["content"], written["metrics"]) == (["(see above)"], {})
    assert said["content"] == ["I am talking."]
    assert said["transcript_confidence"] == 0.75
    assert said["metrics"]["started_speaking_at"] == T0 + 2
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 1.5


def test_a_spoken_turn_in_its_hook_is_answered_after_the_text_that_overtook_it():
    script = Script().start().speaks(2, 3).hears(3.375, "One.").add(UserTurnEnded, 3.5, text="One.")
    typed(script, 4, "Two.").add(UserTurnCompleted, 4.5, hook=1.0)
    told = script.reply(4.5, "Three.").close(20).told()
    assert [item["content"] for item in told.items("user")] == [["Two."], ["One."]]
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 2.5
    assert told.data["parley"]["turns"][0]["user_item"] == told.items("user")[1]["id"]


def test_two_texts_that_are_handed_on_together_are_one_message():
    script = Script().start().add(TextReceived, 2, text="One.").add(TextReceived, 2.5, text="Two.")
    told = script.add(UserTurnCompleted, 2.5, hook=0.0).close(9).told()
    assert [item["content"] for item in told.items("user")] == [["One. Two."]]


def test_text_and_words_that_the_close_overtakes_are_both_told():
    script = Script().start().speaks(2, 3).hears(3.25, "Good").add(TextReceived, 3.5, text="Bye")
    told = script.close(3.5).told()
    assert told.story[-3:] == ["user: Bye", "user: Good", END]
    assert told.data["user_turns"] == 2


def test_text_typed_over_a_speech_that_nothing_cuts_is_answered_after_it():
    script = Script().start().add(SayRequested, 1, text="Terms apply.", interruptible=False)
    script.add(PlaybackStarted, 1.5).add(Interrupted, 2).add(InterruptionSettled, 2)
    typed(script, 2, "Hi.").add(ReplyRequested, 2)
    script.add(AssistantText, 4, text="Terms apply.").add(PlaybackStopped, 4)
    script.answers(4.25, "Yes.").plays(4.5, 5, "Yes.")
    told = script.close(9).told()
    assert told.story[2:] == [
        "agent listening > speaking",
        REPLY,
        "user: Hi.",
        "assistant: Terms apply.",
        STOPS,
        THINKS,
        SPEAKS,
        "assistant: Yes.",
        STOPS,
        END,
    ]
