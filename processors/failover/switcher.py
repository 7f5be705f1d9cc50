"""A switcher that notices failures, silence included, and loses no turn by changing providers."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    EagerEndOfTurnCancelFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    StartFrame,
)
from pipecat.pipeline.llm_switcher import LLMSwitcher
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.processors.filters.function_filter import FunctionFilter
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.utils.errors import ErrorCategory

from processors.failover.revival import lay_aside, revive
from processors.failover.strategy import FailoverStrategy
from processors.failover.work import Handover, Work
from processors.failures import TAKEN_OVER
from processors.frames import ProviderSwitchedFrame, ServiceCalledOffFrame

# A service that fails again soon is left alone for longer each time, but no longer than this
# (seconds).
_LONGEST_REST = 600.0
# How long the error of a silent service takes through the filters at most (seconds).
_ERROR_DUE = 1.0


@dataclass(frozen=True)
class FailoverPolicy:
    """When a provider counts as failed, and when it is tried again.

    Attributes:
        slot: "stt", "llm" or "tts".
        names: The short name of each service's provider.
        silence_timeout: Seconds without a sign of a service that owes something; None for any.
        recover_after: Seconds until a failed one is tried again; None for never.
    """

    slot: str
    names: Mapping[FrameProcessor, str]
    silence_timeout: float | None = 2.5
    recover_after: float | None = 60.0


class _Failover(ServiceSwitcher[FailoverStrategy]):
    """What the switchers of the three slots share; see the module."""

    def begin(
        self, policy: FailoverPolicy, work: Work, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set up; apart from the constructor, since Pipecat's two switchers have their own."""
        self._policy = policy
        self._work = work
        self._clock = clock
        self._replayed: set[int] = set()
        self._rests: dict[FrameProcessor, float] = {}
        self._reasons: dict[FrameProcessor, str] = {}
        self._returns: dict[FrameProcessor, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None
        self._stirred = asyncio.Event()
        self._changed = asyncio.Event()
        self._started = False
        self._untold: list[Frame] = []
        for service in self.services:
            service.add_event_handler("on_error", self._on_error)

    @staticmethod
    def _make_pipeline_definitions(
        services: list[FrameProcessor], strategy: Any
    ) -> list[list[FrameProcessor]]:
        # Pipecat's own definition lets out what a service still says after the switch.
        return [
            [
                _only_while_active(service, strategy, FrameDirection.DOWNSTREAM),
                service,
                _only_while_active(service, strategy, None),
            ]
            for service in services
        ]

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note what the service is given."""
        if isinstance(frame, StartFrame):
            self._watch = self._watch or self.create_task(self._watch_silence(), "silence")
        elif isinstance(frame, EndFrame | CancelFrame):
            await self._stop()
        self._work.given(frame, direction, self._clock())
        self._stirred.set()
        await super().process_frame(frame, direction)

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        """Note what the service gives; what it was only given again goes no further."""
        if frame.id in self._replayed:
            self._replayed.discard(frame.id)
            return
        self._work.came(frame, direction, self._clock())
        self._stirred.set()
        await super().push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._started = True
            while self._untold:
                await super().push_frame(self._untold.pop(0))

    async def cleanup(self) -> None:
        """Stop watching."""
        await super().cleanup()
        await self._stop()

    async def _report_service_failure(
        self, failed_service: FrameProcessor, error: ErrorFrame
    ) -> None:
        # The error keeps the name of who failed: that is the one to look at.
        await super(ServiceSwitcher, self).push_frame(error, FrameDirection.UPSTREAM)

    async def _on_error(self, service: FrameProcessor, error: ErrorFrame) -> None:
        self._reasons[service] = error.error
        if service is self.strategy.active_service:
            error.metadata[TAKEN_OVER] = self.strategy.replaces(error)
            if not self._started:
                # Until all services have started, no frame of theirs comes out, errors included;
                # and one that goes on trying would keep the others from starting.
                await self.strategy.handle_error(error)

    async def _watch_silence(self) -> None:
        timeout = self._policy.silence_timeout
        while timeout is not None:
            owed_since = self._work.owed_since
            if owed_since is None:
                self._stirred.clear()
                await self._stirred.wait()
                continue
            remaining = owed_since + timeout - self._clock()
            if remaining > 0:
                await asyncio.sleep(remaining)
            elif self.strategy.next_to(self.strategy.active_service) is None:
                # Nobody could do better: the call's own limits apply.
                await asyncio.sleep(timeout)
            else:
                await self._found_silent()

    async def _found_silent(self) -> None:
        service = self.strategy.active_service
        name, seconds = self._policy.names[service], self._policy.silence_timeout
        self._changed.clear()
        await service.push_error(
            f"{name} gave nothing for {seconds:g} s while {self._work.doing}",
            category=ErrorCategory.CONNECTIVITY,
        )
        # The error finds its way through the filters; what follows from it has been done then.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), _ERROR_DUE)

    async def switched(self, previous: FrameProcessor, service: FrameProcessor) -> None:
        """Hand the work over from one service to the next, after the strategy has switched."""
        names = self._policy.names
        recovered = self.services.index(service) < self.services.index(previous)
        handover = self._work.hand_over(self._clock())
        reason = "it is well again" if recovered else self._reasons.get(previous, "")
        logger.warning(
            f"{self._policy.slot}: {names[service]} takes over from {names[previous]}"
            + (f" ({reason})" if reason else "")
        )
        await self._tell(
            ProviderSwitchedFrame(
                slot=self._policy.slot,
                provider=names[service],
                previous=names[previous],
                reason=reason,
                asks_again=handover.begins_anew or handover.withdraws,
            )
        )
        if self._started:
            await previous.queue_frame(ServiceCalledOffFrame())
            await self._do_over(service, handover)
        self._changed.set()
        if previous in self.strategy.aside:
            # The error may come from the very task that is ended by this.
            self.create_task(lay_aside(previous), "lay_aside")
            self._plan_return(previous)

    async def _tell(self, frame: Frame) -> None:
        if self._started:
            await super().push_frame(frame)
        else:
            self._untold.append(frame)

    async def _do_over(self, service: FrameProcessor, handover: Handover) -> None:
        if handover.withdraws:
            await self.broadcast_frame(EagerEndOfTurnCancelFrame)
        for frame in handover.ends:
            await super().push_frame(frame)
        for frame, direction in handover.frames:
            if self._policy.slot == "stt":
                self._replayed.add(frame.id)
            await service.queue_frame(frame, direction)

    def _plan_return(self, service: FrameProcessor) -> None:
        rest = self._policy.recover_after
        if rest is None:
            return
        self._rests[service] = min(2 * self._rests.get(service, rest / 2), _LONGEST_REST)
        old = self._returns.pop(service, None)
        if old is not None and not old.done():
            old.cancel()
        self._returns[service] = self.create_task(self._return(service), "return")

    async def _return(self, service: FrameProcessor) -> None:
        """Take a service back when it has rested and its connection works again."""
        while True:
            await asyncio.sleep(self._rests[service])
            self._reasons.pop(service, None)
            await revive(service)
            if service not in self._reasons:
                break
            self._rests[service] = min(2 * self._rests[service], _LONGEST_REST)
        while not self._work.idle:
            self._stirred.clear()
            await self._stirred.wait()
        active = self.strategy.active_service
        self.strategy.aside.discard(service)
        comes_first = self.services.index(service) < self.services.index(active)
        if comes_first and await self.strategy.take_back(service):
            await self.switched(active, service)

    async def _stop(self) -> None:
        tasks = [task for task in (self._watch, *self._returns.values()) if task is not None]
        self._watch = None
        self._returns.clear()
        for task in tasks:
            if task is not asyncio.current_task():
                await self.cancel_task(task)


class _Strategy(FailoverStrategy):
    """Tells the switcher of each change that a failure brought about."""

    switcher: _Failover

    async def handle_error(self, error: ErrorFrame) -> FrameProcessor | None:
        """See `FailoverStrategy`; then hand the work over."""
        previous = self.active_service
        service = await super().handle_error(error)
        if service is not None:
            await self.switcher.switched(previous, service)
        return service


class ServiceFailover(_Failover):
    """The providers of the STT or the TTS, the first one first."""

    def __init__(
        self, services: Sequence[FrameProcessor], policy: FailoverPolicy, work: Work
    ) -> None:
        super().__init__(list(services), _Strategy)
        cast(_Strategy, self.strategy).switcher = self
        self.begin(policy, work)


class LLMFailover(_Failover, LLMSwitcher[FailoverStrategy]):
    """The providers of the LLM; each of them knows the tools."""

    def __init__(
        self, services: Sequence[LLMService[Any]], policy: FailoverPolicy, work: Work
    ) -> None:
        LLMSwitcher.__init__(self, list(services), _Strategy)  # type: ignore[arg-type]
        cast(_Strategy, self.strategy).switcher = self
        self.begin(policy, work)


def _only_while_active(
    service: FrameProcessor, strategy: FailoverStrategy, direction: FrameDirection | None
) -> FunctionFilter:
    async def is_active(_frame: Frame) -> bool:
        return strategy.active_service is service

    return FunctionFilter(
        filter=is_active, direction=direction, filter_system_frames=True, enable_direct_mode=True
    )
