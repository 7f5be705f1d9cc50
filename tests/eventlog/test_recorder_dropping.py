"""What never becomes a turn, what waits for the next one, and speeches that nothing cuts."""

import pytest

from eventlog.signals import (
    AssistantText,
    Interrupted,
    InterruptionSettled,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    UserSpeechStarted,
    UserSpeechStopped,
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

HEARD = [USER_SPEAKS, USER_STOPS]


def test_a_dropped_turn_leaves_its_transcripts_and_nothing_else():
    script = Script().start().speaks(2, 3).hears(3.375, "Hello?").add(UserTurnDropped, 3.5)
    told = script.close(9).told()
    assert told.story == [LISTENS, *HEARD, "final: Hello?", END]
    assert told.data["user_turns"] == 0


def test_the_turn_after_a_dropped_one_has_neither_its_words_nor_its_beginning():
    script = Script().start().speaks(2, 3).hears(3.375, "Hello?", confidence=0.0)
    script.add(UserTurnDropped, 3.5).user_turn(4, "Are you there?").reply(5.5, "Yes.")
    (turn,) = script.close(20).told().items("user")
    assert turn["content"] == ["Are you there?"]
    assert turn["transcript_confidence"] == 0.5
    assert turn["metrics"]["started_speaking_at"] == T0 + 4


def test_a_turn_dropped_in_the_midst_of_speech_goes_on_as_one_that_begins_there():
    script = Script().start().add(UserSpeechStarted, 2.25, onset=2).hears(3, "You said")
    script.add(UserTurnDropped, 3.5).hears(5, "that already.")
    script.add(UserSpeechStopped, 5.25, end=5).turn_ends(5.5, "that already.")
    (turn,) = script.reply(5.5, "I did.").close(20).told().items("user")
    assert turn["metrics"]["started_speaking_at"] == T0 + 3.5
    assert turn["metrics"]["stopped_speaking_at"] == T0 + 5


def test_dropping_words_leaves_alone_the_turn_whose_hook_is_running():
    script = (
        Script().start().speaks(2, 3).hears(3.375, "Rain?").add(UserTurnEnded, 3.5, text="Rain?")
    )
    script.add(SayRequested, 3.5, text="Let me see.", interruptible=False)
    script.add(PlaybackStarted, 4)
    script.speaks(4.25, 4.75, hold=0.125).hears(5, "Hm.").add(UserTurnDropped, 5.25)
    script.add(AssistantText, 6, text="Let me see.").add(PlaybackStopped, 6)
    told = script.add(UserTurnCompleted, 6.5, hook=3.0).reply(6.5, "Sunny.").close(20).told()
    (turn,) = told.items("user")
    assert turn["content"] == ["Rain?"]
    assert turn["metrics"]["stopped_speaking_at"] == T0 + 3
    assert turn["metrics"]["end_of_turn_delay"] == 0.5
    assert told.items("assistant")[-1]["metrics"]["e2e_latency"] == 4.5


def test_words_too_few_to_interrupt_begin_the_next_turn():
    script = Script().start().says(1, "A long speech.", lasts=5).speaks(2, 2.5).hears(2.875, "Ok")
    script.signals.sort(key=lambda signal: signal.at)
    script.speaks(8, 9).hears(9.375, "and now?").turn_ends(9.5, "Ok and now?")
    told = script.reply(9.5, "Now this.").close(20).told()
    (turn,) = told.items("user")
    assert turn["content"] == ["Ok and now?"]
    assert turn["metrics"]["started_speaking_at"] == T0 + 2
    assert turn["metrics"]["transcription_delay"] == 0.375
    assert told.items("assistant")[1]["metrics"]["e2e_latency"] == 1.5


def test_words_too_few_to_interrupt_are_told_right_before_the_close():
    script = Script().start().says(1, "A long speech.", lasts=5).speaks(2, 2.5).hears(2.875, "Ok")
    script.signals.sort(key=lambda signal: signal.at)
    told = script.close(9).told()
    assert told.story[-4:] == ["assistant: A long speech.", STOPS, "user: Ok", END]
    assert told.items("user")[0]["metrics"] == {}


def test_a_speech_that_may_not_be_cut_is_heard_to_its_end():
    script = Script().start().add(SayRequested, 1, text="Terms apply.", interruptible=False)
    script.add(PlaybackStarted, 1.5).add(Interrupted, 2).add(InterruptionSettled, 2)
    script.add(AssistantText, 3, text="Terms apply.").add(PlaybackStopped, 3.5)
    told = script.close(9).told()
    assert told.story == [
        LISTENS,
        SAY,
        "agent listening > speaking",
        "assistant: Terms apply.",
        STOPS,
        END,
    ]
    assert told.items("assistant")[0]["metrics"]["stopped_speaking_at"] == T0 + 3.5


def test_a_speech_that_may_not_be_cut_is_heard_after_the_one_that_was():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).answers(4, "One two.")
    script.add(PlaybackStarted, 4.5).add(SayRequested, 5, text="Bye.", interruptible=False)
    script.cut(5.5, "One").plays(6, 7, "Bye.")
    told = script.close(9).told()
    assert told.story[7:] == [
        SPEAKS,
        SAY,
        "assistant (cut): One",
        STOPS,
        "agent listening > speaking",
        "assistant: Bye.",
        STOPS,
        END,
    ]


def test_an_interruption_of_the_thinking_bot_leaves_what_it_may_not_cut():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5)
    script.add(SayRequested, 4, text="Hold on.", interruptible=False).interrupts(4.25)
    told = script.plays(4.5, 5, "Hold on.").close(9).told()
    assert told.story[-5:] == [
        "agent thinking > listening",
        "agent listening > speaking",
        "assistant: Hold on.",
        STOPS,
        END,
    ]


@pytest.mark.parametrize(("text_at", "told_texts"), [(2.625, [["Bye."]]), (3, [])])
def test_the_text_of_a_speech_that_may_not_be_cut_is_waited_for_a_moment(text_at, told_texts):
    script = Script().start().add(SayRequested, 1, text="Bye.", interruptible=False)
    script.add(PlaybackStarted, 1.5).add(PlaybackStopped, 2.5).add(Interrupted, text_at - 0.0625)
    script.add(InterruptionSettled, text_at - 0.0625).add(AssistantText, text_at, text="Bye.")
    told = script.close(9).told()
    assert [item["content"] for item in told.items("assistant")] == told_texts
    assert told.story[-2:] == [STOPS, END]


def test_a_reply_asked_for_during_a_speech_that_may_not_be_cut_is_called_off_alone():
    script = Script().start().add(SayRequested, 1, text="Terms.", interruptible=False)
    script.add(PlaybackStarted, 1.5).add(ReplyRequested, 2).interrupts(2.5)
    script.add(AssistantText, 3, text="Terms.").add(PlaybackStopped, 3)
    told = script.close(9).told()
    assert told.story[-4:] == [REPLY, "assistant: Terms.", STOPS, END]
    assert THINKS not in told.story
