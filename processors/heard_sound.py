"""When the user makes a sound.

A VAD declares the end of speech only after some silence, so "speaking" outlasts a cough by that
hold. Whether sound has lasted long enough to stop the bot must not depend on it.
"""

from __future__ import annotations

import asyncio

from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState


class HeardSound(VADAnalyzer):
    """A VAD that also tells what it made of the latest audio.

    Args:
        vad: The VAD that decides.
    """

    def __init__(self, vad: VADAnalyzer) -> None:
        super().__init__(params=vad.params)
        self._vad = vad
        self._sounds = asyncio.Event()

    async def sound(self) -> None:
        """Wait until the user makes a sound; return at once if so now."""
        await self._sounds.wait()

    @property
    def sample_rate(self) -> int:
        """Rate of the audio in Hz."""
        return self._vad.sample_rate

    @property
    def params(self) -> VADParams:
        """The VAD's parameters."""
        return self._vad.params

    def num_frames_required(self) -> int:
        """Return how many samples the VAD looks at."""
        return self._vad.num_frames_required()

    def voice_confidence(self, buffer: bytes) -> float:
        """Return how likely the VAD thinks that this is speech, from 0 to 1."""
        return self._vad.voice_confidence(buffer)

    def set_sample_rate(self, sample_rate: int) -> None:
        """Tell the VAD the rate of the audio (Hz)."""
        self._vad.set_sample_rate(sample_rate)

    def set_params(self, params: VADParams) -> None:
        """Give the VAD other parameters."""
        self._vad.set_params(params)

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """Have the VAD decide, and remember whether it heard speech."""
        state = await self._vad.analyze_audio(buffer)
        if state in (VADState.STARTING, VADState.SPEAKING):
            self._sounds.set()
        else:
            self._sounds.clear()
        return state

    async def cleanup(self) -> None:
        """Release the VAD."""
        await super().cleanup()
        await self._vad.cleanup()
