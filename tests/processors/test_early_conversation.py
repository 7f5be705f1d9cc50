"""Replies that are begun before the end of the user's turn, in whole conversations."""

from __future__ import annotations

import asyncio

import pytest

from eventlog.signals import LLMFirstToken, ReplyDiscarded, ReplyRequested
from processors.user_turn_gate import RefuseTurn
from tests.processors.conversation import Conversation, timeless_services
from tests.processors.timeless import timeless, until

# Pytest finds a fixture by its name in the module that uses it.
__all__ = ["timeless_services"]

pytestmark = pytest.mark.usefixtures("timeless_services")

LONG = {"content": "One two three, and four five six; seven eight."}
SHORT = {"content": "Good."}


async def conversation(*answers, **options):
    return await Conversation(*answers, early=True, **options).begin()


@timeless
async def test_a_reply_that_is_begun_early_is_heard_earlier_and_asked_for_once():
    call = await conversation(SHORT)
    await call.user_says(1, "How are you?")
    await until(9)
    # The LLM is asked at 2.0; until the end of the turn at 2.3 it would have waited.
    assert call.audio_times()[0] == 2.5
    assert call.asked == 1
    assert call.log == ["user: How are you?", "assistant: Good."]
    assert call.signalled(ReplyRequested) == [2.0]
    assert call.signalled(LLMFirstToken) == [2.4]


@timeless
async def test_a_reply_that_is_ready_early_waits_for_the_end_of_the_turn():
    call = await conversation(SHORT, thinks=0.1)
    await call.user_says(1, "How are you?")
    await until(9)
    assert call.audio_times()[0] == 2.4
    assert call.asked == 1
    assert call.signalled(LLMFirstToken) == [2.1]


@timeless
async def test_more_words_have_the_early_reply_begun_anew():
    call = await conversation(LONG, SHORT, thinks=1.0)
    await call.user_starts(1)
    await call.words(1.5, "How are")
    await call.user_stops(2)
    await call.words(2, "you?")
    await until(9)
    assert call.signalled(ReplyRequested) == [1.5, 2.0]
    assert call.signalled(ReplyDiscarded) == [2.0]
    assert call.log[0] == "user: How are you?"
    assert len(call.heard) == 1


@timeless
async def test_the_first_token_of_an_early_reply_is_not_that_of_the_one_before():
    call = await conversation(LONG, SHORT, thinks=1.0)
    await call.user_starts(1)
    await call.words(1.5, "How are")
    await call.user_stops(2)
    await call.words(2, "you?")
    await until(9)
    # Of the first attempt, which is called off at 2.0, none is told.
    assert [round(at, 1) for at in call.signalled(LLMFirstToken)] == [3.0]


@timeless
async def test_a_hook_that_changes_the_context_has_the_llm_asked_again_and_one_reply_heard():
    async def hook(context, _text):
        context.add_message({"role": "developer", "content": "Be brief."})

    call = await conversation(LONG, SHORT, hook=hook, thinks=0.1)
    await call.user_says(1, "How are you?")
    await until(9)
    assert [request.speculative for request in call.llm.requests] == [True, False]
    assert call.log == ["user: How are you?", "developer: Be brief.", "assistant: Good."]
    assert call.heard == [0.5]


@timeless
async def test_a_hook_that_refuses_the_turn_leaves_nothing_of_the_early_reply():
    async def hook(_context, text):
        if text == "Psst.":
            raise RefuseTurn

    call = await conversation(LONG, SHORT, hook=hook, thinks=0.1)
    await call.user_says(1, "Psst.")
    await call.user_says(5, "How are you?")
    await until(20)
    assert call.log == ["user: How are you?", "assistant: Good."]
    assert call.heard == [0.5]


@timeless
@pytest.mark.parametrize("thinks", [0.1, 0.4])
async def test_an_llm_that_wants_a_tool_runs_it_once_the_turn_is_certain(thinks):
    call = await conversation(
        {"input": "Rain?", "tool_calls": [{"name": "rain"}]},
        {"input": "sunny", "content": "Sun."},
        thinks=thinks,
    )
    ran = []

    async def rain(params):
        ran.append(call.log[:])
        await params.result_callback("sunny")

    call.llm.register_function("rain", rain)
    await call.user_says(1, "Rain?")
    await until(20)
    assert len(ran) == 1
    assert ran[0][0] == "user: Rain?"
    assert call.log[-1] == "assistant: Sun."
    assert call.heard == [0.4]


@timeless
async def test_a_turn_that_interrupts_the_hook_of_the_one_before_is_answered_once():
    async def hook(_context, text):
        if text == "So?":
            await asyncio.sleep(3)

    call = await conversation(LONG, SHORT, SHORT, hook=hook)
    await call.user_says(1, "So?")
    await call.user_says(3, "And now?")
    await until(20)
    assert call.log == ["user: So?", "user: And now?", "assistant: Good."]
    assert [request.speculative for request in call.llm.requests] == [True, False]
    assert call.heard == [0.5]


@timeless
async def test_an_early_reply_in_a_turn_that_interrupted_a_hook_waits_for_the_turns_end():
    async def hook(_context, text):
        if text == "So?":
            await asyncio.sleep(3)

    call = await conversation(LONG, LONG, SHORT, hook=hook)
    await call.user_says(1, "So?")
    await call.user_starts(3)
    await call.words(3.5, "And now")
    await call.words(4, "tell me")
    await call.user_stops(7)
    await call.words(7, "what.")
    await until(20)
    assert call.audio_times()[0] > 7.3
    assert call.log[1:] == ["user: And now tell me what.", "assistant: Good."]


@timeless
async def test_typed_text_takes_the_place_of_a_reply_that_was_begun_early():
    call = await conversation(SHORT, SHORT, SHORT, thinks=0.1)
    await call.user_starts(1)
    await call.words(1.5, "So")
    await call.types(1.8, "Typed.")
    await call.user_stops(5)
    await call.words(5, "what?")
    await until(20)
    # Its reply is held by the user, who speaks on, and cut by the words.
    assert call.log == ["user: Typed.", "user: So what?", "assistant: Good."]
    assert call.asked == 3
    assert call.signalled(ReplyRequested) == [1.5, 1.8, 5.3]
    assert call.signalled(ReplyDiscarded) == [1.8]
