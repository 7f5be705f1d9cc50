"""`parley doctor` as a person and as a machine use it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import build
from tests.doctor.vendors import Vendors

NO_KEYS = dict.fromkeys(
    ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY", "DAILY_API_KEY")
)


def doctor(*arguments: str, **env: str) -> Result:
    words = ["doctor", "--port", "0", *arguments]
    return CliRunner().invoke(build(words), words, env={**NO_KEYS, **env}, catch_exceptions=False)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.models
def test_all_is_well_without_a_key_or_a_network(empty_folder: Path):
    done = doctor()
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "All is well"
    assert "No DEEPGRAM_API_KEY" in done.stdout
    assert list(empty_folder.iterdir()) == []


def test_missing_keys_are_told_with_their_remedy_and_exit_with_1():
    done = doctor("--config", "default")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    told = lines.index("failed  keys     stt deepgram: DEEPGRAM_API_KEY is not set")
    assert lines[told + 1].strip().startswith("→ set it in the environment or in .env")
    assert lines[-1] == "3 failed, 0 to look at"


def test_a_typing_error_in_yaml_is_told_and_the_machine_is_looked_at_all_the_same(
    empty_folder: Path,
):
    (empty_folder / "my.yaml").write_text("extends: default\nstt: {provdier: deepgram}\n")
    done = doctor("--config", "my.yaml")
    assert done.exit_code == 1
    assert "failed  config   my.yaml: stt.provdier: unknown key" in done.stdout
    assert "→ did you mean 'provider'?" in done.stdout
    assert "ok      udp" in done.stdout
    assert "not checked without a valid configuration: keys, disk, models" in done.stdout


def test_json_is_one_object_and_nothing_else_is_printed(empty_folder: Path):
    (empty_folder / "my.yaml").write_text("extends: default\nstt: {provdier: deepgram}\n")
    done = doctor("--config", "my.yaml", "--json")
    assert (done.exit_code, done.stderr) == (1, "")
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert {
        "check": "config",
        "status": "failed",
        "message": "my.yaml: stt.provdier: unknown key",
        "remedy": "did you mean 'provider'?",
    } in told["findings"]


@pytest.mark.parametrize("wrong", [("--prot", "1"), ("--port", "70000"), ("--port", "x")])
def test_wrong_usage_exits_with_2(wrong: tuple[str, str]):
    assert doctor(*wrong).exit_code == 2


@pytest.mark.parametrize("output", [(), ("--json",)])
async def test_online_in_a_process_of_its_own_no_key_is_printed(
    vendors: Vendors, empty_folder: Path, output: tuple[str, ...]
):
    wrong = "a-wrong-key-that-nobody-may-see"
    env = {**vendors.env, "OPENAI_API_KEY": wrong}
    code, told = await run(["--config", "default", "--online", *output], empty_folder, env)
    assert code == 1, told
    assert "refuses the key (401)" in told
    assert "set OPENAI_API_KEY to a key that works" in told
    assert "voice JBFqnCBsd6RMkjVDRZzb exists" in told
    assert "Daily accepts the key" in told
    keys = [value for name, value in env.items() if name.endswith("_KEY")]
    assert [key for key in keys if key in told] == []


async def run(arguments: list[str], folder: Path, env: dict[str, str]) -> tuple[int, str]:
    """Exit code and everything printed by the command in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.cli", "doctor", "--port", "0", *arguments),
        cwd=folder,
        env={**os.environ, **env, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()
