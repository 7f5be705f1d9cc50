"""How findings look in a terminal, in a pipe and as JSON."""

import io
import json

import pytest
from rich.console import Console

from bot.doctor.findings import Finding, failed, ok, warning
from bot.terminal.findings import FindingsView, findings_as_json


def shown(*found: Finding, terminal: bool = False) -> str:
    file = io.StringIO()
    view = FindingsView(Console(file=file, width=60, force_terminal=terminal))
    with view:
        view.busy("loading Pipecat")
        for finding in found:
            view.tell(finding)
    view.finish()
    return file.getvalue()


def test_a_pipe_gets_one_line_a_finding_and_one_a_remedy():
    long = "a cause that is longer than the sixty columns of this terminal are wide"
    assert shown(ok("disk", "fine"), failed("keys", long, "set it")) == (
        f"ok      disk     fine\nfailed  keys     {long}\n"
        "                 → set it\n1 failed, 0 to look at\n"
    )


def test_a_terminal_gets_colours_and_what_is_waited_for():
    drawn = shown(failed("keys", "not set", "set it"), terminal=True)
    assert "\x1b[1;31mfailed" in drawn
    assert "loading Pipecat" in drawn


@pytest.mark.parametrize(
    ("found", "last"),
    [
        ([ok("disk", "fine")], "All is well"),
        ([warning("disk", "little")], "Nothing failed, 1 to look at"),
        ([warning("disk", "little"), failed("udp", "none", "…")], "1 failed, 1 to look at"),
    ],
)
def test_the_last_line_says_how_it_stands(found: list[Finding], last: str):
    assert shown(*found).splitlines()[-1] == last


def test_what_a_vendor_says_cannot_repaint_the_terminal():
    assert "\x1b" not in shown(failed("online", "said \x1b[2J", "look\x1b]0;x"))


def test_warnings_alone_are_ok_in_json():
    assert json.loads(findings_as_json([warning("disk", "little", "free some")])) == {
        "ok": True,
        "findings": [
            {"check": "disk", "status": "warning", "message": "little", "remedy": "free some"}
        ],
    }
