"""WebVTT, read by its own rules: blocks between blank lines, a line with an arrow, a voice."""

import html
import re
from dataclasses import dataclass

ARROW = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})")
VOICE = re.compile(r"<v((?:\.\w+)*) (\w+)>(.*)</v>", re.DOTALL)


@dataclass
class Read:
    begin: float
    end: float
    voice: str
    classes: str
    text: str


def parsed(text):
    """The cues of a file, and its notes; anything that is neither fails."""
    head, *blocks = text.rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    cues, notes = [], []
    for block in blocks:
        if block.startswith("NOTE "):
            assert "-->" not in block
            notes.append(block.removeprefix("NOTE "))
            continue
        times, payload = block.split("\n", 1)
        matched, spoken = ARROW.fullmatch(times), VOICE.fullmatch(payload)
        assert matched, times
        assert spoken, payload
        assert not re.search(r"[<>\n]|-->", spoken[3])
        begin, end = (
            3600 * int(matched[n]) + 60 * int(matched[n + 1]) + float(matched[n + 2])
            for n in (1, 4)
        )
        cues.append(Read(begin, end, spoken[2], spoken[1], html.unescape(spoken[3])))
    return cues, notes
