"""`parley log export vtt`: captions of a call, in step with its recording.

A report knows when each message began and ended to be heard, not when each word was. A long one
becomes several cues, and each is shown for its share of the time, by its characters.

LiveKit 1.3 lets a noise without words begin the turn that comes after it, seconds or minutes later.
So a user's words begin when the user last began to speak before their first transcript.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from eventlog.export.output import utf8
from eventlog.jsonvalue import as_number
from eventlog.reader import LoggedReport
from eventlog.timeline.span import Span
from eventlog.view import TRANSCRIBED, USER_STATE, Message, View

LINE = 42
"""Characters of a line that can be read in passing."""
LONGEST = 2 * LINE
"""Characters of a cue."""
SPOKEN = 15.0
"""Characters a second, for what was said at a time that the report does not tell."""

VAD_WINDOW = 0.5
"""Seconds, at most, by which a VAD says later that somebody speaks than they began to."""

VOICES = {"user": "User", "assistant": "Agent"}


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: seconds from the recording's begin, who says it, its words as they are."""

    begin: float
    end: float
    voice: str
    text: str
    cut: bool


def render(report: LoggedReport) -> str:
    """The captions of a report as a WebVTT file."""
    view = View.of(report.data, report.origin)
    blocks = ["WEBVTT", *(f"NOTE {note}" for note in _notes(view))]
    return utf8("\n\n".join([*blocks, *map(_block, cues(view))]) + "\n")


def cues(view: View) -> list[Cue]:
    """The captions of a call, in the order in which they are shown."""
    span = Span.of(view)
    recording = as_number(view.report.get("audio_recording_started_at"))
    begin = span.begin if recording is None else recording
    onsets = _onsets(view)
    found = (
        cue
        for message in view.messages
        for cue in _cues_of(message, onsets.get(message.event.index, span.begin), span, begin)
    )
    return sorted(found, key=lambda cue: (cue.begin, cue.end))


def _notes(view: View) -> Iterator[str]:
    if as_number(view.report.get("audio_recording_started_at")) is None:
        yield "There is no recording: the times count from the first event of the call."


def _onsets(view: View) -> dict[int, float]:
    """When the words of the user's messages began at the earliest, by the message's event."""
    found: dict[int, float] = {}
    spoke_at: float | None = None
    onset: float | None = None
    said = {message.event.index for message in view.messages_of("user")}
    for event in view.events:
        if event.type == USER_STATE and event.transition[1] == "speaking":
            spoke_at = event.at
        elif event.type == TRANSCRIBED:
            onset = spoke_at if onset is None else onset
        elif event.index in said:
            if onset is not None:
                found[event.index] = onset - VAD_WINDOW
            onset = None
    return found


def _cues_of(message: Message, onset: float, span: Span, begin: float) -> Iterator[Cue]:
    voice = VOICES.get(message.role)
    text = _sayable(message.text)
    if voice is None or not text or (message.role == "user" and message.typed):
        return
    pieces = list(_pieces(text))
    # What a damaged log says of moments outside of the call is not shown for longer than the call.
    start, stop = (min(max(at, span.begin), span.end) for at in _heard(message, text))
    start, stop = min(max(start, onset), stop) - begin, stop - begin
    total, reached = sum(map(len, pieces)), 0
    for number, piece in enumerate(pieces, 1):
        at = start + (stop - start) * reached / total
        reached += len(piece)
        end = start + (stop - start) * reached / total
        if end > 0:
            last = number == len(pieces)
            yield Cue(max(at, 0.0), end, voice, piece, message.interrupted and last)


def _heard(message: Message, text: str) -> tuple[float, float]:
    """From when to when a message was heard, guessed from its length where that is not told."""
    stopped = message.stopped
    if message.started is None:
        end = message.event.at if stopped is None else stopped
        return end - len(text) / SPOKEN, end
    if stopped is None or stopped < message.started:
        return message.started, message.started + len(text) / SPOKEN
    return message.started, stopped


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces of readable length, split at spaces, or anywhere in a word without end."""
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > LONGEST:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while len(line) > LONGEST:
            yield line[:LONGEST]
            line = line[LONGEST:]
    if line:
        yield line


def _sayable(text: str) -> str:
    """The words in one line, without what a player could not show or would obey."""
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c) != "Cc")
    return " ".join(kept.split())


def _block(cue: Cue) -> str:
    words = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    voice = f"<v.cut {cue.voice}>{words} \u2014" if cue.cut else f"<v {cue.voice}>{words}"
    begin = round(cue.begin * 1000)
    end = max(round(cue.end * 1000), begin + 1)  # WebVTT has no cue that ends when it begins
    return f"{_time(begin)} --> {_time(end)}\n{voice}</v>"


def _time(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
