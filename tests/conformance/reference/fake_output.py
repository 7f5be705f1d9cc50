"""The bot's side of the line: audio that plays in real time without a loudspeaker.

It takes frames as fast as they come, plays them from the first on, and can pause if the script
lets it. A speech whose frames all came while it was paused starts to play on resuming.
"""

import asyncio
import time

from livekit import rtc
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities, TextOutput


class FakeAudioOutput(AudioOutput):
    """Counts seconds instead of playing samples."""

    def __init__(self, *, can_pause: bool) -> None:
        super().__init__(
            label="FakeAudioOutput", capabilities=AudioOutputCapabilities(pause=can_pause)
        )
        self._paused = False
        self._forget()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        self._pushed += frame.duration
        self._play()

    def flush(self) -> None:
        super().flush()
        self._flushed = self._pushed > 0
        self._play()

    def clear_buffer(self) -> None:
        if self._pushed:
            self._finish(interrupted=True)

    def pause(self) -> None:
        super().pause()
        self._paused = True
        self._played = self._position()
        self._since = None
        self._cancel_end()

    def resume(self) -> None:
        super().resume()
        self._paused = False
        self._play()

    def _play(self) -> None:
        """Go on with what there is, and know when it ends once nothing more can come."""
        if self._paused or not self._pushed:
            return
        if self._since is None:
            self._since = time.time()
            if not self._started:
                self._started = True
                self.on_playback_started(created_at=self._since)
        if self._flushed:
            self._cancel_end()
            left = max(0.0, self._pushed - self._position())
            self._end = asyncio.get_running_loop().call_later(left, self._finish)

    def _position(self) -> float:
        if self._since is None:
            return self._played
        return min(self._pushed, self._played + time.time() - self._since)

    def _finish(self, *, interrupted: bool = False) -> None:
        position = self._position() if interrupted else self._pushed
        self._cancel_end()
        self._forget()
        self.on_playback_finished(playback_position=position, interrupted=interrupted)

    def _cancel_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _forget(self) -> None:
        self._pushed = 0.0
        self._played = 0.0
        self._since: float | None = None
        self._started = False
        self._flushed = False
        self._end: asyncio.TimerHandle | None = None


class FakeTextOutput(TextOutput):
    """Takes the transcript and drops it: the report has it from the synchroniser."""

    def __init__(self) -> None:
        super().__init__(label="FakeTextOutput", next_in_chain=None)

    async def capture_text(self, text: str) -> None:
        pass

    def flush(self) -> None:
        pass
