"""Errors and ends: what fails, what the close of a call overtakes, and what comes after it."""

import pytest

from eventlog.signals import (
    CallStarted,
    CloseReason,
    ErrorSource,
    Failed,
    LLMFirstToken,
    ParticipantJoined,
    PlaybackStarted,
    RecordingStarted,
    ReplyRequested,
    SayRequested,
    Used,
    UserSpeechStarted,
    UserTurnCompleted,
    UserTurnEnded,
)
from tests.eventlog.folding import END, LISTENS, REPLY, SAY, STOPS, T0, THINKS, Script, Told


def failed(at, source, **fields):
    known = {"label": "x.Service", "recoverable": True, "message": "down", "provider": "x"}
    return Failed(at=T0 + at, source=source, **(known | fields))


@pytest.mark.parametrize(
    ("source", "kind", "slot"),
    [
        (ErrorSource.STT, "stt_error", "stt"),
        (ErrorSource.LLM, "llm_error", "llm"),
        (ErrorSource.TTS, "tts_error", "tts"),
        (ErrorSource.REALTIME, "realtime_model_error", "realtime"),
        (ErrorSource.TRANSPORT, "realtime_model_error", "realtime"),
        (ErrorSource.OTHER, "realtime_model_error", "realtime"),
    ],
)
def test_a_failure_is_told_in_the_schemas_words_and_counted(source, kind, slot):
    script = Script().start()
    script.signals.append(failed(2, source, category="authentication"))
    told = script.close(9).told()
    assert told.event("error") == {
        "type": "error",
        "error": {"type": kind, "timestamp": T0 + 2, "label": "x.Service", "recoverable": True},
        "source": "x.Service",
        "created_at": T0 + 2,
    }
    assert {key: n for key, n in told.data["errors"].items() if n} == {slot: 1}
    assert told.data["parley"]["failures"] == [
        {
            "at": T0 + 2,
            "source": source.value,
            "provider": "x",
            "category": "authentication",
            "message": "down",
        }
    ]


def test_a_fatal_failure_is_the_reason_of_the_close():
    script = Script().start()
    script.signals.append(fatal := failed(2, ErrorSource.LLM, recoverable=False))
    detail = {"provider": "x", "category": "authentication"}
    told = script.close(2.5, CloseReason.ERROR, failure=fatal, detail=detail).told()
    close = told.event("close")
    assert close["reason"] == "error"
    assert close["error"]["recoverable"] is False
    assert close["error"] == told.event("error")["error"]
    assert told.data["close_reason"] == "CR_ERROR"
    assert told.data["parley"]["close_detail"] == detail


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (CloseReason.USER_INITIATED, "CR_USER_INITIATED"),
        (CloseReason.PARTICIPANT_DISCONNECTED, "CR_PARTICIPANT_DISCONNECTED"),
        (CloseReason.TASK_COMPLETED, "CR_COMPLETED"),
        (CloseReason.JOB_SHUTDOWN, "CR_JOB_SHUTDOWN"),
        (CloseReason.ERROR, "CR_ERROR"),
    ],
)
def test_every_reason_of_a_close_has_its_code(reason, code):
    told = Script().start().close(9, reason).told()
    assert told.story == [LISTENS, f"close: {reason.value}"]
    assert told.data["close_reason"] == code


def test_a_voice_that_fails_leaves_no_message_and_the_next_turn_takes_over():
    script = Script().start().user_turn(2, "Hi.").asks(3.5).answers(4, "Hello.")
    script.signals.append(failed(4.25, ErrorSource.TTS))
    script.interrupts(8.25).user_turn(8, "Anybody?").reply(9.5, "Yes.")
    told = script.close(20).told()
    assert [item["content"] for item in told.items("assistant")] == [["Yes."]]
    assert told.story[7:9] == ["error: tts_error", "agent thinking > listening"]
    assert told.items("assistant")[0]["metrics"]["e2e_latency"] == 1.5


def test_a_close_while_the_bot_speaks_tells_what_was_heard_and_that_it_is_silent():
    script = Script().start().add(SayRequested, 1, text="One two.").add(PlaybackStarted, 1.5)
    script.plays(1.5, 9, "One two.").signals.pop()
    told = script.close(9).told()
    silent = "agent speaking > listening"
    assert told.story[-3:] == ["assistant (cut): One two.", silent, END]
    (item,) = told.items("assistant")
    assert item["interrupted"] is True
    assert item["metrics"]["stopped_speaking_at"] == T0 + 9


def test_a_close_while_the_bot_speaks_what_nobody_records_tells_nothing_of_it():
    script = Script().start().add(SayRequested, 1, text="Hm.", recorded=False)
    told = script.add(PlaybackStarted, 1.5).close(9).told()
    speaks = ["agent listening > speaking", "agent speaking > listening"]
    assert told.story == [LISTENS, SAY, *speaks, END]


def test_a_close_while_the_bot_thinks_ends_its_thinking():
    told = Script().start().user_turn(2, "Hi.").asks(3.5).close(3.75).told()
    assert told.story[-4:] == ["user: Hi.", THINKS, "agent thinking > listening", END]


def test_a_close_while_the_user_speaks_tells_the_words_so_far_as_their_turn():
    script = Script().start().add(UserSpeechStarted, 2.25, onset=2)
    told = script.hears(3, "Hello, how", final=False).close(3.5).told()
    words = ["user speaking > listening", "final: Hello, how", "user: Hello, how"]
    assert told.story[-4:] == [*words, END]
    assert told.items("user")[0]["metrics"] == {}


def test_words_that_never_became_final_are_not_told_long_after():
    script = Script().start().speaks(2, 3).hears(2.5, "Hm", final=False)
    told = script.close(9).told()
    assert told.items("user") == []


def test_a_turn_whose_hook_still_runs_at_the_close_is_told_right_before_it():
    script = Script().start().speaks(2, 3).hears(3.375, "Bye.").add(UserTurnEnded, 3.5, text="Bye.")
    told = script.close(4).told()
    assert told.story[-2:] == ["user: Bye.", END]
    assert told.items("user")[0]["metrics"] == {}
    assert told.items("user")[0]["created_at"] == T0 + 3.5
    assert told.data["user_turns"] == 1
    assert REPLY not in told.story


def test_words_whose_turn_had_not_ended_at_the_close_are_told_right_before_it():
    script = Script().start().speaks(2, 3).hears(3.25, "Good", confidence=1.0)
    told = script.hears(3.375, "bye.", confidence=0.5).close(3.4375).told()
    assert told.story[-2:] == ["user: Good bye.", END]
    assert told.items("user")[0]["transcript_confidence"] == 0.75


def test_a_held_turn_and_the_words_after_it_are_one_message_at_the_close():
    script = Script().start().speaks(2, 3).hears(3.375, "One.").add(UserTurnEnded, 3.5, text="One.")
    told = script.hears(4, "Two.").close(4.5).told()
    assert told.story[-2:] == ["user: One. Two.", END]


def test_what_comes_after_the_close_is_no_part_of_the_call():
    script = Script().start().close(5)
    before = Told(script.signals).data
    script.says(6, "Hello?").user_turn(8, "Hm.").close(10, CloseReason.JOB_SHUTDOWN)
    assert Told(script.signals).data | {"timestamp": 0} == before | {"timestamp": 0} | {
        "duration_ms": 10_000
    }


def test_a_call_that_never_started_has_a_close_and_the_bots_first_item():
    script = Script()
    script.signals.append(fatal := failed(0, ErrorSource.TRANSPORT, recoverable=False))
    told = script.close(1, CloseReason.ERROR, failure=fatal).told()
    assert told.story == ["error: realtime_model_error", "close: error"]
    assert [item["type"] for item in told.data["chat_history"]["items"]] == ["agent_handoff"]
    assert told.data["duration_ms"] is None
    assert told.data["parley"]["started_at"] is None


def test_a_second_start_is_not_a_second_call():
    told = Script().start().add(CallStarted, 3).close(9).told()
    assert told.story == [LISTENS, END]
    assert told.data["parley"]["started_at"] == T0


def test_the_recording_names_its_file_and_its_first_sample():
    script = Script().start().add(RecordingStarted, 0.5, path="/s/audio.wav")
    told = script.add(RecordingStarted, 2, path="/other.wav").close(9).told()
    assert told.data["audio_recording_path"] == "/s/audio.wav"
    assert told.data["audio_recording_started_at"] == T0 + 0.5
    assert told.data["duration_ms"] == 8500


def test_consumption_adds_up_per_provider_and_model():
    script = Script().start()
    for tokens in (10, 5):
        counters = {"input_tokens": tokens, "output_tokens": 2, "input_cached_tokens": 0}
        script.add(Used, 2, type="llm_usage", provider="openai", model="m", counters=counters)
    seconds = {"audio_duration": 2.0}
    script.add(Used, 2, type="stt_usage", provider="deepgram", model="n", counters=seconds)
    told = script.close(9).told()
    assert told.data["usage"] == [
        {
            "type": "llm_usage",
            "provider": "openai",
            "model": "m",
            "input_tokens": 15,
            "output_tokens": 4,
        },
        {"type": "stt_usage", "provider": "deepgram", "model": "n", "audio_duration": 2.0},
    ]


def test_who_joined_changes_no_event():
    told = Script().start().add(ParticipantJoined, 1, participant="p").close(9).told()
    assert told.story == [LISTENS, END]
    assert told.data["parley"]["participants"] == ["", "p"]


def test_signals_that_fit_nothing_change_nothing():
    script = Script().start().add(LLMFirstToken, 1).add(UserTurnCompleted, 1, hook=0.0)
    script.plays(2, 3, "").signals.pop(2)
    told = script.close(9).told()
    assert told.items("user") == []


def test_the_user_may_still_be_speaking_when_the_call_closes():
    script = Script().start().add(UserSpeechStarted, 2.25, onset=2).add(ReplyRequested, 3)
    told = script.close(4).told()
    assert told.story[-1] == END
    assert STOPS not in told.story
