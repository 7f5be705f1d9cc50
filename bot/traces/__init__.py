"""What lies beside a call's report for whoever asks why: `log.txt` and `llm.jsonl`."""

from bot.traces.masking import Masking
from bot.traces.traces import Traces

__all__ = ["Masking", "Traces"]
