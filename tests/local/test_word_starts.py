# ruff: noqa: RUF001 - phonemes look like letters
"""Each written word is given the phoneme at which it begins."""

from bot.local.word_starts import word_starts


def phonemes(*sentences: str) -> list[list[str]]:
    return [list(sentence) for sentence in sentences]


def none(word: str) -> int:
    raise AssertionError("the words can be counted off, so nothing needs to be phonemized")


def test_words_are_counted_off_over_sentences() -> None:
    starts = word_starts(["Hi", "there.", "You!"], phonemes("hˈaɪ ðˈɛɹ.", "jˈuː!"), none)
    assert starts == [(0, 0), (0, 5), (1, 0)]


def test_a_number_takes_as_many_spoken_words_as_it_is_spoken_with() -> None:
    spoken = {"I": 1, "have": 1, "42": 2, "cats": 1}
    starts = word_starts(
        ["I", "have", "42", "cats"], phonemes("aɪ hæv fɔɹɾi tuː kæts"), lambda w: spoken[w]
    )
    assert starts == [(0, 0), (0, 3), (0, 7), (0, 17)]


def test_a_dash_begins_with_the_word_after_it() -> None:
    spoken = {"yes": 1, "-": 0, "no": 1}
    starts = word_starts(["yes", "-", "no"], phonemes("jɛs noʊ"), lambda w: spoken[w])
    assert starts == [(0, 0), (0, 4), (0, 4)]


def test_words_that_cannot_be_counted_off_are_spread_by_their_letters() -> None:
    starts = word_starts(["one", "of", "the", "best"], phonemes("wʌn ʌvðə bɛst"), lambda _: 1)
    assert starts[0] == (0, 0)
    assert starts == sorted(starts)
    assert len(starts) == 4


def test_a_text_without_speech_has_no_words_to_time() -> None:
    assert word_starts(["..."], phonemes("."), lambda _: 0) == []
    assert word_starts([], [], lambda _: 0) == []
