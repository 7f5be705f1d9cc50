"""A phone line inside the process: a real-time transport whose far end is an object.

The demo's simulated caller, the tests and the benchmarks all need a call that runs at the speed
of speech without a network. `MemoryTransport` goes into the pipeline as any other transport;
its `far_end` is the person at the other end, who speaks, hears and hangs up.
"""

from bot.memory.clock import LineClock
from bot.memory.errors import MemoryTransportError
from bot.memory.far_end import FarEnd
from bot.memory.microphone import Utterance
from bot.memory.playout import PlayedAudio
from bot.memory.transport import MemoryTransport

__all__ = [
    "FarEnd",
    "LineClock",
    "MemoryTransport",
    "MemoryTransportError",
    "PlayedAudio",
    "Utterance",
]
