"""Audio in pieces: what is let go of at once, and where a pause may begin.

Pipecat's outputs play in chunks. When they have had no audio for three seconds they drop what does
not fill one, so a pause begins between two of them.
"""

from __future__ import annotations

import copy

from pipecat.frames.frames import OutputAudioRawFrame

from processors.voice_queue import Waiting

# Audio is let go of in pieces of this length (seconds).
PIECE = 0.02
_CHUNK = 0.04
# Less than a sample (seconds).
_TINY = 1e-6
_BYTES_PER_SAMPLE = 2


class Pieces:
    """Cuts audio into pieces, and knows what the output's running chunk still lacks.

    Attributes:
        lacks: Seconds of audio that the chunk still lacks; 0 between two chunks.
    """

    def __init__(self) -> None:
        self.lacks = 0.0

    def begin_chunk(self) -> None:
        """What was let go of is flushed, or swept away: the next chunk is a new one."""
        self.lacks = 0.0

    def take(self, waiting: Waiting, frame: OutputAudioRawFrame) -> OutputAudioRawFrame:
        """Return the next piece of a frame in the queue, which never goes beyond a chunk."""
        width = frame.num_channels * _BYTES_PER_SAMPLE
        begin = waiting.released
        seconds = min(PIECE, self.lacks or PIECE)
        waiting.released += max(1, round(frame.sample_rate * seconds)) * width
        piece = copy.copy(frame)
        piece.audio = frame.audio[begin : waiting.released]
        piece.num_frames = len(piece.audio) // width
        lacks = (self.lacks or _CHUNK) - seconds_of(piece)
        self.lacks = lacks if lacks > _TINY else 0.0
        return piece


def seconds_of(frame: OutputAudioRawFrame) -> float:
    """Return the length of a frame's audio."""
    return len(frame.audio) / (_BYTES_PER_SAMPLE * frame.num_channels * frame.sample_rate)
