"""What the rules allow our reports around pauses, early replies and held turns, and no more."""

import pytest

from eventlog.checker import check
from eventlog.signals import (
    AssistantText,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    TextReceived,
    TTSFirstAudio,
    UserTurnCompleted,
    UserTurnEnded,
)
from tests.eventlog.folding import OPTIONS, STOPS, T0, THINKS, Script
from tests.eventlog.reading import livekit, logged, ours
from tests.eventlog.test_checker_mutations import added, event, in_both


def broken_rules(report):
    return {finding.rule for finding in check(logged(report))}


def paused():
    """A reply that is held and goes on, as our report has it."""
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).answers(4, "One two.")
    script.add(TTSFirstAudio, 4.25).add(PlaybackStarted, 4.5).pauses(6)
    return script.resumes(9).plays(9.125, 12, "One two.").close(20).told().data


def place(report, kind, nth=0):
    return report["events"].index(event(report, kind, nth))


def test_a_resume_that_is_not_told_right_after_it_is_a_failure():
    report = paused()
    index = place(report, "agent_false_interruption")
    events = report["events"]
    interim = {"transcript": "Hm", "is_final": False, "speaker_id": None, "language": None}
    at = {"created_at": events[index]["created_at"]}
    events.insert(index, {"type": "user_input_transcribed", **interim, **at})
    assert broken_rules(report) == {"I28"}


def test_what_came_to_nothing_is_resumed_without_a_change_of_state():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).pauses(4).answers(5).resumes(8)
    assert broken_rules(script.close(9).told().data) == set()


@pytest.mark.parametrize(("least", "broken"), [(0, {"I39"}), (2, {"I39"}), (3, set())])
def test_words_too_few_to_interrupt_leave_an_interruption_false(least, broken):
    report = paused()
    report["options"] = OPTIONS | {"min_interruption_words": least}
    index = place(report, "agent_state_changed", 4)
    said = {"transcript": "So what", "is_final": True, "speaker_id": None, "language": None}
    at = {"created_at": report["events"][index]["created_at"]}
    report["events"].insert(index, {"type": "user_input_transcribed", **said, **at})
    assert broken_rules(report) == broken


def test_words_before_a_text_was_asked_for_are_before_its_pause():
    script = Script().start().hears(0.5, "Hm").add(SayRequested, 1, text="Hi.").pauses(1.25)
    script.add(TTSFirstAudio, 1.5).resumes(3)
    report = script.plays(3.0625, 4, "Hi.").close(9).told().data
    assert broken_rules(report) == set()
    later = event(report, "user_input_transcribed")
    report["events"].remove(later)
    index = place(report, "agent_state_changed", 1)
    later["created_at"] = report["events"][index]["created_at"]
    report["events"].insert(index, later)
    assert broken_rules(report) == {"I39"}


def test_a_reply_that_was_held_is_compared_with_its_first_announcement():
    report = paused()
    item = added(report, "assistant")["item"]
    in_both(report, item, metrics={"started_speaking_at": T0 + 4.25, "e2e_latency": 1.25})
    report["parley"]["turns"] = []
    assert broken_rules(report) == {"I26"}


@pytest.mark.parametrize(("after", "broken"), [(0.1875, set()), (0.3125, {"I26"})])
def test_a_reply_held_before_its_first_sound_is_heard_soon_when_it_goes_on(after, broken):
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).answers(4, "One two.").pauses(4)
    script.add(TTSFirstAudio, 4.25).resumes(9)
    script.plays(9.0625, 12, "One two.").signals.pop(-4)
    report = script.close(20).told().data
    item = added(report, "assistant")["item"]
    start = {"started_speaking_at": T0 + 9 + after, "e2e_latency": 6 + after}
    in_both(report, item, metrics=start)
    report["parley"]["turns"] = []
    assert broken_rules(report) == broken


def test_a_speech_that_was_cut_before_a_word_is_not_the_next_ones_announcement():
    script = Script().start().user_turn(2, "Tell me.").asks(3.5).answers(4, "One two.")
    script.add(PlaybackStarted, 4.5).cut(4.75, None).says(8, "Hm.")
    assert broken_rules(script.close(20).told().data) == set()


def test_words_of_the_turn_are_not_said_in_the_pause_of_a_reply_that_is_not_there_yet():
    """A noise while the hook runs holds a reply that then is not wanted, or not begun yet."""
    script = (
        Script().start().speaks(2, 3).hears(3.375, "Rain?").add(UserTurnEnded, 3.5, text="Rain?")
    )
    script.pauses(4.5).resumes(6.5).add(UserTurnCompleted, 8, hook=4.5).reply(8, "Sunny.")
    assert broken_rules(script.close(20).told().data) == set()


def early():
    """A reply begun early, as our report has it."""
    script = Script().start().speaks(2, 3).hears(3.375, "Rain?", confidence=0.5)
    script.add(ReplyRequested, 3.375, preemptive=True).answers(3.4375, "Sunny.")
    script.turn_ends(3.5, "Rain?", preempted=True)
    return script.plays(4.25, 5, "Sunny.").close(9).told().data


@pytest.mark.parametrize(("speech_at", "broken"), [(2.9375, set()), (3.375, {"I33"})])
def test_a_message_may_be_made_before_the_last_sound_only_with_its_early_reply(speech_at, broken):
    report = early()
    at = T0 + speech_at
    in_both(report, added(report, "user")["item"], created_at=T0 + 2.875)
    speech = event(report, "speech_created")
    report["events"].remove(speech)
    times = [one["created_at"] for one in report["events"]]
    report["events"].insert(sum(time <= at for time in times), speech | {"created_at": at})
    assert broken_rules(report) == broken


def test_a_turn_handed_on_while_the_bot_speaks_is_thought_about_afterwards():
    """The turn's hook has the bot say something, and is done before the bot is."""
    script = (
        Script().start().speaks(2, 3).hears(3.375, "Rain?").add(UserTurnEnded, 3.5, text="Rain?")
    )
    script.add(SayRequested, 3.5, text="Let me see.").add(PlaybackStarted, 4)
    script.add(UserTurnCompleted, 4.5, hook=1.0).asks(4.5)
    script.add(AssistantText, 6, text="Let me see.").add(PlaybackStopped, 6)
    told = script.answers(6.25, "Sunny.").plays(6.5, 7, "Sunny.").close(9).told()
    index = told.story.index("user: Rain?")
    assert told.story[index + 1 :][:3] == ["assistant: Let me see.", STOPS, THINKS]


def test_a_turn_handed_on_while_the_bot_listens_is_thought_about_at_once():
    report = ours()
    index = report["events"].index(added(report, "user"))
    interim = {"transcript": "Hm", "is_final": False, "speaker_id": None, "language": None}
    at = {"created_at": report["events"][index]["created_at"]}
    report["events"].insert(index + 1, {"type": "user_input_transcribed", **interim, **at})
    assert broken_rules(report) == {"I41"}


def test_words_that_come_while_a_hook_runs_are_the_next_turns():
    script = (
        Script().start().speaks(2, 3).hears(3.375, "Rain?").add(UserTurnEnded, 3.5, text="Rain?")
    )
    script.speaks(3.75, 4, hold=0.125).hears(4.25, "Hm.").add(UserTurnCompleted, 5, hook=1.5)
    script.reply(5, "Sunny.").speaks(8, 9).hears(9.375, "Thanks.")
    report = script.turn_ends(9.5, "Hm. Thanks.").reply(9.5, "Bye.").close(20).told().data
    assert broken_rules(report) == set()
    said = event(report, "user_input_transcribed", 1)
    moved = said | {"created_at": T0 + 3.4375}
    report["events"].remove(said)
    report["events"].insert(place(report, "user_input_transcribed") + 1, moved)
    assert "I21" in broken_rules(report)


def test_a_typed_message_is_no_transcript_and_takes_none():
    script = Script().start().speaks(2, 3).hears(3.375, "Rain?").add(TextReceived, 3.4, text="Hi.")
    script.add(UserTurnCompleted, 3.4, hook=0.0).interrupts(3.5).turn_ends(5, "Rain?")
    report = script.close(9).told().data
    assert broken_rules(report) == set()
    in_both(report, added(report, "user", 1)["item"], content=["Snow?"])
    assert broken_rules(report) == {"I21"}


def test_livekit_loses_the_tools_of_an_interrupted_reply_and_we_do_not():
    report = livekit("1.3.12", "tool_call")
    tools = ("function_call", "function_call_output")
    report["chat_history"]["items"] = [
        item for item in report["chat_history"]["items"] if item["type"] not in tools
    ]
    assert "I11" in broken_rules(report)


def test_livekit_gives_words_without_sound_a_delay_of_zero_and_nothing_else():
    report = livekit("1.3.12", "plain_turn")
    item = added(report, "user")["item"]
    kept = next(one for one in report["chat_history"]["items"] if one["id"] == item["id"])
    for copy in (item, kept):
        copy["metrics"] = {"transcription_delay": 0, "on_user_turn_completed_delay": 0.0}
    assert "I17" not in broken_rules(report)
    for copy in (item, kept):
        copy["metrics"] = {"transcription_delay": 0.5, "on_user_turn_completed_delay": 0.0}
    assert "I17" in broken_rules(report)
