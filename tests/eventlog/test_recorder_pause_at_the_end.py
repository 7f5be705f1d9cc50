"""A reply that was over as it was paused: nothing comes after the pause but its end.

All of its sound was out already, and the log must tell it once, whole, in its place.
"""

import pytest

from eventlog.signals import (
    AssistantText,
    Interrupted,
    InterruptionSettled,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
    SayRequested,
    TTSFirstAudio,
)
from tests.eventlog.folding import END, REPLY, SAY, SPEAKS, STOPS, T0, USER_SPEAKS, Script
from tests.eventlog.test_recorder_pausing import FALSE, GOES_ON, TEXT, heard

WHOLE = [SPEAKS, STOPS, GOES_ON, f"assistant: {TEXT}", STOPS]
FALSE_BEFORE = [SPEAKS, STOPS, GOES_ON, FALSE, f"assistant: {TEXT}", STOPS]


def whole(script):
    """The report must tell it once, whole, and let a later reply be heard as ever."""
    told = script.user_turn(15, "More.").reply(16.5, "Four.").close(30).told()
    first, second = told.items("assistant")
    assert first["metrics"]["stopped_speaking_at"] == T0 + 6.0625
    assert (first["content"], first["interrupted"]) == ([TEXT], False)
    assert second["metrics"]["started_speaking_at"] == T0 + 17.5
    assert second["metrics"]["stopped_speaking_at"] == T0 + 18.5
    assert second["metrics"]["e2e_latency"] == 1.5
    return told.story[7 : told.story.index(USER_SPEAKS, 7)]


def test_its_end_and_its_words_come_in_the_pause():
    script = heard().pauses(6).add(PlaybackStopped, 6.125).add(AssistantText, 6.25, text=TEXT)
    assert whole(script.resumes(9)) == [*WHOLE, FALSE]


def test_its_words_come_before_the_pause_and_its_end_in_it():
    script = heard().add(AssistantText, 5.9375, text=TEXT).pauses(6)
    assert whole(script.add(PlaybackStopped, 9).resumes(9.5)) == [*WHOLE, FALSE]


def test_its_words_come_after_the_pause():
    script = heard().pauses(6).add(PlaybackStopped, 9).resumes(9.5)
    assert whole(script.add(AssistantText, 9.75, text=TEXT)) == FALSE_BEFORE


def test_its_words_come_after_the_pause_and_the_output_stops_once_more():
    script = heard().pauses(6).add(PlaybackStopped, 9).resumes(9.5)
    script.add(PlaybackStopped, 9.625).add(AssistantText, 9.75, text=TEXT)
    assert whole(script) == FALSE_BEFORE


def test_there_was_nothing_to_go_on_with_so_that_no_interruption_was_false():
    script = heard().pauses(6).add(PlaybackStopped, 6.125).add(AssistantText, 6.25, text=TEXT)
    assert whole(script.add(PlaybackResumed, 9)) == WHOLE


def test_it_had_ended_and_only_its_words_come_in_the_pause():
    script = heard().add(PlaybackStopped, 6.0625).pauses(6.125)
    assert whole(script.add(AssistantText, 6.25, text=TEXT).resumes(9)) == [*WHOLE, FALSE]


@pytest.mark.parametrize("ready", [True, False])
def test_what_waits_behind_it_comes_next(ready):
    script = heard().add(AssistantText, 5.9375, text=TEXT).add(SayRequested, 5.9375, text="Next.")
    script.pauses(6).add(PlaybackStopped, 6.125)
    script.add(TTSFirstAudio, 7) if ready else None
    script.resumes(9).add(PlaybackStarted, 9.0625)
    script.add(AssistantText, 9.5, text="Next.").add(PlaybackStopped, 10)
    told = script.close(30).told()
    spoken = [(i["content"], i["metrics"]["started_speaking_at"]) for i in told.items("assistant")]
    assert spoken == [([TEXT], T0 + 4.5), (["Next."], T0 + 9.0625)]
    begins = [GOES_ON, FALSE] if ready else [FALSE, GOES_ON]
    assert told.story[7:] == [SPEAKS, SAY, *WHOLE[1:], *begins, "assistant: Next.", STOPS, END]


def test_a_reply_that_waits_behind_it_is_made_when_it_may_be_heard():
    script = heard().asks(5).answers(5.5, "Next.").add(AssistantText, 5.9375, text=TEXT)
    script.pauses(6).add(PlaybackStopped, 6.125).add(TTSFirstAudio, 7).resumes(9)
    script.add(PlaybackStarted, 9.0625).add(AssistantText, 9.5, text="Next.")
    told = script.add(PlaybackStopped, 10).close(30).told()
    assert told.items("assistant")[1]["created_at"] == T0 + 9
    assert told.story[7:15] == [SPEAKS, REPLY, *WHOLE[1:], GOES_ON, FALSE]


def test_what_waits_behind_words_before_a_tool_comes_before_the_tools_answer():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).tools(4, "lookup")
    script.answers(4.25, TEXT).add(PlaybackStarted, 4.5).add(SayRequested, 5, text="Next.")
    script.pauses(6).add(PlaybackStopped, 6.125).add(AssistantText, 6.125, text=TEXT)
    script.add(TTSFirstAudio, 7).resumes(9).plays(9.0625, 10, "Next.", first=1)
    told = script.close(30).told()
    assert told.story[7:17] == [
        SPEAKS,
        SAY,
        *WHOLE[1:],
        GOES_ON,
        FALSE,
        "assistant: Next.",
        STOPS,
    ]


def test_the_next_is_heard_although_nothing_told_of_the_end():
    """Neither its words nor its end came: a first sound that comes late enough is another's."""
    script = Script().start().add(SayRequested, 1, text="Hm.", recorded=False)
    script.add(PlaybackStarted, 1.5).pauses(2).add(PlaybackStopped, 5).resumes(5.5)
    told = script.says(7, "So.").close(9).told()
    assert [item["content"] for item in told.items("assistant")] == [["So."]]
    assert told.items("assistant")[0]["metrics"]["started_speaking_at"] == T0 + 7.5


def test_a_text_nobody_records_is_over_if_the_output_stopped_at_once():
    script = Script().start().add(SayRequested, 1, text="Hm.", recorded=False)
    script.add(PlaybackStarted, 1.5).pauses(2).add(PlaybackStopped, 2.125).resumes(5)
    told = script.says(5.0625, "So.").close(9).told()
    assert told.story[2:6] == [GOES_ON, STOPS, GOES_ON, STOPS]
    assert [item["content"] for item in told.items("assistant")] == [["So."]]


def test_it_is_cut_after_all():
    script = heard().pauses(6).add(PlaybackStopped, 6.125).add(AssistantText, 6.25, text=TEXT)
    told = script.interrupts(8).close(9).told()
    assert told.story[-2:] == [f"assistant (cut): {TEXT}", END]
    assert told.items("assistant")[0]["metrics"]["stopped_speaking_at"] == T0 + 6.0625


def test_its_words_come_after_it_was_cut():
    script = heard().add(PlaybackStopped, 6).pauses(6.125).add(Interrupted, 8)
    script.add(AssistantText, 8.125, text=TEXT).add(InterruptionSettled, 8.25)
    told = script.close(9).told()
    assert told.story[7:] == [SPEAKS, STOPS, f"assistant (cut): {TEXT}", END]
    assert told.items("assistant")[0]["metrics"]["stopped_speaking_at"] == T0 + 6
