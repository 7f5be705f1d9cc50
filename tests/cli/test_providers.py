"""`parley providers`."""

import json
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from bot.cli.providers import command
from bot.config.catalogue import entries
from bot.config.schema import SLOTS

app = typer.Typer()
app.command()(command)


def run(*args):
    return CliRunner().invoke(app, args, catch_exceptions=False)


def told(*args):
    done = run(*args, "--json")
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_all_providers_of_all_slots_are_listed():
    listed = [(each["slot"], each["name"]) for each in told()]
    assert listed == [(s, entry.name) for s in SLOTS for entry in entries(s)]


def test_one_provider_is_told_with_what_it_needs_and_can_do():
    [cartesia] = [each for each in told("tts") if each["name"] == "cartesia"]
    assert cartesia == {
        "slot": "tts",
        "name": "cartesia",
        "class": "pipecat.services.cartesia.tts:CartesiaTTSService",
        "keys": ["CARTESIA_API_KEY"],
        "settings": {"voice": ["CARTESIA_VOICE_ID"]},
        "extra": "cartesia",
        "installed": True,
        "install": 'uv pip install "pipecat-ai[cartesia]"',
        "word_times": True,
    }
    [flux] = [each for each in told("stt") if each["name"] == "deepgram-flux"]
    assert (flux["interim_transcripts"], flux["turn_detection"], flux["eager_turns"]) == (
        True,
        "always",
        True,
    )


def test_alternatives_and_what_a_library_finds_itself_are_among_the_keys():
    keys = {each["name"]: each["keys"] for each in told("stt")}
    assert keys["fal"] == ["FAL_API_KEY|FAL_KEY"]
    assert keys["google"] == ["GOOGLE_APPLICATION_CREDENTIALS"]
    assert keys["azure"] == ["AZURE_SPEECH_API_KEY", "AZURE_SPEECH_REGION"]
    assert "AWS_SECRET_ACCESS_KEY" in keys["aws-transcribe"]


def test_only_the_installed_ones_are_listed_when_asked():
    all_of_them = told("llm")
    assert told("llm", "--installed") == [each for each in all_of_them if each["installed"]]


@pytest.mark.parametrize("slot", ["stt", "llm", "tts"])
def test_the_table_has_all_names_and_fits_80_columns(slot):
    lines = run(slot).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in run(slot).stdout
    shown = "".join(line.split()[0] for line in lines if line.strip() and line[1] != " ")
    for entry in entries(slot):
        assert entry.name in shown


def test_a_slot_that_does_not_exist_is_told_with_the_nearest():
    done = run("sst")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "there is no slot 'sst'; did you mean 'stt'?\n"


def test_listing_imports_no_service():
    script = (
        "import sys; from bot.listing.provider import providers\n"
        "for slot in ('stt', 'llm', 'tts'): providers(slot)\n"
        "print(*[name for name in sys.modules if name.startswith('pipecat.services')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
