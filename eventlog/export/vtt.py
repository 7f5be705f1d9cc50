"""`parley log export vtt`: captions of a call, in step with its recording.

A report knows when each message began and ended to be heard, not when each word was. A long one
becomes several cues, and each is shown for its share of the time, by its characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from eventlog.checker.view import Message, View
from eventlog.export.output import utf8
from eventlog.jsonvalue import as_number
from eventlog.reader import LoggedReport
from eventlog.timeline.span import Span

LINE = 42
"""Characters of a line that can be read in passing."""
LONGEST = 2 * LINE
"""Characters of a cue."""
SPOKEN = 15.0
"""Characters a second, for what was said at a time that the report does not tell."""

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
    found = (cue for message in view.messages for cue in _cues_of(message, span, begin))
    return sorted(found, key=lambda cue: (cue.begin, cue.end))


def _notes(view: View) -> Iterator[str]:
    if as_number(view.report.get("audio_recording_started_at")) is None:
        yield "There is no recording: the times count from the first event of the call."


def _cues_of(message: Message, span: Span, begin: float) -> Iterator[Cue]:
    voice = VOICES.get(message.role)
    text = _sayable(message.text)
    if voice is None or not text or (message.role == "user" and message.typed):
        return
    pieces = list(_pieces(text))
    # What a damaged log says of moments outside of the call is not shown for longer than the call.
    start, stop = (min(max(at, span.begin), span.end) - begin for at in _heard(message, text))
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
