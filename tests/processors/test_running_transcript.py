"""What the user has said since the last turn."""

from __future__ import annotations

import pytest
from pipecat.frames.frames import InterimTranscriptionFrame, TextFrame, TranscriptionFrame

from processors.running_transcript import RunningTranscript


def final(text):
    return TranscriptionFrame(text=text, user_id="", timestamp="")


def interim(text):
    return InterimTranscriptionFrame(text=text, user_id="", timestamp="")


def transcript_of(*frames):
    transcript = RunningTranscript()
    for frame in frames:
        assert transcript.take(frame)
    return transcript


def test_its_text_is_that_of_the_finals():
    transcript = transcript_of(final(" Well, "), interim("so"), final("so what?"), interim("I"))
    assert transcript.text == "Well, so what?"


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([], 0),
        ([interim("stop that")], 2),
        ([interim("stop"), interim("stop that now")], 3),
        ([final("Stop that."), interim("please")], 3),
        ([interim("stop that"), final("Stop that.")], 2),
        ([final("Stop."), final("Stop  now.")], 3),
    ],
)
def test_the_running_segment_counts_until_its_final_replaces_it(frames, words):
    assert transcript_of(*frames).words == words


@pytest.mark.parametrize("frame", [final("  "), interim(""), TextFrame("words of the bot")])
def test_what_has_no_words_of_the_user_is_not_taken(frame):
    transcript = RunningTranscript()
    assert not transcript.take(frame)
    assert (transcript.text, transcript.words) == ("", 0)


def test_an_empty_final_leaves_the_running_segment():
    transcript = transcript_of(interim("stop that"))
    transcript.take(final(" "))
    assert transcript.words == 2


def test_a_turn_takes_all_of_it():
    transcript = transcript_of(final("Well."), interim("so"))
    transcript.clear()
    assert (transcript.text, transcript.words) == ("", 0)
    transcript.take(final("Next."))
    assert transcript.text == "Next."
