"""What the command line says of itself before any command."""

import subprocess
import sys

from bot.version import __version__


def run(*arguments):
    command = [sys.executable, "-m", "bot.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_version_is_told():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"parley {__version__}\n", "")


def test_the_help_names_each_command_and_a_word_that_is_none_ends_with_two():
    shown = run("--help").stdout
    assert "A Pipecat voice bot that keeps the minutes of its calls." in shown
    assert "Start with `parley demo`" in shown
    assert "--version" in shown
    for command in ("demo", "serve", "join", "attach", "doctor", "config", "providers", "log"):
        assert f"  {command} " in shown
    done = run("sreve")
    assert done.returncode == 2
    assert "No such command" in done.stderr
