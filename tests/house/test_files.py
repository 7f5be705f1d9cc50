"""What no file of the project may hold, and what none may be called."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.house.files import PACKAGES, ROOT, texts, tracked

NAMELESS = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
# Written in pieces, as this file is one of those that are searched.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "file:" + "///opt",
]
PLACES = ["/wo" + "rk/", "../sha" + "red", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/"]
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def containing(needle: str) -> list[str]:
    return [str(path) for path, text in texts().items() if needle in text]


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_a_package_registry(host):
    assert containing(host) == []


@pytest.mark.parametrize("place", PLACES)
def test_no_file_names_a_place_on_somebodys_machine(place):
    assert containing(place) == []


def test_no_file_has_a_name_that_says_nothing():
    assert [str(path) for path in tracked() if path.stem.lower() in NAMELESS] == []


def test_no_code_is_left_unfinished():
    code = {path: text for path, text in texts().items() if path.parts[0] in PACKAGES}
    assert [str(path) for path, text in code.items() if UNFINISHED.search(text)] == []


def test_no_test_is_skipped_for_good():
    marks = re.compile(r"mark\.(skip|xfail)\b")
    tests = {path: text for path, text in texts().items() if path.parts[0] == "tests"}
    assert [str(path) for path, text in tests.items() if marks.search(text)] == []


def test_what_a_call_leaves_behind_and_secrets_are_ignored_by_git():
    paths = ["sessions/a/report.json", ".env", "uv.lock", ".venv/x", ".tools/x", ".cache/x"]
    ignored = subprocess.run(
        ["git", "check-ignore", *paths], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert ignored == paths


@pytest.mark.parametrize(
    "script",
    [
        path
        for path, text in texts().items()
        if path.suffix == ".sh" or text.startswith(("#!/bin/sh", "#!/usr/bin/env bash"))
    ],
    ids=str,
)
def test_a_shell_script_parses_in_the_shell_it_names(script: Path):
    shell = "bash" if "bash" in texts()[script].splitlines()[0] else "sh"
    done = subprocess.run([shell, "-n", str(ROOT / script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_script_of_ci_is_among_those_that_are_parsed():
    assert Path(".ci/run") in texts()
