"""Where in a sentence's phonemes each of its words begins.

A voice reports how long it speaks each phoneme, but not which word a phoneme belongs to. The
phonemes of a sentence come with a space between its spoken words, which are not always its
written ones: "42" is spoken as two words, "of the" as one.
"""

from collections.abc import Callable, Sequence

Position = tuple[int, int]
"""A phoneme: the number of its sentence, and its own number within that sentence."""


def word_starts(
    words: Sequence[str],
    sentences: Sequence[Sequence[str]],
    spoken_words: Callable[[str], int],
) -> list[Position]:
    """Find the phoneme at which each written word begins.

    Exact as long as the spoken words can be counted off against the written ones. Where they
    cannot, the words are spread over the phonemes by their number of letters: an estimate.

    Args:
        words: The written words, split at white space.
        sentences: The phonemes of the sentences that the words form, in order.
        spoken_words: Counts the spoken words of one written word.
    """
    spoken = spoken_word_starts(sentences)
    if not words or not spoken:
        return []
    if len(spoken) == len(words):
        return spoken
    counts = [spoken_words(word) for word in words]
    if sum(counts) == len(spoken) and counts[0]:
        return _counted_off(spoken, counts)
    return _spread([len(word) for word in words], sentences)


def spoken_word_starts(sentences: Sequence[Sequence[str]]) -> list[Position]:
    """Find the phoneme at which each spoken word begins: a letter or stress after a space."""
    starts: list[Position] = []
    for number, phonemes in enumerate(sentences):
        inside = False
        for at, phoneme in enumerate(phonemes):
            if phoneme == " ":
                inside = False
            elif not inside and phoneme.isalpha():
                inside = True
                starts.append((number, at))
    return starts


def _counted_off(spoken: list[Position], counts: list[int]) -> list[Position]:
    starts: list[Position] = []
    at = 0
    for count in counts:  # a dash is no spoken word: it shares the start of the next one
        starts.append(spoken[min(at, len(spoken) - 1)])
        at += count
    return starts


def _spread(letters: list[int], sentences: Sequence[Sequence[str]]) -> list[Position]:
    phonemes = [(n, at) for n, sentence in enumerate(sentences) for at in range(len(sentence))]
    total = sum(letters)
    before = 0
    starts: list[Position] = []
    for count in letters:
        starts.append(phonemes[min(before * len(phonemes) // total, len(phonemes) - 1)])
        before += count
    return starts
