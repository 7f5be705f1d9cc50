"""Sessions in the image: one process, several calls, the base image's way of starting them."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.cloud.image import ROOT, add_base_image, build, environment
from tests.cloud.server import PhoneCall, Server, serving

ANSWER = "It is noon here."
CONFIG = {
    "agent": {"name": "clerk", "greeting": "Hello there."},
    "vad": {"provider": "tests.scripted.vad:EnergyVAD", "args": {"stop_secs": 0.2}},
    "stt": {
        "provider": "tests.scripted.stt:ScriptedSTT",
        "args": {"utterances": [{"text": "What time is it?"}]},
    },
    "llm": {
        "provider": "tests.scripted.llm:ScriptedLLM",
        "args": {"answers": [{"input": "What time is it?", "content": ANSWER}]},
    },
    "tts": {"provider": "tests.scripted.tts:ScriptedTTS"},
    "turn": {"detector": "none", "min_endpointing_delay": 0.3},
}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The image's /app as its Dockerfile makes it, with a configuration of our own beside it."""
    workdir = build(tmp_path)
    add_base_image(workdir)
    (tmp_path / "clerk.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    providers = tmp_path / "providers" / "tests"
    providers.mkdir(parents=True)
    (providers / "__init__.py").touch()
    shutil.copytree(ROOT / "tests" / "scripted", providers / "scripted")
    return workdir


def run(image: Path, **env: str):
    variables = {"PARLEY_CONFIG": str(image.parent / "clerk.yaml"), **environment(), **env}
    return serving(image, image.parent / "providers", **variables)


async def printed_reports(server: Server, count: int) -> list[dict]:
    lines = await server.wait_for(server.stdout, '"chat_history"', count)
    return [json.loads(line) for line in lines]


def said(report: dict) -> list[tuple[str, str]]:
    items = report["chat_history"]["items"]
    return [(item["role"], item["content"][0]) for item in items if item["type"] == "message"]


async def test_a_warm_process_holds_two_calls_that_know_nothing_of_each_other(image):
    async with run(image) as server:
        for session in ("first", "second"):
            async with PhoneCall.of(server, session, tags=[session, 7]) as call:
                await call.hears_the_bot()
                await call.speak(0.6)
                await call.hears_the_bot()
            await printed_reports(server, 1 if session == "first" else 2)
        reports = await printed_reports(server, 2)
    assert [report["job_id"] for report in reports] == ["first", "second"]
    assert [report["tags"] for report in reports] == [["first"], ["second"]]
    for report in reports:
        assert report["events"][-1]["reason"] == "participant_disconnected"
        assert said(report)[:2] == [("assistant", "Hello there."), ("user", "What time is it?")]
        assert len(said(report)) == 3
    ids = [{item["id"] for item in report["chat_history"]["items"]} for report in reports]
    assert not ids[0] & ids[1]


async def test_the_report_of_a_session_is_also_in_its_folder(image):
    async with run(image) as server:
        async with PhoneCall.of(server, "folder") as call:
            await call.hears_the_bot()
        (report,) = await printed_reports(server, 1)
    on_disk = (image / "sessions" / "folder" / "report.json").read_text(encoding="utf-8")
    assert json.loads(on_disk) == report


@pytest.mark.slow  # Daily's client tries for 20 seconds
async def test_a_daily_room_that_cannot_be_reached_ends_in_a_report_that_says_so(image):
    async with run(image) as server:
        response = await server.start(
            {},
            **{
                "x-daily-room-url": "https://nobody.invalid/room",
                "x-daily-room-token": "token",
                "x-daily-session-id": "unreachable",
            },
        )
        (report,) = await printed_reports(server, 1)
    assert response.status_code == 200
    assert (report["job_id"], report["room"]) == ("unreachable", "room")
    assert report["room_id"] == "https://nobody.invalid/room"
    assert report["events"][-1]["reason"] == "error"


async def test_a_session_that_is_cut_off_at_its_longest_duration_still_reports(image):
    async with run(image) as server:
        await server.start(
            {},
            **{
                "x-daily-room-url": "https://nobody.invalid/room",
                "x-daily-room-token": "token",
                "x-daily-session-id": "long",
                "x-pcc-max-session-seconds": "1",
            },
        )
        (report,) = await printed_reports(server, 1)
    assert report["job_id"] == "long"
    assert report["events"][-1]["reason"] == "job_shutdown"


async def test_a_session_without_a_transport_is_refused_in_one_line_that_says_what_to_do(image):
    async with run(image) as server:
        await server.start({}, **{"x-daily-session-id": "empty"})
        (line, *_) = await server.wait_for(server.log, "the session empty brought no transport")
    assert "start it with a Daily room, a WebRTC connection or a WebSocket" in line
    assert not [line for line in server.stdout if line.startswith("{")]


async def test_a_deployment_with_a_good_configuration_is_ready(image):
    async with run(image) as server:
        response = await server.ready()
    assert (response.status_code, response.json()) == (200, {"ready": True})


async def test_a_deployment_with_a_wrong_configuration_is_not_ready_and_says_why(image):
    async with run(image, PARLEY_CONFIG="clerc") as server:
        response = await server.ready()
        await server.start({}, **{"x-daily-session-id": "wrong"})
        await server.wait_for(server.log, "Exception running bot(): clerc")
    assert response.status_code == 503
    assert response.json()["reason"].startswith("clerc: there is no such file")


async def test_the_shipped_configuration_runs_from_the_image(image):
    keys = ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY")
    async with run(image, PARLEY_CONFIG="", **dict.fromkeys(keys, "x")) as server:
        response = await server.ready()
    assert response.json() == {"ready": True}
