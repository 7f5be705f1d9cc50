"""Pipecat's real Flux client against the loopback recogniser."""

import pytest
from pipecat.frames.frames import (
    EagerEndOfTurnCancelFrame,
    EagerTranscriptionFrame,
    ErrorFrame,
    InterimTranscriptionFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    TranscriptionFrame,
)
from pipecat.services.deepgram.flux.stt import DeepgramFluxSTTService

from .faults import Fault
from .flux import FluxServer
from .loopback import KEY
from .pipeline import running
from .sound import RATE, audio, tone


def service(server: FluxServer, key: str = KEY, *, eager: bool = False) -> DeepgramFluxSTTService:
    return DeepgramFluxSTTService(
        api_key=key, url=f"{server.url}/v2/listen", enable_eager_end_of_turn=eager
    )


async def test_a_turn_is_proposed_and_heard_word_by_word_and_ended() -> None:
    async with FluxServer(["I'd like a table.", "For two."], end_silence=0.4) as server:
        async with running(service(server)) as line:
            await server.until(lambda: bool(server.connections))
            for seconds, text in ((1.0, "I'd like a table."), (0.5, "For two.")):
                await line.send(*audio(tone(seconds) + bytes(RATE)))
                final = await line.next(TranscriptionFrame, lambda f, t=text: f.text == t)
                assert final.finalized
                assert final.language == "en"
                assert final.result["words"][0]["confidence"] == 0.96
            await server.until(lambda: len(server.connections[0].audio) >= 5 * RATE)
        interims = [frame.text for frame in line.frames(InterimTranscriptionFrame)]
        (connection,) = server.connections
    assert interims == ["I'd", "I'd like", "I'd like a", "I'd like a table.", "For", "For two."]
    turn = ["StartOfTurn", "Update", "Update", "Update", "Update", "EndOfTurn"]
    assert connection.events == [*turn, "StartOfTurn", "Update", "Update", "EndOfTurn"]
    assert len(line.frames(ProposedUserStartedSpeakingFrame)) == 2
    assert len(line.frames(ProposedUserStoppedSpeakingFrame)) == 2
    assert connection.request.query["model"] == ["flux-general-en"]
    assert [message["type"] for message in connection.messages] == ["CloseStream"]


async def test_a_predicted_end_is_withdrawn_when_the_caller_goes_on() -> None:
    async with FluxServer(["A table for two."], end_silence=0.4) as server:
        async with running(service(server, eager=True)) as line:
            pause = bytes(int(0.3 * RATE) * 2)
            await line.send(*audio(tone(0.5) + pause + tone(0.5) + bytes(2 * RATE)))
            await line.next(TranscriptionFrame)
            await line.next(EagerTranscriptionFrame, lambda frame: frame.text == "A table for two.")
            await line.next(EagerEndOfTurnCancelFrame)
        events = [event for event in server.connections[0].events if event != "Update"]
    assert events == ["StartOfTurn", "EagerEndOfTurn", "TurnResumed", "EagerEndOfTurn", "EndOfTurn"]
    assert server.connections[0].request.query["eager_eot_threshold"] == ["0.5"]


@pytest.mark.parametrize(("key", "fault"), [("wrong", None), (KEY, Fault.UNAUTHORIZED)])
async def test_a_wrong_or_revoked_key_is_refused(key: str, fault: Fault | None) -> None:
    async with FluxServer([], fault=fault) as server, running(service(server, key)) as line:
        error = await line.next(ErrorFrame)
    assert "401" in error.error
    assert {request.status for request in server.requests} == {401}
    assert server.connections == []
