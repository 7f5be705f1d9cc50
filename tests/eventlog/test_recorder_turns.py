"""Greeting, plain turns, interruptions: what the log tells of them, number by number."""

import pytest

from eventlog.signals import (
    AssistantText,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    TTSFirstAudio,
    UserAway,
    UserSpeechStarted,
    UserSpeechStopped,
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


def test_a_greeting_is_said_without_thinking():
    told = Script().start().says(1, "Hello.", lasts=1.5).close(9).told()
    assert told.story == [
        LISTENS,
        SAY,
        "agent listening > speaking",
        "assistant: Hello.",
        STOPS,
        END,
    ]
    (greeting,) = told.items("assistant")
    assert greeting["metrics"] == {
        "started_speaking_at": T0 + 1.5,
        "stopped_speaking_at": T0 + 3,
        "tts_node_ttfb": 0.375,
    }
    assert greeting["created_at"] == T0 + 3
    assert told.data["parley"]["turns"] == []


def test_a_plain_turn_is_heard_thought_about_and_answered():
    script = Script().start().speaks(2, 3)
    script.hears(2.75, "Okay", final=False, language="en", speaker="0")
    script.hears(3.375, "Okay.", language="en", speaker="0", confidence=0.75)
    script.turn_ends(3.5, "Okay.", hook=0.125)
    script.asks(3.75, token=0.5).answers(4.5, "Great!").plays(5, 7, "Great!", first=0.25)
    script.signals.sort(key=lambda signal: signal.at)
    told = script.close(10).told()
    assert told.story == [
        LISTENS,
        USER_SPEAKS,
        "interim: Okay",
        USER_STOPS,
        "final: Okay.",
        REPLY,
        "user: Okay.",
        THINKS,
        SPEAKS,
        "assistant: Great!",
        STOPS,
        END,
    ]
    (user,), (reply,) = told.items("user"), told.items("assistant")
    assert user["metrics"] == {
        "started_speaking_at": T0 + 2,
        "stopped_speaking_at": T0 + 3,
        "transcription_delay": 0.375,
        "end_of_turn_delay": 0.5,
        "on_user_turn_completed_delay": 0.125,
    }
    assert user["transcript_confidence"] == 0.75
    assert user["created_at"] == T0 + 3.5
    assert reply["metrics"] == {
        "started_speaking_at": T0 + 5,
        "stopped_speaking_at": T0 + 7,
        "llm_node_ttft": 0.5,
        "tts_node_ttfb": 0.5,
        "e2e_latency": 2.0,
    }
    assert reply["created_at"] == T0 + 3.75
    assert told.data["parley"]["turns"] == [
        {
            "user_item": user["id"],
            "assistant_item": reply["id"],
            "agent": "assistant",
            "e2e_latency": 2.0,
            "parts": [
                {"name": "transcription", "seconds": 0.375},
                {"name": "endpointing", "seconds": 0.125},
                {"name": "hook", "seconds": 0.125},
                {"name": "scheduling", "seconds": 0.125},
                {"name": "llm", "seconds": 0.5},
                {"name": "tts", "seconds": 0.5},
                {"name": "playback", "seconds": 0.25},
            ],
            "providers": {},
        }
    ]
    final = told.event("user_input_transcribed", 1)
    assert (final["language"], final["speaker_id"]) == ("en", "0")


def test_the_events_of_a_signal_are_returned_once_and_in_order():
    told = Script().start().user_turn(2, "Hi.").reply(3.5, "Hello.").close(9).told()
    assert told.returned == told.recorder.timeline.events


def test_a_barge_in_cuts_the_message_to_what_was_heard():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).answers(4, "One two three four.")
    script.add(TTSFirstAudio, 4.25).add(PlaybackStarted, 4.5)
    script.add(UserSpeechStarted, 7.25, onset=7).cut(7.5, "One two")
    script.hears(8, "Stop.").add(UserSpeechStopped, 8.25, end=8).turn_ends(8.5, "Stop.")
    told = script.reply(8.5, "Fine.").close(20).told()
    assert told.story[8:] == [
        USER_SPEAKS,
        "assistant (cut): One two",
        STOPS,
        "final: Stop.",
        USER_STOPS,
        REPLY,
        "user: Stop.",
        THINKS,
        SPEAKS,
        "assistant: Fine.",
        STOPS,
        END,
    ]
    cut = told.items("assistant")[0]
    assert cut["metrics"]["stopped_speaking_at"] == T0 + 7.5
    assert cut["metrics"]["e2e_latency"] == 1.5
    assert told.items("assistant")[1]["metrics"]["e2e_latency"] == 1.5


def test_an_interruption_of_which_nothing_was_heard_leaves_no_message():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).answers(4, "One two.")
    script.add(PlaybackStarted, 4.5).add(UserSpeechStarted, 4.625, onset=4.5).cut(4.75, None)
    told = script.add(UserSpeechStopped, 5.5, end=5.25).close(9).told()
    assert told.items("assistant") == []
    assert told.story[-5:] == [SPEAKS, USER_SPEAKS, STOPS, USER_STOPS, END]


def test_text_that_comes_before_the_audio_stops_is_told_at_the_stop():
    script = Script().start().says(1, "Hello there.", lasts=2)
    assert script.close(9).told().event("conversation_item_added")["created_at"] == T0 + 3.5


def test_text_that_comes_after_the_audio_stopped_is_told_when_it_comes():
    script = Script().start().add(SayRequested, 1, text="Hello.")
    script.add(PlaybackStarted, 1.5).add(PlaybackStopped, 2.5).add(AssistantText, 2.75, text="Hi.")
    told = script.close(9).told()
    assert told.event("conversation_item_added")["created_at"] == T0 + 2.75
    assert told.items("assistant")[0]["metrics"]["stopped_speaking_at"] == T0 + 2.5
    assert told.story[-3:] == ["assistant: Hi.", STOPS, END]


def test_an_interruption_while_the_bot_thinks_leaves_no_message_and_no_latency():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5)
    script.add(UserSpeechStarted, 4.25, onset=4).interrupts(4.25)
    script.add(UserSpeechStopped, 5.25, end=5).hears(5.375, "Wait.").turn_ends(5.5, "Wait.")
    told = script.reply(5.5, "Yes?").close(20).told()
    assert told.story[5:] == [
        "user: Tell me.",
        THINKS,
        USER_SPEAKS,
        "agent thinking > listening",
        USER_STOPS,
        "final: Wait.",
        REPLY,
        "user: Wait.",
        THINKS,
        SPEAKS,
        "assistant: Yes?",
        STOPS,
        END,
    ]
    assert len(told.data["parley"]["turns"]) == 1
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 1.5


def test_an_interruption_before_the_llm_was_asked_calls_the_announced_reply_off():
    script = Script().start().user_turn(2, "Tell me.").interrupts(3.5).says(5, "Hello.")
    told = script.close(9).told()
    assert told.story[-6:] == [
        "agent thinking > listening",
        SAY,
        "agent listening > speaking",
        "assistant: Hello.",
        STOPS,
        END,
    ]
    assert "e2e_latency" not in told.items("assistant")[0]["metrics"]


def test_two_texts_are_said_one_after_the_other():
    script = Script().start().add(SayRequested, 1, text="One.").add(SayRequested, 1, text="Two.")
    script.plays(1.5, 2.5, "One.").plays(3, 4, "Two.", first=1.25)
    told = script.close(9).told()
    assert told.story == [
        LISTENS,
        SAY,
        SAY,
        "agent listening > speaking",
        "assistant: One.",
        STOPS,
        "agent listening > speaking",
        "assistant: Two.",
        STOPS,
        END,
    ]
    started = [item["metrics"]["started_speaking_at"] for item in told.items("assistant")]
    assert started == [T0 + 1.5, T0 + 3]


def test_a_text_whose_message_comes_in_when_the_next_is_already_heard_keeps_its_words():
    script = Script().start().add(SayRequested, 1, text="One.").add(SayRequested, 1, text="Two.")
    script.add(PlaybackStarted, 1.5).add(PlaybackStopped, 2.5).add(PlaybackStarted, 2.5)
    script.add(AssistantText, 2.625, text="One.").add(AssistantText, 3.25, text="Two.")
    told = script.add(PlaybackStopped, 3.5).close(9).told()
    spoken = [(i["content"], i["metrics"]["started_speaking_at"]) for i in told.items("assistant")]
    assert spoken == [(["One."], T0 + 1.5), (["Two."], T0 + 2.5)]
    assert told.story[-4:] == ["assistant: One.", "assistant: Two.", STOPS, END]


def test_a_text_that_never_comes_does_not_take_the_next_ones_words():
    script = Script().start().add(SayRequested, 1, text="One.").add(SayRequested, 1, text="Two.")
    script.add(PlaybackStarted, 1.5).add(PlaybackStopped, 2.5).add(PlaybackStarted, 2.5)
    script.add(AssistantText, 3.25, text="Two.").add(PlaybackStopped, 3.5)
    # The checker takes the first sound, which has no message, for that of the next one.
    (only,) = script.close(9).told(despite=frozenset({"I26"})).items("assistant")
    assert (only["content"], only["metrics"]["started_speaking_at"]) == (["Two."], T0 + 2.5)


def test_a_text_that_the_context_never_learns_of_leaves_no_message():
    script = Script().start().add(SayRequested, 1, text="One moment.", recorded=False)
    script.add(PlaybackStarted, 1.5).add(PlaybackStopped, 2.5)
    told = script.says(4, "Here I am.").close(9).told()
    assert [item["content"] for item in told.items("assistant")] == [["Here I am."]]
    assert told.story[1:4] == [SAY, "agent listening > speaking", STOPS]


def test_a_reply_asked_for_while_the_bot_speaks_comes_after_and_is_thought_about_then():
    script = Script().start().add(SayRequested, 1, text="One.").add(PlaybackStarted, 1.5)
    script.asks(2).answers(2.5, "Two.").add(TTSFirstAudio, 2.75)
    script.add(AssistantText, 3, text="One.").add(PlaybackStopped, 3.5)
    script.add(PlaybackStarted, 3.75).add(AssistantText, 4, text="Two.").add(PlaybackStopped, 5)
    told = script.close(9).told()
    assert told.story == [
        LISTENS,
        SAY,
        "agent listening > speaking",
        REPLY,
        "assistant: One.",
        STOPS,
        THINKS,
        SPEAKS,
        "assistant: Two.",
        STOPS,
        END,
    ]
    assert "e2e_latency" not in told.items("assistant")[1]["metrics"]
    assert told.items("assistant")[1]["metrics"]["llm_node_ttft"] == 0.25


def test_audio_that_nobody_announced_is_a_speech_all_the_same():
    script = Script().start().add(PlaybackStarted, 1).add(AssistantText, 1.5, text="Boo.")
    told = script.add(PlaybackStopped, 2).close(9).told()
    assert told.story[1:4] == [SAY, "agent listening > speaking", "assistant: Boo."]


def test_a_refused_turn_leaves_no_message_and_no_reply():
    script = (
        Script().start().speaks(2, 3).hears(3.375, "Psst.").turn_ends(3.5, "Psst.", refused=True)
    )
    told = script.close(9).told()
    assert told.story == [LISTENS, *HEARD, "final: Psst.", END]
    assert told.data["user_turns"] == 0


def test_an_absent_user_is_brought_back_by_speech():
    told = Script().start().add(UserAway, 15).speaks(20, 21).close(30).told()
    assert told.story[1:4] == ["user listening > away", "user away > speaking", USER_STOPS]


def test_an_absent_user_is_brought_back_by_words_just_before_they_are_told():
    script = Script().start().add(UserAway, 15).hears(20, "Hm", final=False).hears(21, "Hello?")
    told = script.turn_ends(22, "Hello?").close(30).told()
    assert told.story[1:5] == [
        "user listening > away",
        "interim: Hm",
        "user away > listening",
        "final: Hello?",
    ]


@pytest.mark.parametrize("moment", ["user speaks", "bot thinks", "tool runs"])
def test_nobody_is_away_while_something_goes_on(moment):
    script = Script().start()
    if moment == "user speaks":
        script.add(UserSpeechStarted, 1, onset=0.75)
    else:
        script.add(ReplyRequested, 1)
    if moment == "tool runs":
        script.tools(2, "lookup").interrupts(2.5)
    told = script.add(UserAway, 20).close(30).told()
    assert "user listening > away" not in told.story


def test_a_cough_does_not_make_the_next_turn_start_early():
    script = Script().start().speaks(2, 2.25).user_turn(20, "Hello.").reply(21.5, "Hi.")
    told = script.close(30).told()
    assert told.items("user")[0]["metrics"]["started_speaking_at"] == T0 + 20


def test_words_that_come_after_the_user_went_on_still_belong_to_the_first_stretch():
    script = Script().start().add(UserSpeechStarted, 2.25, onset=2)
    script.add(UserSpeechStopped, 3.25, end=3).add(UserSpeechStarted, 3.5, onset=3.375)
    script.hears(3.625, "I want", confidence=0.5).add(UserSpeechStopped, 4.75, end=4.5)
    script.hears(5, "tea.", confidence=1.0).turn_ends(5.25, "I want tea.").reply(5.5, "Sure.")
    told = script.close(30).told()
    (turn,) = told.items("user")
    assert turn["metrics"]["started_speaking_at"] == T0 + 2
    assert turn["metrics"]["stopped_speaking_at"] == T0 + 4.5
    assert turn["metrics"]["transcription_delay"] == 0.5
    assert turn["metrics"]["end_of_turn_delay"] == 0.75
    assert turn["transcript_confidence"] == 0.75
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 2.0


def test_words_without_sound_have_no_delays():
    told = Script().start().hears(2, "Hello.").turn_ends(2.5, "Hello.").close(9).told()
    assert told.items("user")[0]["metrics"] == {"on_user_turn_completed_delay": 0.0}


def test_a_final_before_the_end_of_speech_counts_as_no_delay():
    script = Script().start().add(UserSpeechStarted, 2.25, onset=2).hears(2.5, "Hello.")
    told = script.add(UserSpeechStopped, 3.25, end=3).turn_ends(3.5, "Hello.").close(9).told()
    assert told.items("user")[0]["metrics"]["transcription_delay"] == 0


def test_an_empty_transcript_is_not_told():
    assert Script().start().hears(2, " ", final=False).close(9).told().story == [LISTENS, END]


def test_a_second_turn_while_the_first_is_held_by_its_hook_makes_one_message_of_both():
    """An interruption ends the hook, so nothing is announced: to the listener the turn went on."""
    script = Script().start().speaks(2, 3).hears(3.375, "One.", confidence=1.0)
    script.add(UserTurnEnded, 3.5, text="One.").interrupts(4).speaks(4, 5)
    script.hears(5.375, "Two.", confidence=0.5).turn_ends(5.5, "Two.").reply(5.5, "Three.")
    (turn,) = script.close(9).told().items("user")
    assert turn["content"] == ["One. Two."]
    assert turn["transcript_confidence"] == 0.75
    assert turn["metrics"]["started_speaking_at"] == T0 + 2
    assert turn["metrics"]["stopped_speaking_at"] == T0 + 5


def test_an_answer_without_text_brings_the_bot_back_to_listening():
    script = Script().start().user_turn(2, "Hm.").add(ReplyRequested, 3.5).answers(4)
    told = script.close(9).told()
    assert told.story[-3:] == [THINKS, "agent thinking > listening", END]
    assert told.items("assistant") == []


def test_a_signal_that_is_told_late_does_not_make_the_times_run_back():
    script = Script().start().add(UserSpeechStarted, 3, onset=2.75).hears(2.5, "Hm", final=False)
    told = script.close(9).told()
    assert told.event("user_input_transcribed")["created_at"] == T0 + 3


def test_what_comes_after_the_answer_began_to_be_heard_changes_no_latency():
    script = Script().start().user_turn(2, "Hi.").add(ReplyRequested, 3.5).add(PlaybackStarted, 4)
    script.add(TTSFirstAudio, 4.5).add(LLMFirstToken, 4.5).add(LLMAnswered, 4.5, characters=3)
    script.add(AssistantText, 5, text="Yo.").add(PlaybackStopped, 5)
    metrics = script.close(9).told().items("assistant")[0]["metrics"]
    assert "tts_node_ttfb" not in metrics
    assert metrics["e2e_latency"] == 1.0


def test_an_interruption_keeps_the_message_whose_audio_had_already_ended_whole():
    script = Script().start().add(SayRequested, 1, text="Bye.").add(PlaybackStarted, 1.5)
    script.add(PlaybackStopped, 2.5).add(Interrupted, 2.5).add(AssistantText, 2.625, text="Bye.")
    (bye,) = script.add(InterruptionSettled, 2.75).close(9).told().items("assistant")
    assert bye["interrupted"] is False


def test_a_gap_between_two_sentences_is_part_of_one_message():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5)
    # The LLM is slower than speech: the output falls silent and starts again.
    script.add(TTSFirstAudio, 4).add(PlaybackStarted, 4.5).add(PlaybackStopped, 6)
    script.answers(9, "First. Second.").plays(9.5, 11, "First. Second.")
    told = script.close(20).told()
    (item,) = told.items("assistant")
    assert item["content"] == ["First. Second."]
    assert item["metrics"]["started_speaking_at"] == T0 + 4.5
    assert item["metrics"]["stopped_speaking_at"] == T0 + 11
    assert item["metrics"]["e2e_latency"] == 1.5
    assert told.story.count("agent thinking > speaking") == 1
    assert told.story.count(REPLY) == 1


def test_a_tool_whose_result_needs_no_answer_leaves_the_bot_listening():
    script = Script().start().user_turn(2, "Lights off.").asks(3.5).tools(3.75, "lights").answers(4)
    told = script.tool_ends(5, answered_by_llm=False).close(20).told()
    assert told.story[-3:] == ["tools: lights", "agent thinking > listening", END]
