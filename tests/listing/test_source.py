"""Reading classes from their files."""

import sys

import pytest

from bot.listing.source import ancestry, methods_of, module_file, parsed


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write modules of a package `vendors` that nobody has imported."""
    monkeypatch.syspath_prepend(tmp_path)
    for cached in (module_file, parsed):
        cached.cache_clear()
    folder = tmp_path / f"vendors_{tmp_path.name}"
    folder.mkdir()

    def write(**files):
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        return folder.name

    return write


def names(module, name, package):
    return [each.name for each in ancestry(module, name, within=package)]


def test_a_class_has_the_bases_that_are_written_in_the_package(package):
    top = package(
        base="import enum\nclass Base(enum.Enum): ...\nclass Mixin: ...",
        one="from {0}.base import Base as B, Mixin\nclass One(Mixin, B[int]): ...",
    )
    package(one=f"from {top}.base import Base as B, Mixin\nclass One(Mixin, B[int]): ...")
    assert names(f"{top}.one", "One", top) == ["One", "Mixin", "Base"]


def test_a_module_that_cannot_be_imported_is_read_all_the_same(package):
    top = package(one="import not_there_at_all\nraise SystemExit\nclass One: ...")
    assert names(f"{top}.one", "One", top) == ["One"]
    assert f"{top}.one" not in sys.modules


def test_a_module_that_is_not_there_has_no_classes():
    assert ancestry("pipecat.services.nowhere.stt", "X", within="pipecat.services") == []
    assert ancestry("nowhere_at_all.stt", "X", within="nowhere_at_all") == []


def test_an_overridden_method_counts_only_if_it_is_called(package):
    top = package(
        one="""
class Base:
    def replaced(self): ...
    def extended(self): ...
    def kept(self): ...
class One(Base):
    def replaced(self): ...
    def extended(self):
        super().extended()
"""
    )
    methods = methods_of(ancestry(f"{top}.one", "One", within=top))
    assert [method.name for method in methods] == [
        "replaced",
        "extended",
        "extended",
        "kept",
    ]
