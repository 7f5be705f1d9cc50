"""Where the traces of a call are put: its folder, the dump file, standard output.

A disk that fails does not end a call: what could not be written is counted in the log as long as
there is a log, and said in the process's own log always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from loguru import logger

from bot.config import LogConfig
from bot.session import SessionReport
from bot.stdout_report import on_pipecat_cloud, print_report
from bot.traces import Masking, Traces
from eventlog import dump, report
from eventlog.call_folder import folder_name, make_folder
from eventlog.reader import LoggedReport, Origin
from eventlog.timeline import writing as timeline
from processors.recording import CallRecording

AUDIO_NAME = "audio.wav"


class CallFiles:
    """The files of one call.

    Args:
        log: Where the log goes.
        session_id: The id of the call, as it was given.
    """

    def __init__(self, log: LogConfig, session_id: str) -> None:
        self.session_id = session_id
        self._log = log
        self._loss: str | None = None
        self.folder: Path | None = None
        try:
            self.folder = make_folder(log.directory, folder_name(session_id))
        except OSError as error:
            self._loss = f"{log.directory}: {error.strerror}"

    @property
    def name(self) -> str:
        """Name of the call's folder."""
        return self.folder.name if self.folder else folder_name(self.session_id)

    def tell_losses(self, lose: Callable[[str, str], None]) -> None:
        """Say what has been lost before there was a log to say it in."""
        if self._loss is not None:
            lose("folder", self._loss)

    def recording(self, lose: Callable[[str, str], None]) -> CallRecording | None:
        """Return the processor that records the call, None if it is not to be recorded."""
        if not self._log.audio or self.folder is None:
            return None
        return CallRecording(self.folder / AUDIO_NAME, lose)

    def traces(
        self, secrets: Iterable[str], env: Mapping[str, str], lose: Callable[..., None]
    ) -> Traces:
        """Return what keeps log.txt and llm.jsonl, as far as they are wanted, without secrets."""
        return Traces(self._log, self.folder, Masking(secrets, env), lose)

    def write(self, data: dict[str, Any], audio: Path | None) -> SessionReport:
        """Write the finished report to every place that is asked for."""
        path = self._report(data)
        if path is not None and not self._timeline(data, path):
            self._report(data)
        dump_path = self._dump(data)
        stdout = self._log.stdout
        if on_pipecat_cloud() if stdout is None else stdout:
            print_report(data)
        return SessionReport(data, self.folder, path, audio, dump_path)

    def write_again(self, report: SessionReport) -> None:
        """Write the report's file anew, after something was counted in it."""
        if report.path is not None:
            self._report(report.data)
            self._timeline(report.data, report.path)

    def _report(self, data: dict[str, Any]) -> Path | None:
        if self.folder is None:
            return None
        path = self.folder / report.FILE_NAME
        try:
            report.write(data, path)
        except OSError as error:
            logger.error(f"The report could not be written to {path}: {error.strerror}")
            return None
        return path

    def _timeline(self, data: dict[str, Any], path: Path) -> bool:
        """Draw the call; whether that went well. A failure is counted in the report's losses."""
        error = timeline.write_beside(LoggedReport(data, path, 0, Origin.PARLEY))
        if error is not None:
            logger.opt(exception=error).error(f"The timeline could not be written ({error!r})")
            timeline.count_loss(data)
            return False
        return True

    def _dump(self, data: dict[str, Any]) -> Path | None:
        if self._log.dump is None:
            return None
        try:
            dump.append(self._log.dump, data, datetime.now())
        except OSError as error:
            logger.error(f"The dump could not be written to {self._log.dump}: {error.strerror}")
            return None
        return self._log.dump
