"""The folders of a store, listed again only where something may have changed."""

import os
from pathlib import Path

import pytest

from eventlog.index import tree as trees
from eventlog.index.tree import Tree

LATER = 10**18 * 4
"""A wall clock, ns, by which whatever was done in a test is long ago."""


@pytest.fixture
def listed(monkeypatch):
    """The folders that are listed, by name."""
    names, real = [], trees._list
    monkeypatch.setattr(
        trees, "_list", lambda path, into: names.append(Path(path).name) or real(path, into)
    )
    return names


def places(tree):
    return sorted(folder.place for folder in tree.look())


def test_all_folders_are_found_and_hidden_ones_and_links_left_out(tmp_path):
    for name in ("a/b/c", ".git/x", "d"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert places(Tree(str(tmp_path))) == ["", "a", "a/b", "a/b/c", "d"]


def test_a_root_that_is_not_there_has_no_folders(tmp_path):
    assert Tree(str(tmp_path / "nothing")).look() == []


def test_only_a_folder_that_has_changed_is_listed_again(tmp_path, listed):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    tree = Tree(str(tmp_path), now=lambda: LATER)
    tree.look()
    listed.clear()
    tree.look()
    assert listed == []
    (tmp_path / "a" / "new").mkdir()
    os.utime(tmp_path / "a", ns=(1, 1))
    assert places(tree) == ["", "a", "a/new", "b"]
    assert sorted(listed) == ["a", "new"]


def test_a_folder_that_has_just_changed_is_listed_until_its_time_tells(tmp_path, listed):
    """Two changes within a tick of the file system's clock leave the same time."""
    tree = Tree(str(tmp_path), now=lambda: tmp_path.stat().st_mtime_ns + 1)
    tree.look()
    before = tmp_path.stat()
    (tmp_path / "a").mkdir()
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert places(tree) == ["", "a"]


def test_a_folder_tells_whether_calls_are_in_it(tmp_path):
    (tmp_path / "day" / "call").mkdir(parents=True)
    tree = Tree(str(tmp_path))
    assert not any(folder.has_calls for folder in tree.look())
    (tmp_path / "day" / "call" / "report.json").write_text("{}")
    assert [folder.place for folder in tree.look() if folder.has_calls] == ["day"]


def test_what_cannot_be_listed_says_why_and_is_tried_again(tmp_path):
    place = tmp_path / "sessions"
    place.write_text("in the way")
    tree = Tree(str(place), now=lambda: LATER)
    assert [folder.failure for folder in tree.look()] == ["not a directory"]
    place.unlink()
    place.mkdir()
    assert [folder.failure for folder in tree.look()] == [""]
