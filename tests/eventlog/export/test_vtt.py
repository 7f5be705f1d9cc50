"""A call as captions."""

import json
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from eventlog.commands import app
from eventlog.export.vtt import LONGEST, render
from eventlog.reader import read
from tests.eventlog import drawn_calls as drawn
from tests.eventlog.export.captions import parsed
from tests.eventlog.reading import DUMP_FILE, LIVEKIT_FILES, dumped, ours

# Where a noise without words begins the turn that comes after it.
PINNED = {"session_dump", "false_interruption_then_words"}


def run(*args):
    return CliRunner().invoke(app, ["export", "vtt", *(str(arg) for arg in args)])


def captions(data):
    return parsed(render(drawn.logged(data)))[0]


def said(text, *, at=2.0, started=1.0, stopped=2.0, role="assistant", **more):
    events = [
        drawn.state("agent", "initializing", "listening", 0.0),
        drawn.message("m", role, text, at, started=started, stopped=stopped, **more),
        drawn.close(60.0),
    ]
    return drawn.report(events)


def test_captions_are_in_step_with_the_recording(tmp_path):
    path = drawn.with_recording(tmp_path)
    done = run(path)
    assert (done.exit_code, done.stderr) == (0, "")
    cues, notes = parsed((tmp_path / "call.vtt").read_text(encoding="utf-8"))
    assert notes == []
    # The recording begins half a second into the call.
    assert [(cue.begin, cue.end, cue.voice, cue.text) for cue in cues] == [
        (0.5, 2.0, "Agent", "Connected and ready."),
        (3.5, 5.5, "User", "What is the weather in Bergen?"),
        (
            8.1,
            17.1,
            "Agent",
            "It rains in Bergen, 9 degrees, and it will go on raining until \u2014",
        ),
        (16.5, 17.5, "User", "Thank you."),
        (18.9, 20.4, "Agent", "You are welcome."),
    ]
    assert [cue.classes for cue in cues] == ["", "", ".cut", "", ""]


def test_without_a_recording_the_times_count_from_the_first_event_and_a_note_says_so():
    cues, notes = parsed(render(drawn.logged(drawn.everything())))
    assert cues[0].begin == 0.9
    assert notes == ["There is no recording: the times count from the first event of the call."]


@pytest.mark.parametrize("path", [DUMP_FILE, *LIVEKIT_FILES], ids=lambda path: path.stem)
def test_the_captions_of_a_real_call_have_all_that_was_heard_at_its_times(path):
    for report in read(path):
        cues, _ = parsed(render(report))
        begin = report.data["events"][0]["created_at"]
        assert cues == sorted(cues, key=lambda cue: (cue.begin, cue.end))
        for event in report.data["events"]:
            item = event.get("item", {})
            metrics = item.get("metrics", {})
            if "started_speaking_at" not in metrics:
                continue
            words = " ".join(" ".join(item["content"]).split())
            first = next(cue for cue in cues if words.startswith(cue.text.removesuffix(" \u2014")))
            if path.stem not in PINNED:
                assert first.begin == pytest.approx(
                    metrics["started_speaking_at"] - begin, abs=0.05
                )
            assert first.voice == {"user": "User", "assistant": "Agent"}[item["role"]]
        text = " ".join(cue.text.removesuffix(" \u2014") for cue in cues if cue.voice == "Agent")
        for event in report.data["events"]:
            if event.get("item", {}).get("role") == "assistant":
                assert " ".join(event["item"]["content"][0].split()) in text


def test_words_begin_when_they_were_said_and_not_with_a_noise_long_before():
    cues = captions(dumped())
    [like] = [cue for cue in cues if cue.text.startswith("Like,")]
    # The noise was at 9.055; the user spoke from 20.769 on, as the VAD told a little later.
    assert (like.begin, like.end) == (pytest.approx(20.269), pytest.approx(22.789))


def test_a_long_message_becomes_cues_of_readable_length_that_share_its_time():
    words = "one after another these words go on " * 12
    cues = captions(said(words, at=25.0, started=1.0, stopped=25.0))
    assert len(cues) > 4
    assert all(len(cue.text) <= LONGEST for cue in cues)
    assert " ".join(cue.text for cue in cues) == words.strip()
    assert (cues[0].begin, cues[-1].end) == (1.0, 25.0)
    for cue, following in pairwise(cues):
        assert cue.end == following.begin
        assert cue.end - cue.begin == pytest.approx(24.0 * len(cue.text) / len(words), rel=0.1)


def test_only_the_last_cue_of_what_was_cut_off_is_marked():
    cues = captions(said("words " * 40, at=9.0, stopped=9.0, interrupted=True))
    assert [cue.classes for cue in cues] == [""] * (len(cues) - 1) + [".cut"]


def test_a_word_without_end_is_split():
    cues = captions(said("a" * 1000, stopped=9.0, at=9.0))
    assert "".join(cue.text for cue in cues) == "a" * 1000
    assert max(len(cue.text) for cue in cues) == LONGEST


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a --> b", "a --> b"),
        ("a\n\n00:00:01.000 --> 00:00:02.000\nb", "a 00:00:01.000 --> 00:00:02.000 b"),
        ("</v><c.evil>b & &lt;", "</v><c.evil>b & &lt;"),
        ("a\r\rb\u2028c\u2029\td", "a b c d"),
        ("a\0\x1b[2Jb", "a[2Jb"),
        ("\ud800 half", "\ufffd half"),
        ("\u202e\u0634\u0643\u0631\u0627", "\u202e\u0634\u0643\u0631\u0627"),
    ],
)
def test_words_of_strangers_are_neither_markup_nor_cues(text, shown):
    [cue] = captions(said(text))
    assert cue.text == shown


def test_a_hostile_report_has_captions_within_its_call():
    cues = captions(drawn.hostile())
    assert max(cue.end for cue in cues) <= 14.1
    assert {drawn.EVIL.split("\u2028")[0].strip()} <= {cue.text for cue in cues}


def test_what_was_typed_is_not_to_be_heard():
    typed = said("by hand", role="user")
    typed["events"][1]["item"] |= {"transcript_confidence": None, "metrics": {}}
    assert captions(typed) == []


def test_what_was_heard_at_no_time_ends_when_it_was_told():
    report = said("fifteen letters", role="user", at=10.0)
    report["events"][1]["item"]["metrics"] = {}
    [cue] = captions(report)
    assert (cue.begin, cue.end) == (9.0, 10.0)


def test_what_was_heard_before_the_recording_began_is_left_out():
    report = said("early", started=1.0, stopped=2.0) | {
        "audio_recording_started_at": drawn.BEGIN + 5.0
    }
    assert captions(report) == []


def test_a_reply_that_ended_as_it_began_is_shown_for_a_moment():
    [cue] = captions(said("cut", started=1.0, stopped=1.0))
    assert cue.end - cue.begin == pytest.approx(0.001)


def test_the_file_is_private_and_a_dash_prints_it(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(ours()))
    assert run(tmp_path).exit_code == 0
    path = tmp_path / "call.vtt"
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "-o", "-").stdout == path.read_text(encoding="utf-8")
    assert run(tmp_path / "missing").exit_code == 2
