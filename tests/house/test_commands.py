"""What people and CI run."""

import re
import subprocess

import pytest
import yaml

from tests.house.files import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
WANTED = ["help", "setup", "demo", "serve", "test", "check", "format", "lock", "bench", "clean"]


def make(*arguments: str) -> str:
    done = subprocess.run(
        ["make", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_make_help_lists_every_target_with_what_it_does(target):
    assert re.search(rf"^  make {target} +\S", make("help"), re.MULTILINE)


def test_make_alone_is_make_help():
    assert make() == make("help")


@pytest.mark.parametrize("target", WANTED)
def test_the_makefile_has_the_targets_that_are_promised(target):
    assert target in TARGETS
    make("--dry-run", target)


def test_the_makefile_uses_nothing_that_make_3_81_does_not_know():
    # .ONESHELL and != came with 3.82 and 4.0, $(file) with 4.0, grouped targets with 4.3.
    assert not re.search(r"^\.ONESHELL|!=|\$\(file |&:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("script", ["scripts/setup.sh", "scripts/uv.sh", "scripts/lock.sh"])
def test_nothing_is_installed_outside_of_the_project(script):
    text = (ROOT / script).read_text(encoding="utf-8")
    assert not re.search(r"\bsudo\b|--user\b|--system\b|--break-system|/usr/|apt-get|\$HOME", text)


def test_setup_installs_with_hashes():
    assert "pip sync --require-hashes requirements.lock" in (ROOT / "scripts/setup.sh").read_text()


def test_the_hooks_of_pre_commit_fetch_nothing():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    assert {hook["language"] for hook in config["repos"][0]["hooks"]} == {"system"}


def test_ci_ends_with_all_the_tests():
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").strip().splitlines()
    assert lines[-1] == "make test"
    assert "set -euo pipefail" in lines
