"""What counts as a hit, and where it is in the text as it stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog.search.folding import Folded, caseless, nfkc
from eventlog.search.query import Query, QueryError


def hits(wanted, text, **how):
    return [text[begin:end] for begin, end in Query(wanted, **how).spans(text)]


@pytest.mark.parametrize(
    ("wanted", "text", "found"),
    [
        ("python", "About Python, and PYTHON.", ["Python", "PYTHON"]),
        ("STRASSE", "Die Straße dort", ["Straße"]),
        ("ok", "well, \uff2f\uff2b then", ["\uff2f\uff2b"]),
        ("office", "the o\ufb03ce", ["o\ufb03ce"]),
        ("caf\u00e9", "a cafe\u0301 here", ["cafe\u0301"]),
        ("cafe\u0301", "a caf\u00e9 here", ["caf\u00e9"]),
        ("ΟΔΟΣ", "η οδός, οδος", ["οδος"]),
        ("i\u0307stanbul", "\u0130stanbul", ["\u0130stanbul"]),
        (
            "한국",
            "\u1112\u1161\u11ab\u1100\u116e\u11a8 사람",
            ["\u1112\u1161\u11ab\u1100\u116e\u11a8"],
        ),
        ("two words", "two  words", []),  # the lines of a call have no runs of white space
        ("two   words", "two words", ["two words"]),
        ("a.c", "abc a.c", ["a.c"]),
        ("مرحبا", "قال مرحبا لك", ["مرحبا"]),
        ("\U0001f44d", "ok \U0001f44d\U0001f3fd", ["\U0001f44d"]),
    ],
)
def test_words_are_found_however_they_are_written(wanted, text, found):
    assert hits(wanted, text) == found


def test_a_hit_within_a_letter_marks_the_letter_once():
    assert hits("s", "Maß") == ["ß"]
    assert hits("f", "o\ufb03ce") == ["\ufb03"]


def test_case_matters_when_asked():
    assert hits("ok", "OK ok", case_sensitive=True) == ["ok"]
    assert hits("STRASSE", "Straße", case_sensitive=True) == []
    assert hits("OK", "\uff2f\uff2b", case_sensitive=True) == ["\uff2f\uff2b"]


@pytest.mark.parametrize(
    ("wanted", "text", "found"),
    [
        (r"refund|money back", "Money back or a REFUND", ["Money back", "REFUND"]),
        (r"\bpy\w+", "a pyre, happy", ["pyre"]),
        (r"caf\u00e9?", "cafe\u0301 caf", ["cafe\u0301", "caf"]),
        ("cafe\u0301$", "caf\u00e9", ["caf\u00e9"]),
        (r"\S+", "Ünder b", ["Ünder", "b"]),
        (r"x*", "ab", []),  # nothing is no hit
    ],
)
def test_expressions_are_matched_without_case(wanted, text, found):
    assert hits(wanted, text, regex=True) == found


def test_an_expression_is_not_itself_folded():
    assert hits(r"\D\S", "a1", regex=True) == ["a1"]
    assert hits(r"\D\D", "a1", regex=True) == []


@pytest.mark.parametrize("how", [{}, {"regex": True}])
@pytest.mark.parametrize("nothing", ["", "  ", "\n"])
def test_nothing_cannot_be_searched_for(nothing, how):
    with pytest.raises(QueryError, match="nothing to search"):
        Query(nothing, **how).spans("a")


@pytest.mark.parametrize("broken", ["(", "a{3,1}", "[z-a]", "(?P<x", "*"])
def test_what_is_no_expression_says_why(broken):
    with pytest.raises(QueryError, match="no regular expression"):
        Query(broken, regex=True).spans("a")


# Letters that combine, also across letters, and such as become several.
ODD = "a\u00df\ufb03\u0301\u0323e\u1100\u1161\u11ab\u0b47\u0b3e\u0dd9\u0dcf\u0dca\u0130\ufdfa "
TEXTS = st.text(st.sampled_from(ODD) | st.characters(codec="utf-8"), max_size=40)


@given(TEXTS, st.sampled_from([caseless, nfkc]), st.data())
def test_a_stretch_of_the_folded_text_comes_from_a_stretch_that_folds_to_it(text, fold, data):
    folded = Folded.of(text, fold)
    assert folded.folded == fold(text)
    if not folded.folded:
        return
    begin = data.draw(st.integers(0, len(folded.folded) - 1))
    end = data.draw(st.integers(begin + 1, len(folded.folded)))
    first, last = folded.span_of(begin, end)
    assert 0 <= first < last <= len(text)
    assert folded.folded[begin:end] in fold(text[first:last])


@given(TEXTS, TEXTS)
def test_a_text_is_found_in_every_text_that_holds_it(before, after):
    text = " ".join(f"{before} needle {after}".split())
    assert "needle" in hits("NEEDLE", text) or not re.search(r"\bneedle\b", text)
