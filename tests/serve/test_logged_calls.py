"""The finished calls of a server: its table, their timelines, and who may see them."""

import asyncio
import json
import re
import threading
import wave
from pathlib import Path

import httpx
import pytest

from bot.config import load_config
from bot.models import Models
from bot.serve.app import create_app
from bot.serve.calls import ServedCalls
from bot.serve.guard import logs_refusal
from eventlog.index.watched import WatchedCalls
from tests.eventlog.drawn_calls import with_recording
from tests.eventlog.index.stores import call, store
from tests.serve.caller import calling
from tests.serve.config import scripted
from tests.serve.test_calls import HANG_UP

PATHS = ["/sessions", "/api/sessions", "/sessions/call-00000/timeline.html",
         "/sessions/call-00000/report.json"]  # fmt: skip


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    return store(tmp_path / "sessions", [call(n, at=n * 60, errors=n) for n in range(3)])


def rows_of(answer: httpx.Response) -> list[dict]:
    data = answer.json()
    return [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]


async def test_the_table_is_a_page_with_a_policy_of_its_own(http: httpx.AsyncClient):
    answer = await http.get("/sessions")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    [own] = re.findall(r'Content-Security-Policy" content="([^"]*)"', answer.text)
    assert policy == f"{own}; frame-ancestors 'none'"
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    slash = await http.get("/sessions/")
    assert (slash.status_code, slash.headers["location"]) == (307, "../sessions")


async def test_the_rows_are_those_of_the_log_directory(http: httpx.AsyncClient, sessions: Path):
    answer = await http.get("/api/sessions")
    assert [(row["job"], row["errors"]) for row in rows_of(answer)] == [
        ("call-00002", 2),
        ("call-00001", 1),
        ("call-00000", 0),
    ]
    version = answer.json()["version"]
    unchanged = await http.get("/api/sessions", params={"since": version})
    assert unchanged.json() == {"version": version}


async def test_a_timeline_is_drawn_from_the_report_whatever_page_lies_beside_it(
    http: httpx.AsyncClient, sessions: Path
):
    (sessions / "call-00000" / "timeline.html").write_text("<script>evil()</script>")
    answer = await http.get("/sessions/call-00000/timeline.html")
    assert answer.status_code == 200
    assert "evil()" not in answer.text
    assert "Answer 2" in answer.text
    [own] = re.findall(r'Content-Security-Policy" content="([^"]*)"', answer.text)
    assert answer.headers["content-security-policy"] == f"{own}; frame-ancestors 'none'"


async def test_the_recording_is_beside_the_timeline_and_can_be_sought_in(
    http: httpx.AsyncClient, sessions: Path
):
    folder = sessions / "recorded"
    folder.mkdir()
    with_recording(folder)
    page = (await http.get("/sessions/recorded/timeline.html")).text
    assert '"url":"audio.wav"' in page
    whole = await http.get("/sessions/recorded/audio.wav")
    assert whole.headers["content-type"] in ("audio/x-wav", "audio/wav", "audio/vnd.wave")
    part = await http.get("/sessions/recorded/audio.wav", headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole.content[100:200]
    with wave.open(str(folder / "audio.wav")) as sound:
        assert len(whole.content) == sound.getnframes() * 4 + 44


async def test_calls_deeper_in_the_tree_have_their_timelines_and_recordings(
    http: httpx.AsyncClient, sessions: Path
):
    folder = sessions / "2026" / "25 Nov"
    folder.mkdir(parents=True)
    with_recording(folder)
    [row] = [row for row in rows_of(await http.get("/api/sessions")) if "2026" in row["link"]]
    assert row["link"] == "sessions/2026/25%20Nov/timeline.html"
    assert '"url":"audio.wav"' in (await http.get(f"/{row['link']}")).text
    for word, url in row["files"]:
        assert (await http.get(f"/{url}")).status_code == 200, word


async def test_each_report_of_another_file_has_a_timeline_with_its_recording(
    http: httpx.AsyncClient, sessions: Path
):
    folder = sessions / "livekit"
    folder.mkdir()
    with_recording(folder)
    recorded = json.loads((folder / "report.json").read_text())
    (folder / "report.json").unlink()
    (folder / "two.jsonl").write_text(f"{json.dumps(call(7))}\n{json.dumps(recorded)}\n")
    links = [row["link"] for row in rows_of(await http.get("/api/sessions"))]
    first, second = (f"sessions/livekit/two.jsonl/{n}/timeline.html" for n in range(2))
    assert {first, second} <= set(links)
    assert "Answer 2" in (await http.get(f"/{first}")).text
    assert '"url":"../../audio.wav"' in (await http.get(f"/{second}")).text
    assert (await http.get("/sessions/livekit/audio.wav")).status_code == 200
    for missing in ("two.jsonl/2/timeline.html", "two.jsonl", "three.jsonl/0/timeline.html"):
        assert (await http.get(f"/sessions/livekit/{missing}")).status_code == 404


async def test_the_report_and_the_log_can_be_had(http: httpx.AsyncClient, sessions: Path):
    (sessions / "call-00001" / "log.txt").write_text("one line\n")
    report = await http.get("/sessions/call-00001/report.json")
    assert report.json()["job_id"] == "call-00001"
    log = await http.get("/sessions/call-00001/log.txt")
    assert log.text == "one line\n"
    assert log.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/nothing/timeline.html",
        "/sessions/nothing/report.json",
        "/sessions/call-00000/journal.jsonl",
        "/sessions/call-00000/secret.txt",
        "/sessions/call-00000/log.txt",
        "/sessions/../report.json",
        "/sessions/%2e%2e/report.json",
        "/sessions/..%2f..%2fetc/passwd",
        "/sessions/call-00000/..%2f..%2freport.json",
        "/sessions/call-00000/%2e%2e%2freport.json",
        "/sessions/call-00000/%00.wav",
        "/sessions/call-00000%00/report.json",
        "/sessions/" + "a" * 5000 + "/report.json",
        "/sessions/linked/report.json",
        "/sessions/linked/timeline.html",
        "/sessions/call-00002/audio.wav",
    ],
)
async def test_nothing_else_is_served(
    http: httpx.AsyncClient, sessions: Path, tmp_path: Path, path: str
):
    (tmp_path / "report.json").write_text('"outside"')
    (sessions / "call-00000" / "journal.jsonl").write_text("{}")
    (sessions / "call-00000" / "secret.txt").write_text("x")
    elsewhere = store(tmp_path / "elsewhere", [call(9)])
    (sessions / "linked").symlink_to(elsewhere / "call-00000")
    (sessions / "call-00002" / "audio.wav").symlink_to(tmp_path / "report.json")
    request = httpx.Request("GET", http.base_url)
    request.url = request.url.copy_with(raw_path=path.encode())
    assert (await http.send(request)).status_code == 404


async def test_a_report_that_cannot_be_drawn_is_not_found(http: httpx.AsyncClient, sessions: Path):
    (sessions / "call-00000" / "report.json").write_text("{")
    assert (await http.get("/sessions/call-00000/timeline.html")).status_code == 404
    assert (await http.get("/api/sessions")).json()["unreadable"] == 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:3000"},  # may call, and has no business in the logs
        {"origin": "https://example.com"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
        {"host": "rebound.example.com"},
    ],
)
async def test_other_pages_may_not_read_the_logs(
    http: httpx.AsyncClient, sessions: Path, path: str, headers: dict[str, str]
):
    assert (await http.get(path, headers=headers)).status_code == 403


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
        {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},  # a link was pressed
        {"origin": "http://127.0.0.1:7860"},
    ],
)
async def test_our_own_pages_and_the_person_may(
    http: httpx.AsyncClient, sessions: Path, path: str, headers: dict[str, str]
):
    assert (await http.get(path, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("client", "name", "seen"),
    [
        ("127.0.0.1", "127.0.0.1:7860", True),
        ("::1", "[::1]:7860", True),
        ("192.168.1.20", "192.168.1.10:7860", False),
        ("127.0.0.1", "bot.example.com", False),  # a proxy on this machine
        ("192.168.1.20", "127.0.0.1:7860", False),
        ("", "127.0.0.1:7860", False),
    ],
)
def test_a_server_for_others_shows_its_logs_to_this_machine_only(client, name, seen):
    refused = logs_refusal("0.0.0.0", client, {"host": name})
    assert (refused is None) is seen
    if refused:
        assert "127.0.0.1" in refused


async def test_others_are_told_what_to_do(tmp_path: Path, sessions: Path):
    calls = ServedCalls(load_config(scripted(tmp_path)), Models(), env={})
    transport = httpx.ASGITransport(create_app(calls, "0.0.0.0"), client=("192.168.1.20", 5))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://192.168.1.10:7860"
    ) as client:
        assert (await client.get("/api/about")).status_code == 200
        answer = await client.get("/api/sessions")
    assert answer.status_code == 403
    assert "parley log index" in answer.json()["detail"]


async def test_a_call_is_in_the_table_when_it_has_ended(http: httpx.AsyncClient):
    async with calling(http) as caller:
        await caller.connect()
        await caller.told("conversation_item_added")
        during = (await http.get("/api/sessions")).json()
        assert (during["rows"], during["unreadable"]) == ([], 0)
        caller.send(HANG_UP)
        ending = (await http.get(f"/api/calls/{caller.session}/ending")).json()
    after = await http.get("/api/sessions", params={"since": during["version"]})
    [row] = rows_of(after)
    assert row["link"] == f"sessions/{ending['folder']}/timeline.html"
    assert row["closed"] == "user_initiated"
    assert (await http.get(f"/{row['link']}")).status_code == 200
    for word, url in row["files"]:
        assert (await http.get(f"/{url}")).status_code == 200, word


async def test_a_call_whose_report_could_not_be_written_names_no_folder(
    http: httpx.AsyncClient, calls: ServedCalls, tmp_path: Path
):
    (tmp_path / "sessions").write_text("in the way")
    async with calling(http) as caller:
        await caller.connect()
        await caller.told("conversation_item_added")
        caller.send(HANG_UP)
        ending = (await http.get(f"/api/calls/{caller.session}/ending")).json()
    assert ending["folder"] == ""
    data = (await http.get("/api/sessions")).json()
    assert data["rows"] == []
    assert "not a directory" in data["problems"][0]


async def test_reading_the_store_holds_nothing_up(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    """A call's sound goes through the event loop; files are read beside it."""
    asked, go_on = threading.Event(), threading.Event()
    real = WatchedCalls.as_json

    def slow(*args: object) -> bytes:
        asked.set()
        assert go_on.wait(20)
        return real(*args)

    monkeypatch.setattr(WatchedCalls, "as_json", slow)
    reading = asyncio.create_task(http.get("/api/sessions"))
    assert await asyncio.to_thread(asked.wait, 20)
    assert (await http.get("/api/about")).status_code == 200
    assert not reading.done()
    go_on.set()
    assert (await reading).status_code == 200
