"""The parts of turn-taking together, wired as in a call: who has the floor, and what is logged."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import TTSTextFrame

from eventlog.signals import (
    FalseInterruption,
    Interrupted,
    PlaybackPaused,
    PlaybackResumed,
    TextReceived,
    UserTurnDropped,
)
from tests.processors.conversation import Conversation, timeless_services
from tests.processors.timeless import timeless, until

# Pytest finds a fixture by its name in the module that uses it.
__all__ = ["timeless_services"]

pytestmark = pytest.mark.usefixtures("timeless_services")

# 42 characters, which its voice speaks in 4.2 seconds.
LONG = {"content": "One two three, and four five six; seven eight."}
SHORT = {"content": "Good."}


async def conversation(*answers, **options):
    return await Conversation(*answers, **options).begin()


@timeless
async def test_a_turn_is_answered():
    call = await conversation(SHORT)
    await call.user_says(1, "How are you?")
    await until(9)
    # True end of speech at 1.8, end of turn 0.5 later, then 0.4 for the LLM and 0.1 for the voice.
    assert call.audio_times()[0] == 2.8
    assert call.heard == [0.5]
    assert call.log == ["user: How are you?", "assistant: Good."]


@timeless
@pytest.mark.parametrize("word_times", [True, False])
async def test_a_reply_that_is_cut_is_on_record_as_far_as_it_was_heard(word_times):
    call = await conversation(LONG, SHORT, word_times=word_times)
    await call.user_says(1, "How are you?")
    await call.user_says(3.5, "Stop that.")
    await until(9)
    # It is heard from 2.8 to the pause at 3.8: ten characters, and what was handed on already.
    assert call.log == [
        "user: How are you?",
        "assistant: One two three,",
        "user: Stop that.",
        "assistant: Good.",
    ]
    assert call.signalled(PlaybackPaused) == [3.8]
    assert call.signalled(Interrupted)[1:] == [4.5]
    assert call.heard[0] == pytest.approx(1.06, abs=0.03)
    assert call.heard[1:] == [0.5]


@timeless
@pytest.mark.parametrize("word_times", [True, False])
async def test_a_noise_pauses_the_reply_and_loses_nothing_of_it(word_times):
    call = await conversation(LONG, word_times=word_times)
    await call.user_says(1, "How are you?")
    await call.user_starts(3.5)
    await call.user_stops(4.2)
    await until(20)
    assert call.heard == [len(LONG["content"]) / 10]
    assert call.log == ["user: How are you?", f"assistant: {LONG['content']}"]
    assert call.signalled(PlaybackPaused, PlaybackResumed, FalseInterruption) == [3.8, 6.2, 6.2]
    assert call.asked == 1


@timeless
async def test_a_noise_while_the_bot_thinks_holds_its_reply_and_loses_nothing_of_it():
    call = await conversation(SHORT, thinks=1.0)
    await call.user_says(1, "How are you?")
    await call.user_starts(2.4)
    await call.user_stops(3.2)
    await until(20)
    assert call.signalled(PlaybackPaused, PlaybackResumed, FalseInterruption) == [2.7, 5.2, 5.2]
    assert call.audio_times()[0] == 5.2
    assert call.heard == [0.5]
    assert call.asked == 1


@timeless
async def test_a_bot_that_cannot_pause_is_cut_at_once_and_says_that_it_was_for_nothing():
    call = await conversation(LONG, resume=False)
    await call.user_says(1, "How are you?")
    await call.user_starts(3.5)
    await call.user_stops(4.2)
    await until(20)
    assert call.signalled(PlaybackPaused, FalseInterruption) == [6.2]
    assert call.log[1:] == ["assistant: One two three,"]


@timeless
async def test_too_few_words_leave_the_reply_alone_and_begin_the_next_turn():
    call = await conversation(LONG, SHORT, min_words=2)
    await call.user_says(1, "How are you?")
    await call.user_says(3, "Hm.", 0.6)
    await call.user_says(4.6, "Stop now.", 0.6)
    await until(20)
    assert call.log[2:] == ["user: Hm. Stop now.", "assistant: Good."]
    assert call.signalled(PlaybackPaused) == [5.2]
    assert call.asked == 2


@timeless
async def test_a_reply_to_a_turn_that_began_at_its_end_is_protected_like_any_other():
    call = await conversation(SHORT, SHORT, min_words=2, thinks=2.0)
    await call.says("Hello there.", at=1)
    # Too few words to stop the bot; when their turn ends it is silent.
    await call.words(2.2, "Yes.")
    await until(3)
    assert call.log == ["assistant: Hello there.", "user: Yes."]
    assert call.floor.busy
    await call.user_starts(3.5)
    await call.user_stops(3.7)
    await until(20)
    assert call.log[2:] == ["assistant: Good."]


@timeless
async def test_what_is_said_over_a_speech_that_may_not_be_cut_is_no_turn():
    call = await conversation(SHORT)
    await call.says("One two three four five six.", at=1, cut=False)
    await call.user_says(2, "Hm.", 0.6)
    await call.user_says(6, "So?", 0.6)
    await until(20)
    assert call.signalled(UserTurnDropped) == [2.9]
    assert call.heard == [2.8 + 0.5]
    assert call.log == ["assistant: One two three four five six.", "user: So?", "assistant: Good."]


@timeless
async def test_where_interruptions_are_not_allowed_a_reply_is_heard_to_its_end():
    call = await conversation(LONG, floor={"allow_interruptions": False})
    await call.user_says(1, "How are you?")
    await call.user_says(3.5, "Stop that.")
    await until(20)
    assert call.log == ["user: How are you?", f"assistant: {LONG['content']}"]
    assert call.heard == [len(LONG["content"]) / 10]


@timeless
async def test_a_bot_that_begins_to_speak_into_the_users_turn_is_held_and_then_cut():
    call = await conversation(SHORT)
    await call.user_starts(1)
    await call.says("One two three four five six.", at=1.1)
    await call.user_stops(3)
    await call.words(3, "Hello there.")
    await until(20)
    assert call.log == ["assistant: One", "user: Hello there.", "assistant: Good."]
    assert call.signalled(PlaybackPaused) == [1.3]
    assert len(call.heard) == 2


@timeless
async def test_typed_text_cuts_the_reply_and_is_answered_after_what_was_heard_of_it():
    call = await conversation(LONG, SHORT)
    await call.user_says(1, "How are you?")
    await call.types(4.5, "Stop.")
    await until(20)
    assert call.log[1:] == ["assistant: One two three, and", "user: Stop.", "assistant: Good."]
    assert call.signalled(TextReceived) == [4.5]
    assert call.asked == 2


@timeless
async def test_typed_text_behind_a_speech_that_may_not_be_cut_is_answered_after_it():
    call = await conversation(SHORT)
    await call.says("One two three four five six.", at=1, cut=False)
    await call.types(2, "And?")
    await until(20)
    assert call.heard == [2.8 + 0.5]
    assert sorted(call.log) == [
        "assistant: Good.",
        "assistant: One two three four five six.",
        "user: And?",
    ]


@timeless
async def test_after_the_end_of_the_call_has_begun_the_users_words_are_not_answered():
    call = await conversation(SHORT)
    await call.user_starts(1)
    await call.words(1.5, "By the way")
    call.floor.close()
    await call.user_stops(2)
    await until(9)
    assert call.log == ["user: By the way"]
    assert call.asked == 0
    assert call.down.all(TTSTextFrame) == []
