"""Coded audio tells a loss and a repetition from an unbroken playing."""

from tests.scripted.audio_code import encode, runs
from tests.scripted.speech import is_audible


def test_unbroken_audio_is_one_run_even_with_silence_in_it():
    assert runs(encode(0, 100_000)) == [range(100_000)]
    assert runs(bytes(40) + encode(7, 50) + bytes(800) + encode(57, 3), 7) == [range(7, 60)]
    assert runs(bytes(100)) == []


def test_a_loss_and_a_repetition_start_a_new_run():
    assert runs(encode(0, 240) + encode(480, 240)) == [range(240), range(480, 720)]
    assert len(runs(encode(0, 480) + encode(240, 240))) == 2
    assert len(runs(encode(0, 240) + encode(240 + 3 * 32000, 240))) == 2


def test_each_ten_milliseconds_are_audible():
    pcm = encode(0, 64_000)
    assert all(is_audible(pcm[begin : begin + 320]) for begin in range(0, len(pcm), 320))
