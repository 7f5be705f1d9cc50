"""The bot that `pipecat init` generates, with its services at loopback servers.

The command is Pipecat's own. Of what it imports only `questionary` may be missing here, the library
with which it asks a person its questions; it asks none when everything is said on the command line.

The generated bot.py is changed in as few words as possible: Deepgram and ElevenLabs take their
addresses from the environment, as OpenAI's SDK does by itself. `with_one_line` adds the line of
docs/attach.md (and its import).
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

from tests.wire.loopback import KEY

_INIT = """
import sys, types

class Unasked(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: None

if {stand_in}:
    sys.modules["questionary"] = Unasked("questionary")
from pipecat.cli.main import run
run()
"""
_CHOICES = (
    *("init", "demo", "--no-context-hub", "-b", "web", "-t", "smallwebrtc", "-m", "cascade"),
    *("--stt", "deepgram_stt", "--llm", "openai_llm", "--tts", "elevenlabs_tts"),
    *("--client-framework", "none"),
)
_ADDRESSES = {
    'DeepgramSTTService(api_key=os.getenv("DEEPGRAM_API_KEY"))': (
        'DeepgramSTTService(api_key=os.getenv("DEEPGRAM_API_KEY"), '
        'base_url=os.environ["DEEPGRAM_URL"])'
    ),
    'api_key=os.getenv("ELEVENLABS_API_KEY"),': (
        'api_key=os.getenv("ELEVENLABS_API_KEY"), url=os.environ["ELEVENLABS_URL"],'
    ),
}
_MADE = "    runner = WorkerRunner("


def generate(folder: Path) -> Path:
    """Run `pipecat init` in a folder and return the path of the bot.py that it made."""
    stand_in = importlib.util.find_spec("questionary") is None
    code = _INIT.format(stand_in=stand_in)
    subprocess.run(
        [sys.executable, "-c", code, *_CHOICES], cwd=folder, check=True, capture_output=True
    )
    bot = folder / "demo" / "server" / "bot.py"
    text = bot.read_text(encoding="utf-8")
    for said, patched in _ADDRESSES.items():
        assert text.count(said) == 1
        text = text.replace(said, patched)
    bot.write_text(text, encoding="utf-8")
    return bot


def with_one_line(bot: Path) -> None:
    """Add what docs/attach.md tells a person to add."""
    text = bot.read_text(encoding="utf-8")
    assert text.count(_MADE) == 1
    text = text.replace(_MADE, f"    attach(worker)\n\n{_MADE}")
    text = text.replace("import os\n", "import os\n\nfrom parley import attach\n", 1)
    bot.write_text(text, encoding="utf-8")


def environment(deepgram: str, openai: str, elevenlabs: str) -> dict[str, str]:
    """What points the generated bot at loopback servers."""
    return {
        "DEEPGRAM_API_KEY": KEY,
        "OPENAI_API_KEY": KEY,
        "ELEVENLABS_API_KEY": KEY,
        "ELEVENLABS_VOICE_ID": "voice",
        "DEEPGRAM_URL": deepgram,
        "OPENAI_BASE_URL": openai,
        "ELEVENLABS_URL": elevenlabs,
    }
