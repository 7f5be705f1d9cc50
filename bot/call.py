"""One call: a configuration and a transport in, a report out.

Everything that talks goes through here: the demo, `serve`, `join`, Pipecat Cloud, the tests and the
benchmarks. Only a wrong configuration raises. Whatever goes wrong on the way, at the far side or in
the log itself, comes back as a report.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from loguru import logger
from pipecat.frames.frames import EndFrame, ErrorFrame, Frame
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.transports.base_transport import BaseTransport
from pipecat.workers.runner import WorkerRunner

from bot.agents import Agents
from bot.call_end import call_end_hook
from bot.call_log import CallLog
from bot.closing import closed_by, closed_by_exception, reason_of
from bot.config import BotConfig, load_call_end_hook
from bot.conversation import Conversation
from bot.failure_limit import FailureLimit
from bot.far_side import FarSide
from bot.filing import CallFiles
from bot.greeter import Greeter
from bot.labels import Labels
from bot.models import Models
from bot.opening import call_header
from bot.pipeline import CallPipeline, assemble
from bot.realtime import assemble_realtime
from bot.services import build_services
from bot.session import SessionReport, new_session_id
from bot.tools.served import ServedTools
from eventlog.intake import Listener
from eventlog.signals import Closed, CloseReason
from processors.away import AwayTimer
from processors.failures import failure_of, is_tool_failure
from processors.observer import CallObserver

# What a call may take to come down before it is left behind (seconds). SIGTERM leaves a process
# little more, and the report is still to be written.
_CANCEL_TIMEOUT = 2.0


class Call(Conversation):
    """A call on any Pipecat transport.

    Args:
        config: What the bot is; see `load_config`.
        transport: The transport, not started yet and used by nobody else.
        session_id: The call's id, a new one by default.
        room: Name of the room, for the report.
        room_id: Id of the room, for the report.
        models: Heavy models shared by the calls of a process; by default the call owns its own.
        tags: Tags for the report, beside those of the configuration.
        metadata: Metadata for the report, over that of the configuration. Of tags and metadata,
            what is out of bounds (eventlog/labels.py) is left out and counted.
        handle_signals: Whether SIGINT and SIGTERM end this call (job_shutdown).
        rtvi: Whether Pipecat's own clients (RTVI) are on the far side and wait to be answered.
        env: Where API keys are looked up, the process's environment by default.

    Attributes:
        services: The STT, LLM and TTS of this call, as built.
        session: The id of the call.

    Raises:
        ConfigError: The configuration names something that cannot be built.
    """

    def __init__(
        self,
        config: BotConfig,
        transport: BaseTransport,
        *,
        session_id: str | None = None,
        room: str = "",
        room_id: str = "",
        models: Models | None = None,
        tags: Iterable[object] = (),
        metadata: Mapping[str, Any] | None = None,
        handle_signals: bool = False,
        rtvi: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.config = config
        self.session = session_id or new_session_id()
        self._transport = transport
        self._own_models = models is None
        self._models = models or Models()
        self._handle_signals = handle_signals
        self._rtvi = rtvi
        env = os.environ if env is None else env
        self.services = services = build_services(config, env=env, models=self._models)
        self._agents = Agents(config, services.serving.get("tts"), self._queue, env=env)
        self._files = CallFiles(config.log, self.session)
        labels = Labels.of(config, tags, metadata)
        header = call_header(
            config, self._files, services, room=room, room_id=room_id, labels=labels
        )
        self._log = CallLog(self._files, header, labels, secrets=config.secrets, env=env)
        self._intake = self._log.intake
        self._log.traces.listen(services.llms, agent=lambda: self._agents.current.id)
        self._recording = self._files.recording(self._intake.lose)
        put_together = assemble_realtime if config.realtime else assemble
        self._parts: CallPipeline = put_together(
            config, transport, services, self._agents, self._recording, rtvi=rtvi
        )
        self._end_hook = load_call_end_hook(config)
        self._served_tools = ServedTools(config)
        self._observer = CallObserver(
            self._intake.take,
            self._intake.lose,
            language=config.agent.language,
            realtime=config.realtime is not None,
        )
        self._failures = FailureLimit(config.call.max_failures)
        self._intake.listen(self._failures.on_event)
        self._away = AwayTimer(self._intake, config.turn.user_away_timeout)
        self._runner: WorkerRunner | None = None
        self._closing: Closed | None = None
        self._last_frame: Frame | None = None
        self._greeter = Greeter(self._agents, self)

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with each event of the log as it is told."""
        self._intake.listen(listener)

    def turns(self) -> list[dict[str, Any]]:
        """Return what each answered turn waited for so far, as in the report's `parley.turns`."""
        return self._intake.turns

    async def close(
        self,
        reason: CloseReason = CloseReason.USER_INITIATED,
        detail: Mapping[str, Any] | None = None,
        *,
        drain: bool = False,
    ) -> None:
        """End the call; the first reason given is the one that counts.

        Args:
            reason: Why, in the schema's words.
            detail: Who and what was behind it, for the report.
            drain: Whether what the bot has to say is said first.
        """
        await self._close(Closed(at=time.time(), reason=reason, detail=dict(detail or {})), drain)

    async def run(self) -> SessionReport:
        """Hold the call and return its report, whatever happens."""
        async with self._log.traces, AsyncExitStack() as stack:
            stack.push_async_callback(self._served_tools.aclose)
            if self._own_models:
                stack.push_async_callback(self._models.aclose)
            stack.push_async_callback(self.services.http.aclose)
            try:
                await self._run()
            except Exception as error:  # noqa: BLE001 - a call answers with a report, not a trace
                logger.opt(exception=error).error(f"The call failed: {error!r}")
                self._closing = self._closing or closed_by_exception(error)
            finally:
                report = await self._finish()
        return report

    async def _run(self) -> None:
        worker = self._worker = PipelineWorker(
            self._parts.pipeline,
            params=PipelineParams(enable_metrics=True, enable_usage_metrics=True),
            observers=[self._observer],
            enable_rtvi=self._rtvi,
            enable_turn_tracking=False,
            idle_timeout_secs=self.config.call.idle_timeout,
            cancel_timeout_secs=_CANCEL_TIMEOUT,
        )
        self._watch(worker)
        FarSide(self._transport).watch(self._far_side_joined, self._close)
        self._runner = WorkerRunner(
            handle_sigint=self._handle_signals, handle_sigterm=self._handle_signals
        )
        await self._runner.add_workers(worker)
        limit = self.config.call.max_duration
        timer = asyncio.create_task(self._close_after(limit)) if limit else None
        try:
            if self._closing is None:
                await self._runner.run()
        finally:
            if timer is not None:
                timer.cancel()

    def _watch(self, worker: PipelineWorker) -> None:
        @worker.event_handler("on_pipeline_started")
        async def started(_worker: PipelineWorker, _frame: Frame) -> None:
            await self._connect_tools()
            await self._greeter.bot_listens()

        @worker.event_handler("on_pipeline_finished")
        async def finished(_worker: PipelineWorker, frame: Frame) -> None:
            self._last_frame = frame
            # Teardown would drop what the observer has not heard yet.
            await self._parts.end.mark_drained()
            await self._log.drain(self._observer)

        @worker.event_handler("on_pipeline_error")
        async def failed(_worker: PipelineWorker, frame: ErrorFrame) -> None:
            processor = frame.processor
            if processor is None or is_tool_failure(frame, processor):
                return
            realtime = self.config.realtime is not None
            failure = failure_of(frame, time.time(), processor, realtime=realtime)
            if self._failures.exceeded_by(failure) or not processor.is_usable:
                await self._close(closed_by(failure), drain=False)

        @worker.event_handler("on_setup_timeout")
        async def stuck(_worker: PipelineWorker) -> None:
            await self._close(
                closed_by_exception(TimeoutError("a service did not connect in time")), False
            )

        del started, finished, failed, stuck

    async def _connect_tools(self) -> None:
        try:
            await self._served_tools.connect(self._agents, self._parts.context, self._intake.take)
        except Exception as error:  # noqa: BLE001 - a server that is required cannot be used
            await self._close(closed_by_exception(error), drain=False)

    async def _far_side_joined(self) -> None:
        if not self._greeter.joined:
            self._away.participant_joined()
            await self._greeter.far_side_joined()

    async def _close(self, closed: Closed, drain: bool) -> None:
        if self._closing is not None:
            return
        self._closing = closed
        self._away.stop()
        if self._worker is None or self._runner is None:
            return
        if drain:
            await self._worker.queue_frame(EndFrame(reason=closed.reason.value))
        else:
            await self._runner.cancel(reason=closed.reason.value)

    async def _close_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.close(
            CloseReason.JOB_SHUTDOWN, {"who": "bot", "what": "longest duration reached"}
        )

    async def _finish(self) -> SessionReport:
        self._away.stop()
        closing = self._closing
        if closing is None:
            reason, detail = reason_of(self._last_frame)
            closing = Closed(at=time.time(), reason=reason, detail=detail)
        audio = await self._recording.finish() if self._recording else None
        closing.at = time.time()
        report = await self._log.finish(closing, audio)
        hook, timeout = self._end_hook, self.config.hooks.timeout
        if hook is not None and not await call_end_hook(hook, report, timeout):
            await asyncio.to_thread(self._files.write_again, report)
        return report


async def run_call(config: BotConfig, transport: BaseTransport, **options: Any) -> SessionReport:
    """Hold one call and return its report; the short form of `Call(...).run()`.

    Args:
        config: What the bot is.
        transport: The transport, not started yet.
        **options: What `Call` takes.

    Raises:
        ConfigError: The configuration names something that cannot be built.
    """
    return await Call(config, transport, **options).run()
