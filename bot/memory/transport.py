"""The bot's side of the in-memory line: a Pipecat transport like any other."""

import asyncio
from typing import Any

from pipecat.frames.frames import (
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    Frame,
    InputTransportMessageFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
    UserAudioRawFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from bot.memory.clock import LineClock
from bot.memory.errors import MemoryTransportError
from bot.memory.far_end import FarEnd
from bot.memory.microphone import Microphone
from bot.memory.playout import Playout

_BYTES_PER_SAMPLE = 2


class MemoryInputTransport(BaseInputTransport):
    """Pushes the far end's microphone into the pipeline while somebody is there."""

    def __init__(
        self,
        transport: "MemoryTransport",
        microphone: Microphone,
        params: TransportParams,
        name: str | None = None,
    ) -> None:
        super().__init__(params, name=name)
        self._transport = transport
        self._microphone = microphone
        self._streaming = params.audio_in_stream_on_start
        self._microphone_task: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        """Take audio from now on, and let in whoever waits for the bot."""
        await super().start(frame)
        await self.set_transport_ready(frame)
        await self._transport.side_started(self)

    async def stop(self, frame: EndFrame) -> None:
        """Stop listening; the bot may still be speaking."""
        await self.close_microphone()
        await super().stop(frame)
        self._transport.side_ended(self)

    async def cancel(self, frame: CancelFrame) -> None:
        """Stop listening at once."""
        await self.close_microphone()
        await super().cancel(frame)
        self._transport.side_ended(self)

    async def cleanup(self) -> None:
        """Stop listening, also when neither stop nor cancel came."""
        await self.close_microphone()
        await super().cleanup()
        self._transport.side_ended(self)

    def open_microphone(self, participant_id: str) -> None:
        """Stream the microphone in real time, until it is closed."""

        async def deliver(pcm: bytes) -> None:
            if self._streaming:
                await self.push_audio_frame(
                    UserAudioRawFrame(
                        audio=pcm,
                        sample_rate=self.sample_rate,
                        num_channels=1,
                        user_id=participant_id,
                    )
                )

        self._microphone_task = self.create_task(
            self._microphone.stream(self.sample_rate, deliver), name="memory_microphone"
        )

    async def close_microphone(self) -> None:
        """Stop the stream; what has not been spoken is cut short."""
        task, self._microphone_task = self._microphone_task, None
        if task is not None:
            await self.cancel_task(task)
        # A task cancelled before its first step never reaches its own ending.
        self._microphone.close()

    async def _start_audio_in_streaming(self) -> None:
        self._streaming = True


class MemoryOutputTransport(BaseOutputTransport):
    """Plays the pipeline's audio to the far end in real time."""

    def __init__(
        self,
        transport: "MemoryTransport",
        playout: Playout,
        params: TransportParams,
        name: str | None = None,
    ) -> None:
        super().__init__(params, name=name)
        self._transport = transport
        self._playout = playout

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Learn the rate at which the far end will hear."""
        await super().setup(setup)
        self._transport.far_end.sample_rate = self.sample_rate

    async def start(self, frame: StartFrame) -> None:
        """Take audio from now on."""
        await super().start(frame)
        await self.set_transport_ready(frame)
        await self._transport.side_started(self)

    async def stop(self, frame: EndFrame) -> None:
        """End the call once everything queued has been played."""
        await super().stop(frame)
        self._transport.side_ended(self)

    async def cancel(self, frame: CancelFrame) -> None:
        """End the call at once."""
        await super().cancel(frame)
        self._transport.side_ended(self)

    async def cleanup(self) -> None:
        """End the call, also when neither stop nor cancel came."""
        await super().cleanup()
        self._transport.side_ended(self)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Silence the loudspeaker before the interruption takes its way through the queues."""
        if isinstance(frame, InterruptionFrame):
            with self._playout.interruption():
                await super().process_frame(frame, direction)
        else:
            await super().process_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Play a chunk; returns when it has been heard.

        A chunk that an interruption cut is shortened to what was heard, so that a recording made
        further down the pipeline holds the same.
        """
        played = await self._playout.play(
            frame.audio, self.sample_rate, interruptible=frame.interruptible
        )
        if played < len(frame.audio):
            frame.audio = frame.audio[:played]
            frame.num_frames = played // _BYTES_PER_SAMPLE
        return played > 0

    async def send_message(
        self, frame: OutputTransportMessageFrame | OutputTransportMessageUrgentFrame
    ) -> None:
        """Hand the far end a message."""
        self._transport.far_end.messages.append(frame.message)


class MemoryTransport(BaseTransport):
    """A call between the pipeline and an object of the same process, at the speed of speech.

    Event handlers, as on the transports for real networks:
        on_client_connected(transport, participant_id): The far end has joined.
        on_client_disconnected(transport, participant_id): The far end has left by itself.
        on_app_message(transport, message, participant_id): It sent a message.

    Attributes:
        far_end: The person at the other end.

    Raises:
        MemoryTransportError: If the parameters ask for more than one mono stream a direction.
    """

    def __init__(
        self,
        params: TransportParams | None = None,
        *,
        name: str | None = None,
        input_name: str | None = None,
        output_name: str | None = None,
        clock: LineClock | None = None,
    ) -> None:
        super().__init__(name=name, input_name=input_name, output_name=output_name)
        self._params = params or TransportParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_out_10ms_chunks=2,
            audio_out_end_silence_secs=0,
        )
        _refuse_more_than_mono(self._params)
        clock = clock or LineClock()
        self._microphone = Microphone(clock)
        self.far_end = FarEnd(self, clock, self._microphone)
        self._playout = Playout(clock, self.far_end.hear)
        self._input: MemoryInputTransport | None = None
        self._output: MemoryOutputTransport | None = None
        self._started: set[object] = set()
        self._ended: set[object] = set()
        self._register_event_handler("on_client_connected")
        self._register_event_handler("on_client_disconnected")
        self._register_event_handler("on_app_message")

    def input(self) -> MemoryInputTransport:
        """The processor at the head of the pipeline."""
        if self._input is None:
            self._input = MemoryInputTransport(
                self, self._microphone, self._params, self._input_name
            )
        return self._input

    def output(self) -> MemoryOutputTransport:
        """The processor that plays."""
        if self._output is None:
            self._output = MemoryOutputTransport(
                self, self._playout, self._params, self._output_name
            )
        return self._output

    def get_client_id(self, client: Any) -> str:
        """The id of a client as handed to the events, which here is the client itself."""
        return str(client)

    @property
    def is_up(self) -> bool:
        """Whether both sides in the pipeline have started and none has ended."""
        return bool(self._sides) and self._sides <= self._started and not self._ended

    async def connect(self, participant_id: str) -> None:
        """Open the microphone and tell the pipeline that the far end is there."""
        await self._call_event_handler("on_client_connected", participant_id)
        if self._input is not None:
            await self._input.push_frame(ClientConnectedFrame())
            if self.far_end.is_there:
                self._input.open_microphone(participant_id)

    async def disconnect(self, participant_id: str) -> None:
        """Close the microphone and tell the bot that the far end left."""
        if self._input is not None:
            await self._input.close_microphone()
        if self.is_up:
            await self._call_event_handler("on_client_disconnected", participant_id)

    async def receive_message(self, message: Any, sender: str) -> None:
        """Broadcast a message of the far end in the pipeline."""
        if self._input is not None:
            await self._input.broadcast_frame(InputTransportMessageFrame, message=message)
        await self._call_event_handler("on_app_message", message, sender)

    async def side_started(self, side: object) -> None:
        """Note that one side runs; when all do, whoever waits is let in."""
        self._started.add(side)
        if self.is_up:
            await self.far_end.admit()

    def side_ended(self, side: object) -> None:
        """Note that one side has ended; when all have, the far end hears that it is over."""
        self._ended.add(side)
        if self._sides <= self._ended:
            self.far_end.dismiss()

    @property
    def _sides(self) -> set[object]:
        return {side for side in (self._input, self._output) if side is not None}


def _refuse_more_than_mono(params: TransportParams) -> None:
    if params.audio_in_channels != 1 or params.audio_out_channels != 1:
        raise MemoryTransportError(
            "The in-memory line is mono: set audio_in_channels and audio_out_channels to 1."
        )
    if params.audio_out_destinations:
        raise MemoryTransportError(
            "The in-memory line has one loudspeaker: leave audio_out_destinations empty."
        )
