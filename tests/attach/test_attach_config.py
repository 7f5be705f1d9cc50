"""What the recorder may be told, and what is refused."""

from pathlib import Path

import pytest

from bot.attached.config import AttachConfig, load_attach_config
from bot.config import ConfigError


def complaint(source, env=None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_attach_config(source, env=env or {})
    return str(caught.value)


def test_nothing_needs_to_be_said():
    config = load_attach_config(None)
    assert config == AttachConfig()
    assert config.log.directory == Path("sessions")
    assert config.log.audio is False
    assert config.turn.user_away_timeout == 15.0


def test_a_file_is_read_with_its_variables(tmp_path):
    file = tmp_path / "recorder.yaml"
    file.write_text("log: {directory: '${PLACE}'}\nagent: {name: concierge}\ntags: [a]\n")
    config = load_attach_config(file, env={"PLACE": "/logs"})
    assert (config.log.directory, config.agent.name) == (Path("/logs"), "concierge")
    assert config.tags == ("a",)
    assert config.digest != AttachConfig().digest


def test_a_finished_configuration_is_taken_as_it_is():
    config = AttachConfig(tags=("a",)).logging_to(Path("elsewhere"))
    assert load_attach_config(config) is config
    assert config.log.directory == Path("elsewhere")


@pytest.mark.parametrize("section", ["stt", "llm", "tts", "vad", "tools", "mcp", "hooks", "call"])
def test_what_the_bot_brings_is_refused(section):
    said = complaint({section: {"provider": "deepgram"}})
    assert f"the bot brings its own {section}" in said


def test_a_misspelt_key_is_refused():
    assert "log.directry: unknown key" in complaint({"log": {"directry": "x"}})


def test_audio_is_refused_rather_than_missed():
    said = complaint({"log": {"audio": True}})
    assert said.startswith("config: log: an attached recorder keeps no audio; set audio: false")
    assert load_attach_config({"log": {"audio": False}}) == AttachConfig()


def test_a_variable_that_is_not_set_is_named():
    assert "PLACE" in complaint({"log": {"directory": "${PLACE}"}})
