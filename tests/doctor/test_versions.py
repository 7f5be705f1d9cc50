"""What is installed against what pyproject.toml asks for."""

import pytest

from bot.config import load_config
from bot.doctor.findings import Finding, Status
from bot.doctor.versions import check_versions, installed_version

KEYS = {"DEEPGRAM_API_KEY": "dg", "OPENAI_API_KEY": "oa", "ELEVENLABS_API_KEY": "el"}


def wrong(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.status is not Status.OK]


@pytest.mark.parametrize(
    ("config", "sdks"),
    [
        ("default", {"deepgram-sdk", "openai", "elevenlabs"}),
        ("local", {"moonshine-voice", "xllamacpp", "piper-tts"}),
    ],
)
def test_what_is_installed_here_is_what_is_asked_for(config: str, sdks: set[str]):
    found = list(check_versions(load_config(config, env=KEYS)))
    assert wrong(found) == []
    told = [finding.message.split()[0] for finding in found]
    assert told[:3] == ["Python", "pipecat-ai", "daily-python"]
    assert sdks <= set(told)


def test_the_version_and_what_is_asked_for_are_told():
    [pipecat] = [each for each in check_versions(None) if each.message.startswith("pipecat-ai")]
    version = installed_version("pipecat-ai")
    assert pipecat.message == f"pipecat-ai {version} (asked for: <1.15,>=1.14.0)"


def test_another_minor_version_of_pipecat_is_a_failure():
    def installed(name: str) -> str | None:
        return "1.15.0" if name == "pipecat-ai" else installed_version(name)

    [finding] = wrong(list(check_versions(None, installed=installed)))
    assert finding.status is Status.FAILED
    assert finding.message == "pipecat-ai is 1.15.0, and <1.15,>=1.14.0 is asked for"
    assert finding.remedy == 'run: uv pip install "pipecat-ai<1.15,>=1.14.0"'


def test_a_library_that_is_missing_is_told_though_it_is_no_sdk():
    def installed(name: str) -> str | None:
        return None if name == "msgspec" else installed_version(name)

    [finding] = wrong(list(check_versions(None, installed=installed)))
    assert "msgspec is not installed" in finding.message


def test_the_libraries_of_the_extra_are_asked_for_only_by_a_configuration_that_uses_them():
    def installed(name: str) -> str | None:
        return None if name == "moonshine-voice" else installed_version(name)

    default, local = (load_config(name, env=KEYS) for name in ("default", "local"))
    assert wrong(list(check_versions(default, installed=installed))) == []
    [finding] = wrong(list(check_versions(local, installed=installed)))
    assert finding.remedy == 'run: uv pip install "moonshine-voice==0.1.0"'


def test_an_old_python_is_a_failure():
    [finding] = wrong(list(check_versions(None, python="3.10.2")))
    assert finding.message == "this is Python 3.10.2, and Parley needs >=3.11"
