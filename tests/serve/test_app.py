import json
import re
from pathlib import Path

import httpx
import pytest

from bot.config import ConfigError, load_config
from bot.models import Models
from bot.serve.app import PAGE, TIMELINE, create_app
from bot.serve.calls import ServedCalls
from tests.serve.caller import calling
from tests.serve.config import scripted

FILES = sorted(file.name for file in PAGE.iterdir())


async def test_the_page_is_at_the_root(http: httpx.AsyncClient):
    answer = await http.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Parley</title>" in answer.text


@pytest.mark.parametrize("name", FILES)
async def test_each_file_of_the_page_is_served_as_what_it_is(http: httpx.AsyncClient, name: str):
    kinds = {".html": "text/html", ".js": "javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    answer = await http.get(f"/{name}")
    assert answer.status_code == 200
    assert kinds["." + name.rsplit(".")[-1]] in answer.headers["content-type"]


@pytest.mark.parametrize("name", ["lanes.js", "shapes.js", "stage.css"])
async def test_what_draws_the_lanes_is_that_of_the_timeline_page(
    http: httpx.AsyncClient, name: str
):
    answer = await http.get(f"/timeline/{name}")
    assert answer.status_code == 200
    assert answer.text == (TIMELINE / name).read_text(encoding="utf-8")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("name", FILES)
def test_the_page_loads_nothing_from_another_host(name: str):
    text = (PAGE / name).read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[\w.]+|(?<=[\"'(])//[\w.]+", text))
    assert addresses <= {"http://127.0.0.1", "http://www.w3.org"}
    assert "<script>" not in text
    assert "style=" not in text


@pytest.mark.parametrize("path", ["/", "/main.js", "/nothing", "/api/about", "/api/calls/x/ending"])
async def test_every_answer_forbids_what_comes_from_elsewhere(http: httpx.AsyncClient, path: str):
    headers = (await http.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/api",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/client/",
        "/page/main.js",
        "/timeline/",
    ],
)
async def test_unknown_paths_are_not_found(http: httpx.AsyncClient, path: str):
    assert (await http.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../serve/app.py",
        "/%2e%2e/serve/app.py",
        "/..%2fserve/app.py",
        "/..%5cserve%5capp.py",
        "//etc/passwd",
        "/" + "../" * 12 + "etc/passwd",
        "/timeline/../page.py",
        "/timeline/%2e%2e/page.py",
        "/%00",
        "/" + "a" * 5000,
    ],
)
async def test_nothing_outside_the_page_is_served(http: httpx.AsyncClient, path: str):
    request = httpx.Request("GET", http.base_url)
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = await http.send(request)
    assert answer.status_code in (400, 404)


async def test_the_page_is_told_who_answers(http: httpx.AsyncClient):
    about = (await http.get("/api/about")).json()
    assert about["agent"] == "assistant"
    assert about["providers"]["stt"] == "tests.scripted.stt:ScriptedSTT"


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1.example.com"])
async def test_a_page_of_another_host_may_not_call(http: httpx.AsyncClient, origin: str):
    answer = await http.post("/start", headers={"origin": origin})
    assert answer.status_code == 403
    assert "other hosts" in answer.json()["detail"]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:7860", "http://localhost:3000"])
async def test_a_page_of_this_machine_may_call(http: httpx.AsyncClient, origin: str):
    answer = await http.post("/start", headers={"origin": origin})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin


async def test_a_foreign_name_for_this_machine_is_refused(http: httpx.AsyncClient):
    """A name that resolves to loopback would make a foreign page one of our own."""
    answer = await http.get("/api/about", headers={"host": "rebound.example.com"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("sdp", "why"),
    [("nonsense", "no audio"), ("v=0\r\nm=audio nonsense\r\n", "cannot be answered")],
)
async def test_an_offer_that_is_none_is_refused(
    http: httpx.AsyncClient, calls: ServedCalls, sdp: str, why: str
):
    answer = await http.post("/api/offer", json={"sdp": sdp, "type": "offer"})
    assert answer.status_code == 400
    assert why in answer.json()["detail"]
    assert calls.under_way == []


async def test_a_call_that_cannot_begin_is_refused(
    http: httpx.AsyncClient, calls: ServedCalls, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> str:
        raise ConfigError(None, "llm", "cannot be built")

    monkeypatch.setattr(calls, "begin", fail)
    async with calling(http) as caller:
        with pytest.raises(httpx.HTTPStatusError) as refused:
            await caller.connect()
    assert refused.value.response.status_code == 500
    assert "terminal says why" in refused.value.response.json()["detail"]


async def test_an_offer_without_its_fields_is_refused(http: httpx.AsyncClient):
    assert (await http.post("/api/offer", json={})).status_code == 422


async def test_candidates_for_nobody_are_not_found(http: httpx.AsyncClient):
    answer = await http.patch("/api/offer", json={"pc_id": "nobody", "candidates": []})
    assert answer.status_code == 404


async def test_a_session_id_that_is_none_of_ours_is_refused(http: httpx.AsyncClient):
    answer = await http.post("/sessions/mine/api/offer", json={"sdp": "", "type": "offer"})
    assert answer.status_code == 422


async def test_the_ending_of_an_unknown_call_is_not_found(http: httpx.AsyncClient):
    assert (await http.get("/api/calls/nothing/ending")).status_code == 404


async def test_a_server_that_is_shutting_down_takes_no_calls(
    http: httpx.AsyncClient, calls: ServedCalls
):
    await calls.close_all("SIGTERM", within=1)
    answer = await http.post("/api/offer", json={"sdp": "v=0", "type": "offer"})
    assert answer.status_code == 503
    assert "shutting down" in answer.json()["detail"]


async def test_a_start_request_may_carry_a_body(http: httpx.AsyncClient):
    answer = await http.post("/start", json={"body": {"tags": ["vip"]}})
    assert answer.status_code == 200
    assert answer.json()["sessionId"]


@pytest.mark.parametrize(
    ("content", "status"), [(b"no json", 400), (b"[" * 2000, 400), (b" " * 70_000, 413)]
)
async def test_a_start_request_that_cannot_be_read_is_refused(
    http: httpx.AsyncClient, content: bytes, status: int
):
    assert (await http.post("/start", content=content)).status_code == status


async def test_what_a_start_request_carries_is_in_the_report_below_what_the_server_says(
    tmp_path: Path,
):
    config = load_config(scripted(tmp_path))
    own = {"tags": ["shop"], "metadata": {"region": "north"}}
    calls = ServedCalls(config, Models(), env={}, silent_for=1, **own)
    transport = httpx.ASGITransport(app=create_app(calls, "127.0.0.1"))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:7860", timeout=20
    ) as http:
        body = {"tags": ["vip", 7], "metadata": {"customer": 7, "region": "south"}}
        session = (await http.post("/start", json={"body": body})).json()["sessionId"]
        async with calling(http) as caller:
            await caller.connect(f"/sessions/{session}/api/offer")
            assert await calls.close_all("test over", within=5) == []
    report = json.loads((tmp_path / "sessions" / session / "report.json").read_text())
    assert report["tags"] == ["shop", "vip"]
    assert report["parley"]["metadata"] == {"customer": 7, "region": "north"}
    assert report["parley"]["recorder"]["losses"] == {"labels": 1}
