"""Tags and metadata: what strangers give is bounded, and what is left out is counted."""

import pytest

from eventlog.labels import MOST, fitting, metadata_problem, tag_problem

DEEP: list[object] = []
DEEP.append(DEEP)


@pytest.mark.parametrize("tag", ["", 7, None, ["a"], "x" * 101, "\ud800"])
def test_what_is_no_tag_is_told(tag):
    assert tag_problem(tag)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", 1),
        (3, 1),
        ("k" * 65, 1),
        ("k", {"nested": 1}),
        ("k", DEEP),
        ("k", "x" * 501),
        ("k", float("nan")),
        ("k", float("inf")),
        ("k", 10**400),
        ("k", "\ud800"),
        ("k", b"bytes"),
    ],
)
def test_what_is_no_metadata_is_told(key, value):
    assert metadata_problem(key, value)


@pytest.mark.parametrize("value", ["text", "", 1, -1.5, True, None, 2**53])
def test_flat_values_are_metadata(value):
    assert metadata_problem("key", value) == ""


def test_what_does_not_fit_is_left_out_and_counted():
    tags, metadata, lost = fitting(["a", 7, ""], {"k": 1, "l": [1]})
    assert (tags, metadata, lost) == (["a"], {"k": 1}, 3)


def test_more_than_a_report_holds_is_left_out():
    tags, metadata, lost = fitting([str(i) for i in range(60)], {str(i): i for i in range(70)})
    assert (len(tags), len(metadata), lost) == (MOST, MOST, 30)


@pytest.mark.parametrize("given", ["text", 7, {"a": 1}])
def test_what_is_no_list_of_tags_counts_as_one(given):
    assert fitting(given, None) == ([], {}, 1)


def test_nothing_given_is_nothing_lost():
    assert fitting(None, None) == ([], {}, 0)
