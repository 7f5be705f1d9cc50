"""A synthesiser that gives silence of the scripted length for a known text."""

import asyncio
from collections.abc import Sequence

from livekit.agents import utils
from livekit.agents.tts import TTS, AudioEmitter, ChunkedStream, SynthesizeStream, TTSCapabilities
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions
from script import Voice

SAMPLE_RATE = 24000


class FakeTTS(TTS):
    """Synthesises a text as a whole, once all of it is there."""

    def __init__(self, voices: Sequence[Voice]) -> None:
        super().__init__(
            capabilities=TTSCapabilities(streaming=True), sample_rate=SAMPLE_RATE, num_channels=1
        )
        self.voices = {voice.text: voice for voice in voices}

    def __repr__(self) -> str:
        return "<FakeTTS>"

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> ChunkedStream:
        return self._synthesize_with_stream(text, conn_options=conn_options)

    def stream(
        self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> SynthesizeStream:
        return _FakeStream(tts=self, conn_options=conn_options)


class _FakeStream(SynthesizeStream):
    _tts: FakeTTS

    async def _run(self, output_emitter: AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=utils.shortuuid("fake_tts_"),
            sample_rate=SAMPLE_RATE,
            num_channels=1,
            mime_type="audio/pcm",
            stream=True,
        )
        text = ""
        async for piece in self._input_ch:
            if isinstance(piece, str):
                text += piece
        if not text.strip():
            return
        voice = self._tts.voices[text.strip()]
        await asyncio.sleep(voice.ttfb)
        output_emitter.start_segment(segment_id=utils.shortuuid("fake_segment_"))
        output_emitter.push(bytes(2 * int(SAMPLE_RATE * voice.audio_seconds)))
        await asyncio.sleep(max(0.0, voice.duration - voice.ttfb))
        output_emitter.end_segment()
