"""Parley's recorder on a bot that somebody else built.

It listens and writes, and changes nothing of the bot: no processor is added, no setting touched,
and nothing that goes wrong here reaches the call.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from loguru import logger
from pipecat.frames.frames import ErrorFrame, Frame
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor

from bot.attached.closing import ClosingReason
from bot.attached.config import AttachConfig, load_attach_config
from bot.attached.options import options_in_force
from bot.attached.parts import BotParts
from bot.call_log import CallLog
from bot.far_side import FarSide
from bot.filing import CallFiles
from bot.labels import Labels
from bot.opening import versions
from bot.providers import describe
from bot.session import SessionReport, new_session_id
from eventlog.header import CallHeader
from eventlog.intake import Listener
from eventlog.signals import Closed, ParticipantJoined, ProviderSwitched, Signal
from processors.attached_observer import AttachedObserver
from processors.away import AwayTimer

# One recorder a worker, also where a setup file and the bot's own code both ask for one.
_attached: WeakKeyDictionary[PipelineWorker, AttachedCall] = WeakKeyDictionary()


class AttachError(Exception):
    """The recorder cannot be put on this worker."""


class AttachedCall:
    """The record of one call of somebody else's bot; made by `attach`.

    Attributes:
        session: The id of the call.
        folder: The folder of the call, None if it could not be made.
    """

    def __init__(
        self,
        worker: PipelineWorker,
        config: AttachConfig,
        *,
        session_id: str | None,
        room: str,
        labels: Labels,
    ) -> None:
        parts = BotParts(worker)
        if parts.is_ours:
            raise AttachError("this is a call of Parley's own, which is recorded already")
        self.session = session_id or new_session_id()
        files = CallFiles(config.log, self.session)
        self.folder: Path | None = files.folder
        header = _header(config, files, parts, room=room, labels=labels)
        self._log = CallLog(files, header, labels, secrets=(), env=os.environ)
        self._intake = self._log.intake
        self._away = AwayTimer(self._intake, config.turn.user_away_timeout)
        self._closing = ClosingReason(worker)
        self._finished: SessionReport | None = None
        self._done = asyncio.Event()
        self._observer = AttachedObserver(
            self._take,
            self._intake.lose,
            last=parts.last,
            cleaned_up=self._finish,
            language=config.agent.language,
        )
        self._log_what_it_does(worker)
        self._log.traces.listen(parts.llms, agent=lambda: config.agent.name)
        self._watch(worker)
        for slot, switcher in parts.switchers():
            self._follow(slot, switcher)
        if parts.transport is not None:
            FarSide(parts.transport).watch(self._far_side_joined, self._far_side_left)
        worker.add_observer(self._observer)

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with each event of the log as it is told."""
        self._intake.listen(listener)

    async def report(self) -> SessionReport:
        """Wait for the end of the call and return its report.

        An event handler of the worker must not wait for it: the worker waits for its handlers
        before the call is over.
        """
        await self._done.wait()
        assert self._finished is not None
        return self._finished

    def _log_what_it_does(self, worker: PipelineWorker) -> None:
        """Keep the log of the task that asks for the recorder, and of the worker's own.

        They are mostly one call's, but who attaches several workers may do so in one task; and
        a setup file is run in the middle of the worker's.
        """
        self._log.traces.begin()
        run = worker.run

        async def run_as_this_call(*args: Any, **kwargs: Any) -> None:
            self._log.traces.enter()
            await run(*args, **kwargs)

        worker.run = run_as_this_call

    def _watch(self, worker: PipelineWorker) -> None:
        @worker.event_handler("on_pipeline_finished")
        async def finished(_worker: PipelineWorker, frame: Frame) -> None:
            self._closing.ended(frame)
            await self._drain()

        @worker.event_handler("on_pipeline_error")
        async def failed(_worker: PipelineWorker, frame: ErrorFrame) -> None:
            self._closing.failure(frame)

        @worker.event_handler("on_setup_timeout")
        async def stuck(_worker: PipelineWorker) -> None:
            self._closing.stuck("a processor did not connect in time")

        del finished, failed, stuck

    def _follow(self, slot: str, switcher: ServiceSwitcher[Any]) -> None:
        """Tell when another service of a switcher serves."""
        serving = _name_of(switcher.strategy.active_service)

        @switcher.strategy.event_handler("on_service_switched")
        async def switched(_strategy: Any, service: FrameProcessor) -> None:
            nonlocal serving
            previous, serving = serving, _name_of(service)
            self._intake.take(
                ProviderSwitched(at=time.time(), slot=slot, provider=serving, previous=previous)
            )

        del switched

    def _take(self, signal: Signal) -> None:
        self._intake.take(signal)
        if isinstance(signal, ParticipantJoined):
            self._away.participant_joined()

    async def _far_side_joined(self) -> None:
        self._closing.far_side_joined()

    async def _far_side_left(self, closed: Closed, _drain: bool) -> None:
        self._closing.far_side_left(closed)

    async def _drain(self) -> None:
        self._away.stop()
        await self._log.drain(self._observer)

    async def _finish(self) -> None:
        if self._finished is not None:
            return
        self._log.traces.enter()
        self._away.stop()
        self._finished = await self._log.finish(self._closing.closed())
        logger.info(f"The report of this call: {self._finished.path or '(not written)'}")
        await asyncio.to_thread(self._log.traces.end)
        self._done.set()


def attach(
    worker: PipelineWorker,
    config: str | Path | Mapping[str, Any] | AttachConfig | None = None,
    *,
    session_id: str | None = None,
    room: str = "",
    tags: Iterable[object] = (),
    metadata: Mapping[str, Any] | None = None,
) -> AttachedCall:
    """Record the call that `worker` is going to hold, from before it runs until it has ended.

    Args:
        worker: The bot's worker, made but not running yet. One that has a recorder keeps it.
        config: The sections `log`, `agent`, `turn.user_away_timeout`, `tags` and `metadata`: a
            path, a mapping, or None for the defaults.
        session_id: The call's id, a new one by default.
        room: Name of the room, for the report.
        tags: Tags for the report, beside those of the configuration.
        metadata: Metadata for the report, over that of the configuration. Of tags and metadata,
            what is out of bounds (eventlog/labels.py) is left out and counted.

    Returns:
        The record: `listen()` for the events as they are told, `report()` for the finished report.

    Raises:
        ConfigError: The configuration cannot be used.
        AttachError: The worker holds a call of Parley's own.
    """
    attached = _attached.get(worker)
    if attached is None:
        loaded = load_attach_config(config)
        labels = Labels.of(loaded, tags, metadata)
        attached = AttachedCall(worker, loaded, session_id=session_id, room=room, labels=labels)
        _attached[worker] = attached
    return attached


def _header(
    config: AttachConfig, files: CallFiles, parts: BotParts, *, room: str, labels: Labels
) -> CallHeader:
    return CallHeader(
        session=files.name,
        job_id=files.session_id,
        room=room,
        seed=secrets.token_hex(8),
        agent_name=config.agent.name,
        options=options_in_force(parts.user_aggregator, config.turn.user_away_timeout),
        config_name="attached",
        config_digest=config.digest,
        config=config.model_dump(mode="json"),
        versions=versions(),
        providers=parts.providers(),
        tags=labels.tags,
        metadata=labels.metadata,
        created_at=time.time(),
        attached=True,
    )


def _name_of(service: FrameProcessor) -> str:
    return describe(service)["provider"] or ""
