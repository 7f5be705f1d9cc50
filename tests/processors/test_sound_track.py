"""One side of a recording: as long as the time that passed, whenever its sound came."""

import numpy as np
import pytest

from processors.sound_track import SoundTrack

RATE = 1000
PIECE = 20  # samples


def pieces(*levels):
    return [np.full(PIECE, level, dtype="<i2").tobytes() for level in levels]


def heard(track, until):
    return np.frombuffer(track.cut(until), dtype="<i2").tolist()


def take(track, sound, now):
    """A piece of a microphone, which has been spoken by the time it comes."""
    track.put(sound, now - PIECE)
    track.take_back(now)


@pytest.fixture
def track():
    return SoundTrack(RATE)


def test_what_comes_in_time_lies_end_to_end(track):
    for number, sound in enumerate(pieces(1, 2, 3), 1):
        take(track, sound, number * PIECE + 15)  # a little late, and always alike
    assert heard(track, 75) == [0] * 15 + [1] * PIECE + [2] * PIECE + [3] * PIECE


def test_a_microphone_that_was_off_leaves_silence(track):
    first, later = pieces(1, 2)
    take(track, first, PIECE)
    take(track, later, 500 + PIECE)
    assert heard(track, 520) == [1] * PIECE + [0] * 480 + [2] * PIECE


def test_what_comes_late_and_at_once_leaves_none(track):
    """Half a second is held up; then all of it comes within a moment."""
    levels = range(1, 31)
    for number, sound in enumerate(pieces(*levels), 1):
        held_up = 2 <= number <= 26
        take(track, sound, 26 * PIECE if held_up else number * PIECE)
    expected = [level for level in levels for _ in range(PIECE)]
    assert heard(track, 30 * PIECE) == expected


def test_a_part_that_is_made_up_for_leaves_the_rest_as_silence(track):
    """The microphone is off for 300 ms, and 200 ms after that are held up."""
    sounds = pieces(*range(1, 13))
    take(track, sounds[0], PIECE)
    for sound in sounds[1:11]:
        take(track, sound, 520)
    take(track, sounds[11], 540)
    found = heard(track, 540)
    assert found[:PIECE] == [1] * PIECE
    assert found[PIECE:320] == [0] * 300
    assert found[320:] == [level for level in range(2, 13) for _ in range(PIECE)]


def test_what_was_cut_is_filled_up_and_stays_cut(track):
    first, later = pieces(1, 2)
    take(track, first, PIECE)
    assert heard(track, 100) == [1] * PIECE + [0] * 80
    assert track.end == 100
    take(track, later, 120)
    assert heard(track, 120) == [2] * PIECE
    assert heard(track, 50) == []


def test_a_microphone_that_gives_more_than_there_is_time_for_stays_near_the_time(track):
    """Two people in one room, whose pieces come one behind the other."""
    for number in range(1, 501):
        for sound in pieces(number, -number):
            take(track, sound, number * PIECE)
        assert track.end <= number * PIECE + 200
    assert heard(track, 200) == [level for n in range(1, 6) for level in [n] * 20 + [-n] * 20]
