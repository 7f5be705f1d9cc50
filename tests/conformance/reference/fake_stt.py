"""A recogniser that gives each utterance's transcripts at the times of the script.

It gives them only for what it heard: audio that the session keeps from it leaves no transcript.
"""

import asyncio
from collections.abc import Sequence

from fake_input import Clock, utterance_of
from livekit import rtc
from livekit.agents.stt import (
    STT,
    RecognizeStream,
    SpeechData,
    SpeechEvent,
    SpeechEventType,
    STTCapabilities,
)
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions
from script import Utterance


class FakeSTT(STT):
    """Streams interim and final transcripts; it knows no other way to recognise."""

    def __init__(self, speech: Sequence[Utterance], clock: Clock) -> None:
        super().__init__(capabilities=STTCapabilities(streaming=True, interim_results=True))
        self.speech = speech
        self.clock = clock

    async def _recognize_impl(self, buffer, *, language, conn_options) -> SpeechEvent:
        raise NotImplementedError("the scripts are streamed")

    def stream(
        self, *, language=None, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> RecognizeStream:
        return _FakeStream(stt=self, conn_options=conn_options)


class _FakeStream(RecognizeStream):
    _stt: FakeSTT

    async def _run(self) -> None:
        self._heard: set[int] = set()
        telling = asyncio.create_task(self._tell())
        try:
            async for frame in self._input_ch:
                if isinstance(frame, rtc.AudioFrame):
                    self._heard.add(utterance_of(frame))
        finally:
            telling.cancel()

    async def _tell(self) -> None:
        for at, number, text, kind in self._transcripts():
            await self._stt.clock.until(at)
            if number in self._heard:
                data = SpeechData(text=text, language="")
                self._event_ch.send_nowait(SpeechEvent(type=kind, alternatives=[data]))

    def _transcripts(self) -> list[tuple[float, int, str, SpeechEventType]]:
        """What is still to come: a second agent's stream does not repeat what the first gave."""
        found = []
        for number, speech in enumerate(self._stt.speech, start=1):
            if speech.interim_at is not None:
                interim = SpeechEventType.INTERIM_TRANSCRIPT
                found.append((speech.interim_at, number, speech.interim, interim))
            if speech.final_at is not None:
                final = SpeechEventType.FINAL_TRANSCRIPT
                found.append((speech.final_at, number, speech.text, final))
        return sorted(entry for entry in found if entry[0] >= self._stt.clock.now())
