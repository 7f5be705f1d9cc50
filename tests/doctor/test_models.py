"""Models are really loaded, or it is told why they cannot be."""

from typing import Any

import pytest

from bot.config import load_config
from bot.doctor.findings import Finding, Status
from bot.doctor.models import check_models

KEYS = {"DEEPGRAM_API_KEY": "dg", "OPENAI_API_KEY": "oa", "ELEVENLABS_API_KEY": "el"}


async def loaded(source: Any, *broken: str) -> tuple[list[Finding], list[str]]:
    """What is found, and what was said to be waited for."""
    found: list[Finding] = []
    waited: list[str] = []
    config = load_config(source, env=KEYS)
    await check_models(config, KEYS, broken=broken, tell=found.append, busy=waited.append)
    return found, waited


@pytest.mark.models
async def test_every_model_of_the_local_configuration_is_loaded_and_waited_for_by_name():
    found, waited = await loaded("local")
    assert {finding.status for finding in found} == {Status.OK}
    for name in ("speech recogniser", "language model", "Piper voice", "VAD", "turn detector"):
        assert [finding for finding in found if finding.message.startswith(name)]
        assert [what for what in waited if name in what]
    assert waited[-1] == ""


async def test_services_of_others_have_no_model_here_but_vad_and_turn_detector_do():
    found, _ = await loaded("default")
    assert {finding.status for finding in found} == {Status.OK}
    assert len(found) == 5
    assert sum("no model to load on this machine" in finding.message for finding in found) == 3


@pytest.mark.models
async def test_a_model_that_is_not_there_is_told_once_and_the_others_are_loaded():
    found, _ = await loaded(
        {"extends": "local", "stt": {"args": {"model_dir": "no-such-folder"}}}, "llm", "tts"
    )
    [failure] = [finding for finding in found if finding.status is Status.FAILED]
    assert "no-such-folder" in failure.message
    assert failure.remedy
    assert sum(finding.status is Status.OK for finding in found) == 2


async def test_a_service_that_refuses_its_settings_is_told():
    found, _ = await loaded(
        {"extends": "local", "agent": {"language": "fr"}, "stt": {"settings": {"language": "fr"}}},
        "llm",
        "tts",
    )
    [failure] = [finding for finding in found if finding.status is Status.FAILED]
    assert "knows no language fr" in failure.message


async def test_without_a_turn_detector_none_is_loaded():
    found, _ = await loaded({"extends": "default", "turn": {"detector": "none"}}, "vad")
    assert len(found) == 3
