"""The Procfile starts what the command line has."""

import shlex
from typing import Any

import pytest
import typer

from bot.cli import build
from tests.house.files import ROOT

PROCESSES = [
    line.partition(": ")[::2]
    for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("process", "command"), PROCESSES)
def test_a_process_runs_a_command_of_parley_with_options_that_it_has(process, command):
    program, name, *arguments = shlex.split(command)
    assert program == "parley"
    app: Any = typer.main.get_command(build([name]))
    known = {option for parameter in app.commands[name].params for option in parameter.opts}
    used = {argument for argument in arguments if argument.startswith("--")}
    assert used <= known, process


def test_the_web_process_listens_where_its_host_says():
    assert dict(PROCESSES)["web"].endswith("--host 0.0.0.0 --port ${PORT:-7860}")
