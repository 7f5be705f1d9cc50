"""Both files of one call. What cannot be written of them is counted, and the call goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pipecat.services.llm_service import LLMService

from bot.config import LogConfig
from bot.traces.llm_log import LLMLog
from bot.traces.log_lines import LogLines
from bot.traces.masking import Masking
from eventlog.call_folder import LLM_FILE, LOG_FILE
from eventlog.line_file import OnLost


class Traces:
    """What a call leaves beside its report for whoever asks why.

    As an asynchronous context manager it makes the lines that are logged in its block, and in the
    tasks made there, those of the call.

    Args:
        log: What is to be kept.
        folder: The call's folder; None keeps nothing.
        masking: Keeps keys out.
        lose: Counts what could not be kept: the file, the reason, how much.
    """

    def __init__(
        self, log: LogConfig, folder: Path | None, masking: Masking, lose: Callable[..., None]
    ) -> None:
        self._log = log
        self._folder = folder
        self._masking = masking
        self._lose = lose
        self._lines: LogLines | None = None
        self._requests: LLMLog | None = None

    def begin(self) -> None:
        """Keep what is logged from here on, in this task and those that it makes."""
        if self._folder is None or self._log.level is None:
            return
        try:
            lost = self._counting(LOG_FILE)
            self._lines = LogLines(self._folder, self._log.level, self._masking, lost)
        except OSError as error:
            self._lose(LOG_FILE, error.strerror or str(error))
        self.enter()

    def enter(self) -> None:
        """Have this task, and those that it makes from here on, be of the call."""
        if self._lines is not None:
            self._lines.begin()

    def listen(self, services: Iterable[LLMService[Any]], agent: Callable[[], str]) -> None:
        """Keep what these LLMs are asked, if that is wanted; `agent` names who has the call."""
        if self._folder is None or not self._log.llm:
            return
        try:
            self._requests = LLMLog(self._folder, self._masking, self._counting(LLM_FILE))
        except OSError as error:
            self._lose(LLM_FILE, error.strerror or str(error))
            return
        self._requests.listen(services, agent)

    def settle(self) -> None:
        """Count what was lost before the report is made; waits for the disk, but not for long."""
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._lines is not None:
            self._lines.settle()

    def end(self) -> None:
        """Keep no more, the report being written; waits for the disk, but not for long."""
        lines, self._lines = self._lines, None
        self.settle()
        if lines is not None:
            lines.close()

    async def __aenter__(self) -> Traces:
        self.begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._lines is not None:
            self._lines.end()
        await asyncio.to_thread(self.end)

    def _counting(self, file: str) -> OnLost:
        return lambda count, reason: self._lose(file, reason, count)
