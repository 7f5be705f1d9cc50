"""Parley's packages beside a project's own bot.py, and beside packages of the same names.

Each case is a project folder with a script, run as a person runs it: the folder comes first on
Python's path.
"""

import subprocess
import sys
from pathlib import Path

import pytest

USE = """
import parley.names
parley.names.make_room()
import bot.attached.config, eventlog.signals, processors.away
print(bot.attached.config.load_attach_config(None).agent.name)
"""


def run(folder: Path, script: str, name: str = "main.py") -> subprocess.CompletedProcess[str]:
    (folder / name).write_text(script)
    return subprocess.run([sys.executable, name], cwd=folder, capture_output=True, text=True)


def ran(folder: Path, script: str, name: str = "main.py") -> list[str]:
    done = run(folder, script, name)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_a_clash_they_are_what_they_always_were(tmp_path: Path) -> None:
    assert ran(tmp_path, USE + "from bot import attach; print(attach.__module__)") == [
        "assistant",
        "bot.attached.call",
    ]


def test_the_script_itself_may_be_called_bot_and_runs_once(tmp_path: Path) -> None:
    assert ran(tmp_path, "print('running')" + USE, "bot.py") == ["running", "assistant"]


def test_a_bot_that_another_module_of_the_project_asks_for_is_the_projects(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("print('loaded')\ndef bot(): return 'theirs'\n")
    asked = "print('not yet')\nfrom bot import bot\nprint(bot())\n"
    assert ran(tmp_path, USE + asked) == ["assistant", "not yet", "loaded", "theirs"]


def test_a_bot_that_was_imported_before_stays_what_it_is(tmp_path: Path) -> None:
    """So it is on Pipecat Cloud, whose base image imports bot.py first."""
    (tmp_path / "bot.py").write_text("def bot(): return 'theirs'\n")
    asked = "from bot import bot as again\nprint(again is first)\n"
    assert ran(tmp_path, f"from bot import bot as first\n{USE}{asked}") == ["assistant", "True"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_package_of_the_same_name_keeps_its_modules(tmp_path: Path, when: str) -> None:
    package = tmp_path / "processors"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "theirs.py").write_text("NAME = 'theirs'\n")
    asked = "from processors.theirs import NAME\nprint(NAME)\n"
    script = asked + USE if when == "before" else USE + asked
    assert sorted(ran(tmp_path, script)) == ["assistant", "theirs"]


def test_two_modules_of_one_name_are_refused_by_name(tmp_path: Path) -> None:
    package = tmp_path / "processors"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "observer.py").write_text("")
    done = run(tmp_path, USE)
    assert done.returncode == 1
    assert "the project has a package 'processors' with modules" in done.stderr
    assert "(observer): rename" in done.stderr


def test_room_may_be_made_again(tmp_path: Path) -> None:
    assert ran(tmp_path, USE + USE) == ["assistant", "assistant"]


def test_parley_may_lie_behind_a_link(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(Path(__file__).parents[2])
    script = f"import sys\nsys.path.insert(0, {str(link)!r})\n{USE}"
    assert ran(tmp_path, script) == ["assistant"]
