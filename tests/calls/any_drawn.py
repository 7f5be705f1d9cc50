"""Draws scripts: who does what in a conversation, and under which options."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.calls.any_script import (
    Answer,
    Ending,
    Generate,
    Interrupt,
    Say,
    Script,
    Sound,
    Type,
    Voice,
)

GAPS = st.sampled_from([0.0, 0.1, 0.3, 0.55, 0.8, 1.3, 2.2])
SOUNDS = st.builds(
    Sound,
    after=GAPS,
    seconds=st.sampled_from([1.0, 0.1, 0.3, 0.6, 2.0]),
    words=st.sampled_from([1, 0, 2, 3]),
    late=st.sampled_from([0.1, 0.0, 0.4, 1.0, 2.5]),
    interim=st.booleans(),
    final=st.sampled_from([True, True, True, False]),
    audible=st.sampled_from([True] * 5 + [False]),
    never=st.booleans(),
)
SAYS = st.builds(
    Say,
    after=GAPS,
    words=st.integers(1, 6),
    interruptible=st.booleans(),
    recorded=st.sampled_from([True, True, True, False]),
)
ACTIONS = st.one_of(
    SOUNDS,
    SOUNDS,
    SOUNDS,
    SAYS,
    st.builds(Type, after=GAPS),
    st.builds(Generate, after=GAPS, instructions=st.booleans()),
    st.builds(Interrupt, after=GAPS),
)
ANSWERS = st.builds(
    Answer,
    words=st.sampled_from([4, 0, 1, 8]),
    ttft=st.sampled_from([0.1, 0.0, 0.5, 1.5]),
    duration=st.sampled_from([0.1, 0.5, 2.0]),
    error=st.sampled_from([False] * 6 + [True]),
    tools=st.sampled_from(
        [
            *[(), (), (), ("quick",), ("slow",), ("broken",), ("quick", "slow")],
            *[("hand_off",), ("hand_off",), ("hand_off", "quick"), ("hand_off", "hand_off")],
        ]
    ),
)
VOICES = st.builds(
    Voice,
    ttfb=st.sampled_from([0.1, 0.0, 0.4, 1.0]),
    duration=st.sampled_from([0.1, 0.3, 1.5]),
    error=st.sampled_from([False] * 7 + [True]),
)
ENDINGS = st.builds(
    Ending,
    how=st.sampled_from(["close", "drain", "leave"]),
    after=st.one_of(st.none(), GAPS),
)


@st.composite
def _options(draw: st.DrawFn) -> dict[str, Any]:
    least = draw(st.sampled_from([0.5, 0.0, 0.2]))
    return {
        "allow_interruptions": draw(st.sampled_from([True] * 4 + [False])),
        "discard_audio_if_uninterruptible": draw(st.booleans()),
        "min_interruption_duration": draw(st.sampled_from([0.5, 0.0, 0.2, 1.0])),
        "min_interruption_words": draw(st.sampled_from([0, 0, 1, 2])),
        "min_endpointing_delay": least,
        "max_endpointing_delay": draw(st.sampled_from([1.5, least])),
        "max_tool_steps": draw(st.sampled_from([3, 1])),
        "user_away_timeout": draw(st.sampled_from([None, 1.0, 15.0])),
        "min_consecutive_speech_delay": draw(st.sampled_from([0.0, 0.0, 0.4])),
        "preemptive_generation": draw(st.booleans()),
        "resume_false_interruption": draw(st.booleans()),
        "false_interruption_timeout": draw(st.sampled_from([0.6, None, 0.0, 2.0])),
    }


def scripts() -> st.SearchStrategy[Script]:
    """Any conversation of up to six doings of the user and the application."""
    return st.builds(
        Script,
        actions=st.lists(ACTIONS, max_size=6).map(tuple),
        options=_options(),
        answers=st.lists(ANSWERS, min_size=1, max_size=4).map(tuple),
        voices=st.lists(VOICES, min_size=1, max_size=3).map(tuple),
        word_times=st.booleans(),
        obeys=st.sampled_from([True, True, True, False]),
        ends_turn=st.sampled_from([(), (), (True,), (False,), (False, True)]),
        hook=st.sampled_from([None, None, "notes", "lingers", "refuses", "breaks"]),
        greeting=st.sampled_from([None, None, "Good day to you."]),
        agents=st.booleans(),
        vad_hold=st.sampled_from([0.2, 0.5]),
        ending=ENDINGS,
    )
