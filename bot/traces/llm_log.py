"""`llm.jsonl`: each request to the LLMs of a call, and what came of it, one line of JSON each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from pipecat.services.llm_service import LLMService

from bot.providers import describe
from bot.traces.masking import Masking
from eventlog.call_folder import LLM_FILE
from eventlog.line_file import LineFile, OnLost
from processors.llm_requests import LLMRequest, LLMTap


class LLMLog:
    """Writes the requests of a call, from the first until `close`.

    Args:
        folder: The call's folder.
        masking: Keeps keys out.
        on_lost: Told how many lines could not be written and why.

    Raises:
        OSError: The file cannot be created.
    """

    def __init__(self, folder: Path, masking: Masking, on_lost: OnLost) -> None:
        self._on_lost = on_lost
        self._file = LineFile(folder / LLM_FILE, "parley-llm", on_lost)
        self._masking = masking
        self._encoder = msgspec.json.Encoder(enc_hook=str)
        self._numbers = count(1)
        self._taps: list[LLMTap] = []

    def listen(self, services: Iterable[LLMService[Any]], agent: Callable[[], str]) -> None:
        """Note what these services are asked from now on; `agent` names who has the call."""
        self._taps += [
            LLMTap(
                service,
                provider=describe(service)["provider"] or "",
                new_id=lambda: f"llm_{next(self._numbers)}",
                agent=agent,
                take=self._take,
                lose=lambda reason: self._on_lost(1, reason),
            )
            for service in services
        ]

    def close(self) -> None:
        """Write what is under way as unfinished, and no more; waits for the disk a little."""
        for tap in self._taps:
            tap.close()
        self._file.close()

    def _take(self, request: LLMRequest, ended_at: float) -> None:
        line = self._encoder.encode(request.as_line(ended_at))
        self._file.append(self._masking.json(line) + b"\n")
