"""Listens in on one LLM service: what it sends, and what comes back.

Pipecat tells of frames in events, but of two things there is none: the request in the provider's
form, and an answer that the service holds back because it was begun early. So four methods of the
service and of its adapter are put behind others of the same name, on this one object; each does
what it did and notes it. Whatever goes wrong with a note is counted and does not reach the call.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from pipecat.frames.frames import (
    CancelFrame,
    EagerEndOfTurnCancelFrame,
    ErrorFrame,
    Frame,
    FunctionCallFromLLM,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData, TTFBMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import LLMService

from processors.failures import is_tool_failure
from processors.llm_requests.mark import mark, request_of
from processors.llm_requests.request import (
    COMPLETED,
    CUT,
    FAILED,
    UNFINISHED,
    WITHDRAWN,
    LLMRequest,
)

_NOT_SETTINGS = frozenset(
    {
        *("extra", "system_instruction"),
        *("filter_incomplete_user_turns", "user_turn_completion_config"),
    }
)
"""Fields of a service's settings that are no parameters of a request."""


class LLMTap:
    """Notes the requests of one service.

    Args:
        service: The LLM, before it is asked anything.
        provider: Its short name.
        new_id: Gives the id of the next request, one for all services of a call.
        agent: Names the agent that has the call.
        take: Where a request goes when all is known of it, with the time of its end.
        lose: Told what could not be noted.
        clock: Wall clock in epoch seconds.
    """

    def __init__(
        self,
        service: LLMService[Any],
        *,
        provider: str,
        new_id: Callable[[], str],
        agent: Callable[[], str],
        take: Callable[[LLMRequest, float], None],
        lose: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._provider = provider
        self._new_id = new_id
        self._agent = agent
        self._take = take
        self._lose = lose
        self._clock = clock
        self._current: LLMRequest | None = None
        service.add_event_handler("on_before_process_frame", self._on_given)
        service.add_event_handler("on_after_process_frame", self._on_processed)
        service.add_event_handler("on_before_push_frame", self._on_out)
        self._before(service, "push_frame", self._pushed)
        self._before(service, "run_function_calls", self._called)
        self._after_converting(service.get_llm_adapter())
        if hasattr(service, "build_chat_completion_params"):
            self._watch_building(service)

    def close(self) -> None:
        """Hand on what is under way: nothing more will come of it."""
        self._end(UNFINISHED)

    # What goes in

    async def _on_given(self, _service: object, frame: Frame) -> None:
        if isinstance(frame, LLMContextFrame):
            # What answers in sound is given a conversation, and no request for each reply.
            if not self._service.reports_ttfat:
                return
            self._end(WITHDRAWN if self._held else UNFINISHED)
            self._guard(self._open, frame)
        elif self._current is not None:
            self._called_off(self._current, frame)

    def _open(self, frame: LLMContextFrame) -> None:
        self._current = LLMRequest(
            id=self._new_id(),
            at=self._clock(),
            context=frame.context,
            agent=self._agent(),
            provider=self._provider,
            model=str(getattr(self._service_settings, "model", None) or ""),
            early=bool(frame.speculation),
        )

    def _called_off(self, request: LLMRequest, frame: Frame) -> None:
        if isinstance(frame, InterruptionFrame | EagerEndOfTurnCancelFrame) and self._held:
            request.ends(WITHDRAWN)
        elif isinstance(frame, InterruptionFrame):
            request.ends(CUT)
        elif isinstance(frame, CancelFrame):
            request.ends(UNFINISHED)

    async def _on_processed(self, _service: object, frame: Frame) -> None:
        request = self._current
        if request is None:
            return
        if isinstance(frame, LLMContextFrame) and frame.context is request.context:
            request.processed = True
        elif isinstance(frame, InterruptionFrame | EagerEndOfTurnCancelFrame | CancelFrame):
            # What was called off has been cancelled by now, and gives nothing more.
            request.processed = request.processed or bool(request.outcome)
        self._end_if_settled(request)

    # What it is turned into

    def _after_converting(self, adapter: Any) -> None:
        convert = adapter.get_llm_invocation_params

        async def converted(context: LLMContext, **options: Any) -> Any:
            params = await convert(context, **options)
            self._guard(self._converted, params, context)
            return params

        def converted_at_once(context: LLMContext, **options: Any) -> Any:
            params = convert(context, **options)
            self._guard(self._converted, params, context)
            return params

        # Adapters from before 1.13 do not wait, nor do the services that have them.
        waits = inspect.iscoroutinefunction(convert)
        adapter.get_llm_invocation_params = converted if waits else converted_at_once

    def _converted(self, params: Any, context: LLMContext) -> None:
        request = self._current
        if request is not None and context is request.context:
            request.at, request.params = self._clock(), params
            request.sent(params, self._settings())

    def _watch_building(self, service: Any) -> None:
        """OpenAI's family says last what it sends, and there with every setting in its place."""
        build = service.build_chat_completion_params

        def built(params_from_context: Any, *args: Any, **kwargs: Any) -> Any:
            params = build(params_from_context, *args, **kwargs)
            request = self._current
            if request is not None and request.params is params_from_context:
                self._guard(request.sent, params, {})
            return params

        service.build_chat_completion_params = built

    def _settings(self) -> dict[str, Any]:
        settings = self._service_settings
        found = {
            setting.name: getattr(settings, setting.name)
            for setting in (fields(settings) if is_dataclass(settings) else ())
            if setting.name not in _NOT_SETTINGS
        }
        extra = getattr(settings, "extra", None) or {}
        return {name: value for name, value in (found | extra).items() if value is not None}

    @property
    def _service_settings(self) -> Any:
        return getattr(self._service, "_settings", None)

    # What comes out

    def _before(self, service: Any, name: str, note: Callable[..., None]) -> None:
        method = getattr(service, name)

        async def noted(*args: Any, **kwargs: Any) -> Any:
            self._guard(note, *args, **kwargs)
            return await method(*args, **kwargs)

        setattr(service, name, noted)

    def _pushed(self, frame: Frame, *_: object, **__: object) -> None:
        request = self._current
        if request is None:
            return
        if isinstance(frame, LLMTextFrame):
            request.text += frame.text
            self._first(request)
            mark(frame, request.id)
        elif isinstance(frame, LLMFullResponseStartFrame | FunctionCallsStartedFrame):
            mark(frame, request.id)
        elif isinstance(frame, MetricsFrame):
            self._measured(request, frame)
        elif isinstance(frame, ErrorFrame) and frame.processor is self._service:
            if not is_tool_failure(frame, self._service):
                request.ends(FAILED)
                request.error = request.error or frame.error
        elif isinstance(frame, EagerEndOfTurnCancelFrame) and self._held:
            # It wants a tool, which an early reply may not run.
            request.ends(WITHDRAWN)

    def _measured(self, request: LLMRequest, frame: MetricsFrame) -> None:
        for data in frame.data:
            if data.processor != self._service.name:
                continue
            if isinstance(data, TTFBMetricsData) and data.value > 0 and not request.outcome:
                request.ttfb = data.value
                self._first(request)
                mark(frame, request.id)
            elif isinstance(data, LLMUsageMetricsData):
                request.tokens = data.value
                request.model = data.model or request.model

    def _called(self, function_calls: Sequence[FunctionCallFromLLM], **_: object) -> None:
        request = self._current
        if request is None:
            return
        self._first(request)
        request.calls += [
            {"id": call.tool_call_id, "name": call.function_name, "arguments": dict(call.arguments)}
            for call in function_calls
        ]

    def _first(self, request: LLMRequest) -> None:
        if request.first_at is None:
            request.first_at = self._clock()

    async def _on_out(self, _service: object, frame: Frame) -> None:
        """A frame leaves the service for good: of an early answer, because its turn is over."""
        request = self._current
        if request is None or not isinstance(frame, LLMFullResponseStartFrame):
            return
        if request_of(frame) == request.id:
            request.released = True
            self._end_if_settled(request)

    # How it ends

    @property
    def _held(self) -> bool:
        """Whether there is a request whose turn is not certain to be over."""
        request = self._current
        return request is not None and request.early and not request.released

    def _end_if_settled(self, request: LLMRequest) -> None:
        if request.settled:
            self._end(COMPLETED)

    def _end(self, outcome: str) -> None:
        request, self._current = self._current, None
        if request is not None:
            request.ends(outcome)
            self._guard(self._take, request, self._clock())

    def _guard(self, note: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        try:
            note(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - what a note costs is not the call's
            self._lose(repr(error))
