"""Whole calls over WebRTC, with an aiortc caller and scripted providers."""

import asyncio
import json
from pathlib import Path

import httpx

from bot.serve.calls import ServedCalls, asks_to_hang_up
from tests.serve.caller import calling

HANG_UP = {"type": "parley", "action": "hangup"}


def report_of(folder: Path, session: str) -> dict:
    return json.loads((folder / "sessions" / session / "report.json").read_text())


def is_from(role: str):
    return lambda event: event["item"]["role"] == role


async def test_a_call_is_heard_told_and_hung_up(http: httpx.AsyncClient, tmp_path: Path):
    """The caller hears the bot, is told of both sides while they speak, and hangs up."""
    async with calling(http) as caller:
        await caller.connect()
        greeting = await caller.told("conversation_item_added", is_from("assistant"))
        assert greeting["item"]["content"] == ["Connected and ready."]
        assert caller.heard.is_set()
        caller.microphone.speak(1.0)
        question = await caller.told("conversation_item_added", is_from("user"))
        assert question["item"]["content"] == ["Hello how are you today"]
        await caller.told(
            "conversation_item_added", lambda event: event["item"]["content"] == ["I am fine."]
        )
        caller.send(HANG_UP)
        ending = (await http.get(f"/api/calls/{caller.session}/ending")).json()
    late = ending.pop("told")
    assert ending == {
        "session": caller.session,
        "close_reason": "user_initiated",
        "who": "caller",
        "what": "hung up",
        "folder": caller.session,
    }
    report = report_of(tmp_path, caller.session)
    assert report["events"][-1]["reason"] == "user_initiated"
    assert report["parley"]["close_detail"] == {"who": "caller", "what": "hung up"}
    told = [*caller.events, *(message["event"] for message in late)]
    assert told == report["events"]


async def test_a_caller_who_leaves_has_disconnected(http: httpx.AsyncClient, tmp_path: Path):
    async with calling(http) as caller:
        await caller.connect()
        await caller.told("agent_state_changed", lambda event: event["new_state"] == "speaking")
    ending = (await http.get(f"/api/calls/{caller.session}/ending")).json()
    assert ending["close_reason"] == "participant_disconnected"
    assert report_of(tmp_path, caller.session)["events"][-1]["reason"] == ending["close_reason"]


async def test_a_caller_who_is_gone_without_a_word_has_disconnected(
    http: httpx.AsyncClient, tmp_path: Path
):
    """A pulled plug: no sign of life reaches the server any more."""
    async with calling(http) as caller:
        await caller.connect()
        await caller.told("conversation_item_added")
        caller.fall_silent()
        ending = (await http.get(f"/api/calls/{caller.session}/ending")).json()
        assert (ending["close_reason"], ending["what"]) == (
            "participant_disconnected",
            "the network was lost",
        )
        assert caller.peer.connectionState == "closed"
    assert report_of(tmp_path, caller.session)["events"][-1]["reason"] == ending["close_reason"]


async def test_a_second_call_under_one_id_gets_an_id_of_its_own(http: httpx.AsyncClient):
    given = "3f2c1d9e-0000-4000-8000-000000000000"
    async with calling(http) as first, calling(http) as second:
        await first.connect(f"/sessions/{given}/api/offer")
        await second.connect(f"/sessions/{given}/api/offer")
        assert first.session == given
        assert second.session != given


async def test_several_calls_at_once_have_a_report_each(http: httpx.AsyncClient, tmp_path: Path):
    async with calling(http) as first, calling(http) as second:
        await asyncio.gather(first.connect(), second.connect())
        await first.told("conversation_item_added")
        first.send(HANG_UP)
        assert (await http.get(f"/api/calls/{first.session}/ending")).status_code == 200
        second.microphone.speak(1.0)
        await second.told("conversation_item_added", is_from("user"))
        second.send(HANG_UP)
        assert (await http.get(f"/api/calls/{second.session}/ending")).status_code == 200
    assert first.session != second.session
    for caller in (first, second):
        assert report_of(tmp_path, caller.session)["events"][-1]["reason"] == "user_initiated"


async def test_a_call_offered_under_a_given_id_keeps_it(http: httpx.AsyncClient, tmp_path: Path):
    """Pipecat's clients ask for an id first and offer their call under it."""
    given = (await http.post("/start", json={"transport": "webrtc"})).json()["sessionId"]
    async with calling(http) as caller:
        await caller.connect(f"/sessions/{given}/api/offer")
        assert caller.session == given
        await caller.told("conversation_item_added")
        caller.send(HANG_UP)
        await http.get(f"/api/calls/{given}/ending")
    assert report_of(tmp_path, given)["job_id"] == given


async def test_candidates_that_come_later_are_taken(http: httpx.AsyncClient):
    async with calling(http) as caller:
        answer = await caller.connect()
        lines = caller.peer.localDescription.sdp.splitlines()
        found = next(line for line in lines if line.startswith("a=candidate:"))
        late = {"candidate": found[len("a=candidate:") :], "sdp_mid": "0", "sdp_mline_index": 0}
        patch = {"pc_id": answer["pc_id"], "candidates": [late]}
        assert (await http.patch("/api/offer", json=patch)).json() == {"status": "success"}


async def test_closing_all_calls_writes_their_reports(
    http: httpx.AsyncClient, calls: ServedCalls, tmp_path: Path
):
    async with calling(http) as caller:
        await caller.connect()
        await caller.told("agent_state_changed", lambda event: event["new_state"] == "speaking")
        assert await calls.close_all("SIGTERM", within=4) == []
    report = report_of(tmp_path, caller.session)
    assert report["events"][-1]["reason"] == "job_shutdown"
    assert report["parley"]["close_detail"] == {"who": "host", "what": "SIGTERM"}


async def test_a_server_that_ends_lets_a_page_ask_how_its_call_ended(
    http: httpx.AsyncClient, calls: ServedCalls, monkeypatch
):
    ended = asyncio.Event()
    monkeypatch.setattr(calls, "_tell", lambda line: ended.set() if " ended: " in line else None)
    async with calling(http) as caller:
        await caller.connect(asks_ending=True)
        await caller.told("agent_state_changed", lambda event: event["new_state"] == "speaking")
        closing = asyncio.create_task(calls.close_all("SIGTERM", within=4))
        await ended.wait()
        assert not closing.done()
        ending = (await http.get(f"/api/calls/{caller.session}/ending")).json()
        assert await closing == []
    assert (ending["close_reason"], ending["what"]) == ("job_shutdown", "SIGTERM")


async def test_a_server_that_ends_waits_for_no_client_that_does_not_ask(
    http: httpx.AsyncClient, calls: ServedCalls, monkeypatch, tmp_path: Path
):
    monkeypatch.setattr("bot.serve.calls._ASKED_WITHIN", 3600.0)
    async with calling(http) as caller:
        await caller.connect()
        await caller.told("agent_state_changed", lambda event: event["new_state"] == "speaking")
        async with asyncio.timeout(60):
            assert await calls.close_all("SIGTERM", within=3600) == []
    assert report_of(tmp_path, caller.session)["events"][-1]["reason"] == "job_shutdown"


async def test_a_call_under_way_has_no_ending_yet(
    http: httpx.AsyncClient, calls: ServedCalls, monkeypatch
):
    async with calling(http) as caller:
        await caller.connect()
        real = calls.ending
        monkeypatch.setattr(calls, "ending", lambda session: real(session, within=0.01))
        assert (await http.get(f"/api/calls/{caller.session}/ending")).status_code == 409


def test_only_the_very_message_hangs_up():
    assert asks_to_hang_up(HANG_UP)
    for other in ("hangup", None, {"type": "parley"}, {**HANG_UP, "type": "rtvi-ai"}, [HANG_UP]):
        assert not asks_to_hang_up(other)
