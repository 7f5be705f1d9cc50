"""The playhead knows when audio that is handed over now will be heard."""

from bot.local.playhead import Playhead

SECOND = 1_000_000_000


def test_audio_is_heard_at_once_when_nothing_is_being_played() -> None:
    assert Playhead().next_start(5 * SECOND) == 5 * SECOND


def test_audio_handed_over_early_is_heard_after_what_is_still_being_played() -> None:
    playhead = Playhead()
    playhead.add(2.0, now=10 * SECOND)
    playhead.add(1.0, now=10 * SECOND)
    assert playhead.next_start(11 * SECOND) == 13 * SECOND


def test_audio_handed_over_late_is_heard_after_a_gap() -> None:
    playhead = Playhead()
    playhead.add(1.0, now=0)
    assert playhead.next_start(3 * SECOND) == 3 * SECOND


def test_after_an_interruption_nothing_is_being_played() -> None:
    playhead = Playhead()
    playhead.add(60.0, now=0)
    playhead.clear()
    assert playhead.next_start(1 * SECOND) == 1 * SECOND
