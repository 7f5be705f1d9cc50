"""What a person sees in the terminal while a call runs, and after it.

The views take what the log tells (events and the report as plain JSON values) and know nothing of
the pipeline, so any command can show a call with them, and a recorded one as well as a live one.
"""

from bot.terminal.conversation import Conversation, Line
from bot.terminal.latency import TurnLatency, latency_table, turn_latencies
from bot.terminal.live import LiveView
from bot.terminal.progress import LoadingView

__all__ = [
    "Conversation",
    "Line",
    "LiveView",
    "LoadingView",
    "TurnLatency",
    "latency_table",
    "turn_latencies",
]
