"""What the tests of the configuration share: a folder to write files in, and who complains."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import ConfigError, load_config

Write = Callable[..., Path]

SERVICES = """
stt: {provider: deepgram}
llm: {provider: openai}
tts: {provider: elevenlabs}
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a YAML file into the working directory, which is empty."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, text: str) -> Path:
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    return write_file


def complaint(source, env=None) -> str:
    """Return what is said about a configuration that must be refused."""
    with pytest.raises(ConfigError) as caught:
        load_config(source, env=env or {})
    return str(caught.value)
