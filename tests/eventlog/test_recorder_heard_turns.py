"""Turns that a realtime model heard itself: they are answered before their words are known."""

import pytest

from eventlog.signals import (
    Interrupted,
    InterruptionSettled,
    LLMFirstToken,
    PlaybackStarted,
    PlaybackStopped,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnHeard,
)
from tests.eventlog.folding import END, REPLY, SPEAKS, STOPS, T0, THINKS, Script

USER = ["user listening > speaking", "user speaking > listening"]


def heard(script, onset, *, lasts=1.0):
    """The user speaks, and half a second later the model has heard a turn."""
    script.speaks(onset, onset + lasts)
    return script.add(UserTurnHeard, onset + lasts + 0.5)


def worded(script, at, text):
    return script.hears(at, text).turn_ends(at, text)


def spoken(script, start, stop, text):
    """An answer is heard, which began with its first token a moment before."""
    script.add(LLMFirstToken, start - 0.125).answers(start + 0.25, text)
    return script.plays(start, stop, text)


def test_the_bot_thinks_when_the_turn_is_over_and_the_words_come_before_it_speaks():
    script = worded(heard(Script().start(), 2), 3.625, "Hello?")
    told = spoken(script, 4, 5, "Yes.").close(9).told(realtime=True)
    assert told.story[1:] == [
        *USER,
        REPLY,
        THINKS,
        "final: Hello?",
        "user: Hello?",
        SPEAKS,
        "assistant: Yes.",
        STOPS,
        END,
    ]
    (item,) = told.items("user")
    assert item["created_at"] == T0 + 3.5
    assert item["metrics"]["end_of_turn_delay"] == 0.5
    assert item["metrics"]["transcription_delay"] == 0.625


def test_the_latency_counts_from_the_end_of_speech_however_late_the_words_are():
    script = heard(Script().start(), 2).add(LLMFirstToken, 3.75).answers(4.25, "Yes.")
    script.add(PlaybackStarted, 4)
    worded(script, 4.5, "Hello?").plays(4, 6, "Yes.")
    script.signals.sort(key=lambda signal: signal.at)
    told = script.close(9).told(realtime=True)
    (answer,) = told.items("assistant")
    assert answer["metrics"]["e2e_latency"] == 1.0
    (turn,) = told.data["parley"]["turns"]
    assert [(part["name"], part["seconds"]) for part in turn["parts"]][:3] == [
        ("endpointing", 0.5),
        ("scheduling", 0.0),
        ("llm", 0.25),
    ]
    assert turn["providers"] == {"realtime": "scripted"}
    assert [item["role"] for item in told.data["chat_history"]["items"][1:]] == [
        "user",
        "assistant",
    ]


def test_a_turn_whose_words_never_come_leaves_no_item_and_takes_no_others_words():
    script = spoken(heard(Script().start(), 2), 4, 5, "Pardon?").hears(5.25, "")
    script = worded(heard(script, 6), 7.625, "Hello?")
    told = spoken(script, 8, 9, "Yes.").close(12).told(realtime=True)
    (item,) = told.items("user")
    assert item["metrics"]["started_speaking_at"] == T0 + 6
    assert len(told.data["parley"]["turns"]) == 1


def test_words_that_were_given_up_after_ten_seconds_are_not_waited_for():
    script = spoken(heard(Script().start(), 2), 4, 5, "Pardon?")
    script = worded(heard(script, 20), 21.625, "Hello?")
    told = spoken(script, 22, 23, "Yes.").close(30).told(realtime=True)
    (item,) = told.items("user")
    assert item["metrics"]["started_speaking_at"] == T0 + 20


def test_the_words_of_a_turn_may_come_while_the_user_speaks_again():
    script = heard(Script().start(), 2)
    script.add(UserSpeechStarted, 3.75, onset=3.625)
    script.add(Interrupted, 3.75).add(InterruptionSettled, 3.75)
    worded(script, 3.875, "Hello?")
    script.add(UserSpeechStopped, 5, end=4.75).add(UserTurnHeard, 5.25)
    worded(script, 5.375, "Are you there?")
    told = spoken(script, 6, 7, "Yes.").close(9).told(realtime=True)
    first, second = told.items("user")
    assert first["metrics"]["stopped_speaking_at"] == T0 + 3
    assert second["metrics"]["started_speaking_at"] == T0 + 3.625
    (turn,) = told.data["parley"]["turns"]
    assert turn["user_item"] == second["id"]


@pytest.mark.parametrize("silence", [4.0, 4.25])
def test_a_model_may_hear_the_end_before_the_vad_does(silence):
    script = Script().start().add(UserSpeechStarted, 2.25, onset=2.0)
    script.add(UserTurnHeard, 3.5).add(UserSpeechStopped, silence, end=3.25)
    told = spoken(worded(script, 4.375, "Hello?"), 5, 6, "Yes.").close(9).told(realtime=True)
    (item,) = told.items("user")
    assert item["metrics"]["stopped_speaking_at"] == T0 + 3.25
    assert item["metrics"]["end_of_turn_delay"] == 0.25


def test_words_that_the_close_overtakes_are_told_all_the_same():
    script = heard(Script().start(), 2).hears(3.625, "Hello?")
    told = script.close(3.75).told(realtime=True)
    assert told.story[-2] == "user: Hello?"


def test_an_answer_that_is_cut_before_it_is_heard_leaves_the_turn_unanswered():
    script = worded(heard(Script().start(), 2), 3.625, "Hello?").interrupts(3.75)
    told = script.close(6).told(realtime=True)
    assert told.data["parley"]["turns"] == []
    assert told.items("assistant") == []
    assert PlaybackStopped not in [type(signal) for signal in script.signals]
