"""A cut that comes in the moment in which audio and words are let go of.

Pipecat's processors let an interruption overtake the frames that wait before them. What was let go
of just before it would then be heard, and written down, after it.
"""

import asyncio

import pytest
from pipecat.frames.frames import Frame, InterruptionFrame, OutputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from tests.calls.heard import all_of, ranges, within
from tests.calls.on_the_line import LineCall, Said, Scene
from tests.calls.together import Played, play_together
from tests.scripted.audio_code import encode

REPLY = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."
QUESTION, ANSWER = "What?", "Nothing."
PER_CHARACTER = 0.05
# A word whose beginning is in the middle of a piece of 20 ms, so that it goes along with this one.
WORD = "ten"
RATE = 24000
# Seconds in which the word must have come on a busy machine.
WITHIN = 20


async def cut_at_a_word(line: LineCall) -> None:
    """An interruption is next in the event loop when the audio of a word is let go of."""
    voice = line.call._parts.floor.playback
    assert isinstance(voice, FrameProcessor)
    push = voice.push_frame
    sample = encode(round(REPLY.index(WORD) * PER_CHARACTER * RATE), 1)
    cuts: list[asyncio.Task[None]] = []
    cut = asyncio.Event()

    async def push_in_a_race(
        frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        if isinstance(frame, OutputAudioRawFrame) and sample in frame.audio and not cuts:
            cuts.append(asyncio.create_task(voice.queue_frame(InterruptionFrame())))
            cut.set()
        await push(frame, direction)

    await line.call.generate_reply("Go ahead.")
    # The code of a sample is another one's too, one period of 1.3 seconds earlier.
    await line.heard_for(1.5)
    voice.push_frame = push_in_a_race  # type: ignore[method-assign]
    # Not for what is heard: how much of it the cut leaves depends on how far the output had got.
    await asyncio.wait_for(cut.wait(), WITHIN)
    await asyncio.sleep(0.4)
    await line.call.send_text(QUESTION)
    await line.heard_next()


ALL = {
    voice: Scene(
        cut_at_a_word,
        answers=[{"content": REPLY}, {"input": QUESTION, "content": ANSWER}],
        voice={"seconds_per_character": PER_CHARACTER, "word_times": voice == "words timed"},
    )
    for voice in ("words timed", "words untimed")
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play_together(ALL, tmp_path_factory.mktemp("sessions"))


@pytest.mark.parametrize("name", ALL)
def test_nothing_that_was_let_go_of_is_heard_out_of_its_order(played: Played, name: str) -> None:
    line = played[name]
    reply, answer = line.tts.spoken
    before = ranges(within(line.played, end=answer.at))
    after = ranges(within(line.played, start=answer.at), answer.first_sample)
    assert [heard.start for heard in before] == [reply.first_sample]
    assert after == [all_of([answer])]


@pytest.mark.parametrize("name", ALL)
def test_no_word_of_a_reply_that_was_cut_gets_into_the_next_one(played: Played, name: str) -> None:
    line = played[name]
    cut, answer = line.said
    assert cut.interrupted
    assert answer == Said(ANSWER, interrupted=False)
    assert line.in_context == [cut.text, answer.text]
