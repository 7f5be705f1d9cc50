"""Typed text: a turn that was not spoken, which cuts the bot and is answered."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import (
    InputTransportMessageFrame,
    InterruptionFrame,
    LLMMessagesAppendFrame,
    TextFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from processors.floor import Floor
from processors.frames import TypedTextFrame, UserTurnCompletedFrame
from processors.typed_text import TypedText, sent_text
from tests.processors.stage import Stage
from tests.processors.timeless import timeless, until

TURN = [TypedTextFrame, UserTurnCompletedFrame, LLMMessagesAppendFrame]
# What answers it is announced before it cuts the bot, as in LiveKit.
CUT = [TypedTextFrame, InterruptionFrame, *TURN[1:]]


class Sound:
    """A voice that sounds, and may be cut or not."""

    quiet_since = 0.0

    def __init__(self, *, interruptible=True):
        self.sounding, self.interruptible = True, interruptible


class Typing(Stage):
    """Typed text, and what the user's aggregator gets of it."""

    def __init__(self, **options):
        self.floor = Floor()
        super().__init__(TypedText(self.floor, **options))

    async def settles(self, at):
        """The interruption reaches the end of the pipeline."""
        await until(at)
        self.floor.settle()
        await until(at + 0.01)

    @property
    def asked(self):
        """What the LLM is to answer."""
        assert all(frame.run_llm for frame in self.down.all(LLMMessagesAppendFrame))
        return [frame.messages for frame in self.down.all(LLMMessagesAppendFrame)]


async def typing(**options):
    return await Typing(**options).begin()


def rtvi(content, **more):
    message = {"label": "rtvi-ai", "type": "send-text", "id": "1", "data": {"content": content}}
    return InputTransportMessageFrame(message=message | more)


def user(text):
    return {"role": "user", "content": text}


@timeless
async def test_an_idle_bot_answers_typed_text_at_once():
    stage = await typing()
    await stage.sends(TypedTextFrame(text="Hello."))
    assert stage.down.kinds() == TURN
    assert stage.asked == [[user("Hello.")]]
    assert stage.down.all(TypedTextFrame)[0].text == "Hello."
    assert not stage.down.all(UserTurnCompletedFrame)[0].refused


@timeless
async def test_a_busy_bot_is_cut_by_it():
    stage = await typing()
    stage.floor.playback = Sound()
    await stage.sends(TypedTextFrame(text="Stop."))
    assert stage.down.kinds() == CUT[:2]
    assert stage.up.kinds() == [InterruptionFrame]
    assert stage.floor.settling


@timeless
async def test_a_thinking_bot_is_cut_by_it_too():
    stage = await typing()
    stage.floor.thinks()
    await stage.sends(TypedTextFrame(text="Stop."))
    await stage.settles(0.1)
    assert stage.down.kinds() == CUT
    assert not stage.floor.busy


@timeless
async def test_it_is_answered_when_the_cut_reply_is_in_the_context():
    stage = await typing()
    stage.floor.playback = Sound()
    await stage.sends(TypedTextFrame(text="Stop."))
    await until(0.3)
    assert stage.asked == []
    await stage.settles(0.4)
    assert stage.asked == [[user("Stop.")]]
    assert stage.down.times(LLMMessagesAppendFrame) == [0.4]
    assert stage.down.kinds() == CUT


@timeless
async def test_what_may_not_be_cut_is_not_and_the_answer_comes_behind_it():
    stage = await typing()
    stage.floor.playback = Sound(interruptible=False)
    await stage.sends(TypedTextFrame(text="And then?"))
    assert stage.down.kinds() == TURN
    assert stage.up.kinds() == []


@timeless
async def test_texts_typed_in_a_hurry_are_all_answered_in_their_order():
    stage = await typing()
    stage.floor.playback = Sound()
    await stage.sends(TypedTextFrame(text="One."), TypedTextFrame(text="Two."))
    stage.floor.playback = None
    await stage.settles(0.1)
    assert stage.asked == [[user("One.")]]
    stage.floor.thinks()
    await stage.settles(0.2)
    assert stage.asked == [[user("One.")], [user("Two.")]]
    assert stage.down.kinds() == [*CUT, *CUT]


@timeless
async def test_an_interruption_meanwhile_does_not_lose_it():
    stage = await typing()
    stage.floor.playback = Sound()
    await stage.sends(TypedTextFrame(text="One."), TypedTextFrame(text="Two."))
    await stage.returns(InterruptionFrame())
    stage.floor.playback = None
    await stage.settles(0.1)
    stage.floor.thinks()
    await stage.settles(0.2)
    assert stage.asked == [[user("One.")], [user("Two.")]]


@timeless
@pytest.mark.parametrize("text", ["", " \n"])
async def test_typed_nothing_is_nothing(text):
    stage = await typing()
    stage.floor.playback = Sound()
    await stage.sends(TypedTextFrame(text=text), rtvi(text))
    assert stage.down.kinds() == [InputTransportMessageFrame]
    assert not stage.floor.settling


@timeless
async def test_the_far_sides_send_text_is_typed_text():
    stage = await typing()
    await stage.sends(rtvi("Hello."))
    assert stage.down.kinds() == [InputTransportMessageFrame, *TURN]
    assert stage.asked == [[user("Hello.")]]


@timeless
async def test_the_far_sides_send_text_cuts_a_busy_bot():
    stage = await typing()
    stage.floor.playback = Sound()
    await stage.sends(rtvi("Stop."))
    await stage.settles(0.1)
    assert stage.down.kinds() == [InputTransportMessageFrame, *CUT]


@timeless
async def test_where_pipecat_answers_the_far_side_its_message_is_taken_over_instead():
    stage = await typing(answers_rtvi=False)
    stage.floor.playback = Sound()
    appended = LLMMessagesAppendFrame(messages=[user("Hello.")], run_llm=True)
    await stage.sends(rtvi("Hello."), appended)
    await stage.settles(0.1)
    assert stage.down.kinds() == [InputTransportMessageFrame, *CUT]
    assert stage.asked == [[user("Hello.")]]


@timeless
async def test_an_interruption_meanwhile_does_not_lose_what_was_taken_over():
    stage = await typing(answers_rtvi=False)
    stage.floor.playback = Sound()
    await stage.sends(LLMMessagesAppendFrame(messages=[user("Hello.")], run_llm=True))
    await stage.returns(InterruptionFrame())
    await stage.settles(0.1)
    assert stage.asked == [[user("Hello.")]]


@timeless
@pytest.mark.parametrize(
    ("messages", "run_llm"),
    [
        ([user("Known.")], False),
        ([user("One."), user("two.")], True),
        ([{"role": "developer", "content": "Be brief."}], True),
        ([user([{"type": "text", "text": "A picture."}])], True),
        ([], True),
    ],
)
async def test_messages_that_are_no_typed_text_pass(messages, run_llm):
    stage = await typing()
    stage.floor.playback = Sound()
    appended = LLMMessagesAppendFrame(messages=messages, run_llm=run_llm)
    await stage.sends(appended, TextFrame("x"))
    assert stage.down.all() == [appended, *stage.down.all(TextFrame)]
    assert not stage.floor.settling


@timeless
async def test_messages_on_their_way_up_pass():
    stage = await typing()
    await stage.returns(LLMMessagesAppendFrame(messages=[user("Hello.")], run_llm=True))
    assert stage.up.kinds() == [LLMMessagesAppendFrame]
    await stage.processors[0].queue_frame(rtvi("Hello."), FrameDirection.UPSTREAM)
    await until(1)
    assert stage.up.kinds() == [LLMMessagesAppendFrame, InputTransportMessageFrame]
    assert stage.down.kinds() == []


@pytest.mark.parametrize(
    "message",
    [
        None,
        "send-text",
        {},
        {"label": "other", "type": "send-text", "data": {"content": "x"}},
        {"label": "rtvi-ai", "type": "client-ready", "data": {"content": "x"}},
        {"label": "rtvi-ai", "type": "send-text"},
        {"label": "rtvi-ai", "type": "send-text", "data": "x"},
        {"label": "rtvi-ai", "type": "send-text", "data": {"content": 7}},
    ],
)
def test_other_messages_of_the_far_side_have_no_text(message):
    assert sent_text(message) == ""


@timeless
async def test_a_text_that_is_sent_only_to_be_known_is_not_answered():
    stage = await typing()
    stage.floor.playback = Sound()
    options = {"run_immediately": False}
    await stage.sends(rtvi("Known.", data={"content": "Known.", "options": options}))
    assert stage.down.kinds() == [InputTransportMessageFrame, LLMMessagesAppendFrame]
    [appended] = stage.down.all(LLMMessagesAppendFrame)
    assert (appended.messages, appended.run_llm) == ([user("Known.")], None)
    assert not stage.floor.settling
