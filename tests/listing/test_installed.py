"""What is said to be installed is what can be imported."""

import importlib

import pytest

from bot.config.catalogue import entries
from bot.listing.installed import importable


@pytest.mark.parametrize("slot", ["stt", "llm", "tts"])
def test_it_agrees_with_importing_every_provider(slot):
    for entry in entries(slot):
        try:
            importlib.import_module(entry.module)
        except ImportError:
            there = False
        else:
            there = True
        assert importable(entry.module) is there, entry.name


def test_a_module_that_is_not_there_is_not_installed():
    assert not importable("pipecat.services.nowhere.stt")
    assert not importable("nowhere_at_all")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("import json, asyncio.events", True),
        ("import not_there_at_all", False),
        ("from json import not_there_at_all", True),  # a name, and not a module's
        ("import json.not_there_at_all", False),
        ("try:\n    import not_there_at_all\nexcept ImportError:\n    x = None", True),
        ("try:\n    import not_there_at_all\nexcept ImportError as e:\n    raise e", False),
        ("def f():\n    import not_there_at_all", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import not_there_at_all", True),
    ],
)
def test_only_what_an_import_would_fail_at_counts(tmp_path, monkeypatch, text, there):
    from bot.listing import installed

    name = f"listed_{tmp_path.name}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "one.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(installed, "_READ", (name,))
    assert importable(f"{name}.one") is there
