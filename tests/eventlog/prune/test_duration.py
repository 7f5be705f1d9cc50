"""What a person types for a length of time."""

import pytest

from eventlog.prune.duration import DurationError, age, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"), [("30d", 2_592_000), ("12h", 43_200), ("2w", 1_209_600), ("1h", 3600)]
)
def test_days_hours_and_weeks(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "d",
        "30 d",
        "-1d",
        "0d",
        "1.5d",
        "30D",
        "6m",
        "1y",
        "1d12h",
        "\u0663d",
        "9999999d",
        "1d\n",
    ],
)
def test_anything_else_is_told_with_what_is_meant(text):
    with pytest.raises(DurationError, match=r"say 30d \(days\), 12h \(hours\), 2w \(weeks\)"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(30 * 86400 + 5, "30 days old"), (86400, "1 day old"), (7200, "2 hours old"),
     (60, "less than an hour old")],
)  # fmt: skip
def test_an_age_is_said_in_whole_units(seconds, words):
    assert age(seconds) == words
