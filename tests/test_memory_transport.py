"""The in-memory line carries every sample once, in real time, and falls silent when told to."""

import asyncio
import time
from itertools import pairwise

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    EndFrame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    UserAudioRawFrame,
)
from pipecat.transports.base_transport import TransportParams

from bot.memory import FarEnd, LineClock, MemoryTransport, MemoryTransportError, PlayedAudio
from bot.memory.playout import Playout
from tests.scripted.audio_code import encode, runs
from tests.scripted.pipeline import Running, running
from tests.scripted.speech import speech

RATE = 16000


def _heard_by_bot(call: Running) -> bytes:
    return b"".join(frame.audio for frame in call.ear.all(InputAudioRawFrame))


def _audible(far_end: FarEnd) -> bytes:
    return b"".join(piece.pcm for piece in far_end.played)


def _chunks_of(seconds: float) -> TransportParams:
    return TransportParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_out_10ms_chunks=round(seconds * 100),
    )


async def _say(call: Running, seconds: float, *, first: int = 0, interruptible: bool = True) -> int:
    """Queue numbered samples as a TTS would; returns the number after the last."""
    count = round(seconds * RATE)
    frame = TTSAudioRawFrame(encode(first, count), RATE, 1)
    frame.interruptible = interruptible
    await call.worker.queue_frames([frame, TTSStoppedFrame()])
    return first + count


async def _until_heard(far_end: FarEnd, seconds: float) -> None:
    """Wait until this much of the bot's audio has begun to play."""
    reached = asyncio.Event()
    heard = sum(len(piece.pcm) for piece in far_end.played)

    def listen(piece: PlayedAudio) -> None:
        nonlocal heard
        heard += len(piece.pcm)
        if heard >= seconds * RATE * 2:
            reached.set()

    stop = far_end.on_audio(listen)
    async with asyncio.timeout(10):
        await reached.wait()
    stop()


async def test_joining_and_leaving_tell_the_bot_who_came_and_went():
    transport = MemoryTransport()
    events: list[tuple[str, str]] = []
    gone = asyncio.Event()

    @transport.event_handler("on_client_connected")
    async def _(_transport: object, client: str) -> None:
        events.append(("connected", transport.get_client_id(client)))

    @transport.event_handler("on_client_disconnected")
    async def _(_transport: object, client: str) -> None:
        events.append(("disconnected", transport.get_client_id(client)))
        gone.set()

    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join("ada")
        await call.ear.wait_for(ClientConnectedFrame)
        await transport.far_end.leave()
        await transport.far_end.leave()
        async with asyncio.timeout(5):
            await gone.wait()
    assert events == [("connected", "ada"), ("disconnected", "ada")]
    joined, left = transport.far_end.joined_at, transport.far_end.left_at
    assert joined is not None
    assert left is not None
    assert joined <= left <= time.time()


async def test_who_joins_before_the_bot_is_connected_when_the_bot_arrives():
    transport = MemoryTransport()
    await transport.far_end.join()
    assert transport.far_end.joined_at is None
    async with running([transport.input(), transport.output()]) as call:
        async with asyncio.timeout(5):
            await transport.far_end.connected()
        await call.ear.wait_for(ClientConnectedFrame)
    assert transport.far_end.joined_at is not None


async def test_a_second_caller_is_refused_while_the_first_is_there():
    transport = MemoryTransport()
    await transport.far_end.join("ada")
    with pytest.raises(MemoryTransportError, match=r"'ada' is on the line already"):
        await transport.far_end.join("bob")


async def test_the_microphone_streams_silence_between_utterances_in_real_time():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join("ada")
        await call.ear.wait_for(InputAudioRawFrame, count=25)
        frames = call.ear.all(UserAudioRawFrame)[:25]
        joined = transport.far_end.joined_at
        assert joined is not None
        # The 25th frame ends half a second after the join, however the first ones were delayed.
        lateness = call.ear.times(InputAudioRawFrame)[24] - (joined + 0.5)
    assert {len(frame.audio) for frame in frames} == {RATE // 50 * 2}
    assert not any(any(frame.audio) for frame in frames)
    assert {frame.user_id for frame in frames} == {"ada"}
    assert -0.02 < lateness < 0.25


async def test_everything_spoken_reaches_the_bot_once_and_in_order():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        first = transport.far_end.speak(encode(0, 5000), RATE)
        second = transport.far_end.speak(encode(5000, 3333), RATE)
        async with asyncio.timeout(5):
            await second.done()
        await call.ear.wait_for(InputAudioRawFrame, count=len(call.ear.all(InputAudioRawFrame)) + 2)
        assert encode(0, 8333) in _heard_by_bot(call)
        assert runs(_heard_by_bot(call)) == [range(8333)]
    assert first.ended_at is not None
    assert second.started_at == pytest.approx(first.ended_at, abs=1e-3)


async def test_an_utterance_is_dated_by_the_moments_at_which_it_was_spoken():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]):
        await transport.far_end.join()
        asked = time.time()
        utterance = transport.far_end.speak(speech(0.3), RATE)
        async with asyncio.timeout(5):
            await utterance.started()
            assert utterance.ended_at is None
            await utterance.done()
        assert utterance.started_at is not None
        assert utterance.ended_at is not None
        assert utterance.started_at - asked == pytest.approx(0, abs=0.02)
        assert utterance.ended_at - utterance.started_at == pytest.approx(0.3, abs=1e-3)
        assert 0 <= time.time() - utterance.ended_at < 0.3


async def test_speech_can_be_set_for_an_exact_moment_after_the_join():
    transport = MemoryTransport()
    late = transport.far_end.speak_at(0.4033, encode(0, 100), RATE)
    early = transport.far_end.speak_at(0.105, encode(100, 100), RATE)
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        async with asyncio.timeout(5):
            await late.done()
        await call.ear.wait_for(InputAudioRawFrame, count=22)
        stream = _heard_by_bot(call)
    joined = transport.far_end.joined_at
    assert joined is not None
    assert early.started_at is not None
    assert early.started_at - joined == pytest.approx(0.105, abs=0.01)
    assert stream.index(encode(100, 100)) == round(0.105 * RATE) * 2
    assert stream.index(encode(0, 100)) == round(0.4033 * RATE) * 2


async def test_speech_of_another_rate_keeps_its_length():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]):
        await transport.far_end.join()
        utterance = transport.far_end.speak(speech(0.25, 24000), 24000)
        async with asyncio.timeout(5):
            await utterance.done()
    assert utterance.started_at is not None
    assert utterance.ended_at is not None
    assert utterance.ended_at - utterance.started_at == pytest.approx(0.25, abs=0.002)


async def test_leaving_cuts_short_what_was_being_said():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        speaking = transport.far_end.speak(speech(5), RATE)
        waiting = transport.far_end.speak(speech(1), RATE)
        async with asyncio.timeout(5):
            await speaking.started()
            await transport.far_end.leave()
            await speaking.done()
            await waiting.done()
        await call.worker.queue_frame(EndFrame())
        await call.done
    assert speaking.cut_short
    assert speaking.started_at is not None
    assert speaking.ended_at is None
    assert waiting.cut_short
    assert waiting.started_at is None


async def test_half_a_sample_is_refused_with_the_remedy():
    with pytest.raises(MemoryTransportError, match="whole samples"):
        MemoryTransport().far_end.speak(b"\0\0\0", RATE)


async def test_the_bots_audio_is_heard_once_in_order_and_at_the_speed_of_speech():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        last = await _say(call, 1.0)
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        started = call.ear.times(BotStartedSpeakingFrame)[0]
        stopped = call.ear.times(BotStoppedSpeakingFrame)[0]
    played = transport.far_end.played
    assert runs(_audible(transport.far_end)) == [range(last)]
    assert max(len(piece.pcm) for piece in played) == RATE // 100 * 2
    assert 0 <= played[0].at - started < 0.1
    ended = played[-1].at + 0.01
    # A loaded machine may open gaps, never make it faster.
    assert 0.999 < ended - played[0].at < 2
    assert -0.001 < stopped - ended < 0.2


async def test_playing_does_not_drift_over_many_chunks():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        await _say(call, 2.0)
        await call.ear.wait_for(BotStoppedSpeakingFrame)
    played = transport.far_end.played
    steps = [later.at - earlier.at for earlier, later in pairwise(played)]
    # Wherever the event loop kept up, a slice follows the one before to the microsecond.
    on_time = [step for step in steps if step < 0.05]
    assert len(on_time) > 0.9 * len(steps)
    assert all(step == pytest.approx(0.01, abs=1e-5) for step in on_time)


async def test_an_interruption_silences_the_bot_at_once():
    transport = MemoryTransport(_chunks_of(0.5))
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        await _say(call, 3.0)
        await _until_heard(transport.far_end, 0.6)
        await call.worker.queue_frame(InterruptionFrame())
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        interrupted = call.ear.times(InterruptionFrame)[0]
        # What is said next begins a new sequence, so nothing stale can have been played between.
        await _say(call, 0.2, first=20000)
        await call.ear.wait_for(BotStoppedSpeakingFrame, count=2)
    heard = runs(_audible(transport.far_end))
    assert [run.start for run in heard] == [0, 20000]
    assert len(heard[0]) >= 0.6 * RATE
    last_stale = transport.far_end.played[len(heard[0]) // (RATE // 100) - 1]
    # The chunk that was being written would have gone on for 0.4 s.
    assert last_stale.at - interrupted < 0.15


async def test_what_goes_on_down_the_pipeline_is_what_was_heard():
    transport = MemoryTransport(_chunks_of(0.5))
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        await _say(call, 2.0)
        await _until_heard(transport.far_end, 0.7)
        await call.worker.queue_frame(InterruptionFrame())
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        await _say(call, 0.5, first=20000)
        await call.ear.wait_for(BotStoppedSpeakingFrame, count=2)
        passed_on = [
            heard.frame
            for heard in call.ear.heard
            if isinstance(heard.frame, OutputAudioRawFrame) and heard.source is transport.output()
        ]
    assert b"".join(frame.audio for frame in passed_on) == _audible(transport.far_end)
    assert all(frame.num_frames * 2 == len(frame.audio) for frame in passed_on)


async def test_audio_marked_as_uninterruptible_plays_to_its_end():
    transport = MemoryTransport(_chunks_of(0.3))
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        last = await _say(call, 0.6, interruptible=False)
        await _until_heard(transport.far_end, 0.1)
        await call.worker.queue_frame(InterruptionFrame())
        await call.ear.wait_for(BotStoppedSpeakingFrame)
    assert runs(_audible(transport.far_end)) == [range(last)]


async def test_nobody_hears_the_bot_before_the_join_or_after_the_leave():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        after_first = await _say(call, 0.1)
        await call.ear.wait_for(BotStoppedSpeakingFrame)
        await transport.far_end.join()
        after_second = await _say(call, 0.1, first=after_first)
        await call.ear.wait_for(BotStoppedSpeakingFrame, count=2)
        await transport.far_end.leave()
        await _say(call, 0.1, first=after_second)
        await call.ear.wait_for(BotStoppedSpeakingFrame, count=3)
    heard = runs(_audible(transport.far_end), after_first)
    assert heard == [range(after_first, after_second)]


async def test_what_was_heard_can_be_had_as_one_timeline():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        await call.ear.wait_for(InputAudioRawFrame, count=10)
        await _say(call, 0.2)
        await call.ear.wait_for(BotStoppedSpeakingFrame)
    far_end = transport.far_end
    joined, begins = far_end.joined_at, far_end.played[0].at
    assert joined is not None
    timeline = far_end.heard_pcm(end=joined + 2.0)
    assert len(timeline) == 2 * RATE * 2
    assert len(timeline) - len(timeline.lstrip(b"\0")) == pytest.approx(
        round((begins - joined) * RATE) * 2, abs=4
    )
    assert runs(far_end.heard_pcm(start=begins)) == [range(round(0.2 * RATE))]


async def test_messages_travel_both_ways():
    transport = MemoryTransport()
    arrived: list[tuple[object, str]] = []
    told = asyncio.Event()

    @transport.event_handler("on_app_message")
    async def _(_transport: object, message: object, sender: str) -> None:
        arrived.append((message, sender))
        told.set()

    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join("ada")
        await transport.far_end.send_message({"hello": 1})
        frame = await call.ear.wait_for(InputTransportMessageFrame)
        await told.wait()
        await call.worker.queue_frames(
            [
                OutputTransportMessageFrame(message={"later": 2}),
                OutputTransportMessageUrgentFrame(message={"now": 3}),
                EndFrame(),
            ]
        )
        await call.done
    assert frame.message == {"hello": 1}
    assert arrived == [({"hello": 1}, "ada")]
    assert sorted(transport.far_end.messages, key=str) == [{"later": 2}, {"now": 3}]


async def test_a_message_from_an_empty_line_is_refused():
    with pytest.raises(MemoryTransportError, match=r"join\(\) before send_message"):
        await MemoryTransport().far_end.send_message("hello")


async def test_the_far_end_notices_that_the_bot_has_ended_the_call():
    transport = MemoryTransport()
    left: list[str] = []

    @transport.event_handler("on_client_disconnected")
    async def _(_transport: object, client: str) -> None:
        left.append(client)

    async with running([transport.input(), transport.output()]) as call:
        await transport.far_end.join()
        speaking = transport.far_end.speak(speech(5), RATE)
        last = await _say(call, 0.3)
        await call.worker.queue_frame(EndFrame())
        async with asyncio.timeout(5):
            await transport.far_end.hung_up()
            await call.done
        await transport.far_end.leave()
    afterwards = transport.far_end.speak(speech(1), RATE)
    assert afterwards.cut_short
    # What was queued before the end is still played, and it was not the far end that left.
    assert runs(_audible(transport.far_end)) == [range(last)]
    assert speaking.cut_short
    assert left == []


async def test_waiting_for_a_bot_that_ends_before_the_join_fails_instead_of_hanging():
    transport = MemoryTransport()
    async with running([transport.input(), transport.output()]) as call:
        waiting = asyncio.create_task(transport.far_end.connected())
        await call.worker.queue_frame(EndFrame())
        await call.done
        with pytest.raises(MemoryTransportError, match="ended before"):
            await waiting


async def test_many_lines_at_once_lose_nothing_and_run_no_faster_than_speech():
    transports = [MemoryTransport() for _ in range(4)]

    async def call_once(transport: MemoryTransport) -> None:
        async with running([transport.input(), transport.output()]) as call:
            await transport.far_end.join()
            utterance = transport.far_end.speak(encode(0, RATE), RATE)
            await _say(call, 1.0)
            await call.ear.wait_for(BotStoppedSpeakingFrame)
            async with asyncio.timeout(5):
                await utterance.done()
            await call.ear.wait_for(
                InputAudioRawFrame, count=len(call.ear.all(InputAudioRawFrame)) + 2
            )
            assert runs(_heard_by_bot(call)) == [range(RATE)]

    await asyncio.gather(*(call_once(transport) for transport in transports))
    for transport in transports:
        assert runs(_audible(transport.far_end)) == [range(RATE)]
        played = transport.far_end.played
        assert played[-1].at - played[0].at > 0.98


async def test_more_than_one_mono_stream_is_refused():
    with pytest.raises(MemoryTransportError, match="mono"):
        MemoryTransport(TransportParams(audio_out_channels=2))
    with pytest.raises(MemoryTransportError, match="one loudspeaker"):
        MemoryTransport(TransportParams(audio_out_destinations=["other"]))


class _ScriptedClock(LineClock):
    """A clock whose sleeps take exactly as long as asked, plus a delay where the test wants it."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = 100.0
        self.delays: list[float] = []

    def now(self) -> float:
        return self.moment

    async def sleep_until(self, moment: float) -> None:
        delay = self.delays.pop(0) if self.delays else 0.0
        self.moment = max(self.moment, moment) + delay
        await asyncio.sleep(0)


async def _starts(clock: _ScriptedClock, pauses: list[float]) -> list[float]:
    """When each slice of 10 ms is heard, if the audio for it comes after the given pause."""
    starts: list[float] = []
    playout = Playout(clock, lambda piece: starts.append(piece.at - clock.wall(100.0)))
    for pause in pauses:
        clock.moment += pause
        await playout.play(encode(0, RATE // 100), RATE, interruptible=True)
    return starts


async def test_a_late_event_loop_is_made_up_for():
    clock = _ScriptedClock()
    clock.delays = [0.05, 0.0, 0.0]
    assert await _starts(clock, [0, 0.001, 0]) == pytest.approx([0, 0.01, 0.02])


async def test_a_long_stall_and_late_audio_are_heard_as_gaps():
    clock = _ScriptedClock()
    clock.delays = [0.15]
    assert await _starts(clock, [0, 0, 0]) == pytest.approx([0, 0.16, 0.17])
    assert await _starts(_ScriptedClock(), [0, 0.03, 0]) == pytest.approx([0, 0.04, 0.05])
