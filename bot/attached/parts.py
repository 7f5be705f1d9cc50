"""What can be seen of a bot that somebody else built: its processors, services and transport."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregator
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport

from bot.opening import provider_entry
from eventlog.header import Provider
from processors.pipeline_end import PipelineEnd

_SLOTS = (("stt", STTService), ("llm", LLMService), ("tts", TTSService))


class BotParts:
    """The processors of a worker, those inside of switchers and parallel pipelines included."""

    def __init__(self, worker: PipelineWorker) -> None:
        self.last: FrameProcessor = worker.pipeline.processors[-1]
        self._all = list(_inside(worker.pipeline))

    @property
    def has_transport(self) -> bool:
        """Whether the worker carries a call, rather than helping one that does."""
        return bool(self._of_kind(BaseInputTransport) or self._of_kind(BaseOutputTransport))

    @property
    def is_ours(self) -> bool:
        """Whether this is a call of Parley's own, which is recorded already."""
        return bool(self._of_kind(PipelineEnd))

    @property
    def user_aggregator(self) -> LLMUserAggregator | None:
        """What decides about the user's turns, None in a bot without."""
        return next(iter(self._of_kind(LLMUserAggregator)), None)

    @property
    def transport(self) -> BaseTransport | None:
        """The transport, None if its processors do not lead to it."""
        for processor in (*self._of_kind(BaseInputTransport), *self._of_kind(BaseOutputTransport)):
            for owner in _owners(processor):
                if isinstance(owner, BaseTransport):
                    return owner
        return None

    def providers(self) -> dict[str, Provider]:
        """Return who serves each slot; further services of a slot have a number."""
        found: dict[str, Provider] = {}
        for slot, kind in _SLOTS:
            served = [service for service in self._of_kind(kind) if not self._stands_by(service)]
            for number, service in enumerate(served, 1):
                key = slot if number == 1 else f"{slot}_{number}"
                found[key] = provider_entry(service, self._standbys(service))
        return found

    @property
    def llms(self) -> list[LLMService[Any]]:
        """The LLMs of the bot, those that stand by included."""
        return self._of_kind(LLMService)

    def switchers(self) -> list[tuple[str, ServiceSwitcher[Any]]]:
        """Return each slot that has a switcher, and the switcher."""
        return [
            (slot, switcher)
            for switcher in self._switchers
            for slot, kind in _SLOTS
            if isinstance(switcher.strategy.active_service, kind)
        ]

    def _stands_by(self, service: FrameProcessor) -> bool:
        return any(service in self._standbys(s.strategy.active_service) for s in self._switchers)

    def _standbys(self, service: FrameProcessor) -> list[FrameProcessor]:
        for switcher in self._switchers:
            if service is switcher.strategy.active_service:
                return [member for member in switcher.services if member is not service]
        return []

    @property
    def _switchers(self) -> list[ServiceSwitcher[Any]]:
        return self._of_kind(ServiceSwitcher)

    def _of_kind(self, kind: type[Any]) -> list[Any]:
        return [processor for processor in self._all if isinstance(processor, kind)]


def _inside(processor: FrameProcessor) -> Iterator[FrameProcessor]:
    yield processor
    for part in processor.processors:
        yield from _inside(part)


def _owners(processor: FrameProcessor) -> Iterator[object]:
    # Pipecat has no way from a processor to its transport. Most transports hand themselves to
    # their processors; SmallWebRTC's hands them a client that calls it back.
    yield getattr(processor, "_transport", None)
    callbacks = getattr(getattr(processor, "_client", None), "_callbacks", None)
    yield getattr(getattr(callbacks, "on_client_disconnected", None), "__self__", None)
