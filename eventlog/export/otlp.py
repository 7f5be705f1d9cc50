"""`parley log export otlp`: calls as OpenTelemetry traces, over HTTP or as a file of OTLP's JSON.

What a span is called and holds is in `spans` and `genai`; this hands them to OpenTelemetry's own
exporter, which takes its headers, and so its keys, from the environment alone. It is imported when
a call is sent.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from eventlog.export.output import utf8
from eventlog.export.span import Attributes, Span
from eventlog.export.spans import span_id, spans, trace_id
from eventlog.jsonvalue import as_list, as_object, as_text
from eventlog.view import View

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

ENDPOINT = "http://127.0.0.1:4318"
"""Where a collector listens on this machine, if nobody says otherwise."""
PATH = "/v1/traces"
SCOPE = "parley"

_IDS = frozenset({"traceId", "spanId", "parentSpanId"})
_FROM_ENVIRONMENT = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class NotSentError(Exception):
    """A collector did not take the spans; the message says which one, and why."""


def endpoint(given: str | None) -> str:
    """The URL that spans are sent to: as given, from the environment, or on this machine.

    Raises:
        NotSentError: It is no URL of HTTP.
    """
    whole, base = (os.environ.get(name, "") for name in _FROM_ENVIRONMENT)
    url = given or whole or base or ENDPOINT
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotSentError(f"{shown(url)}: an endpoint is a URL such as {ENDPOINT}")
    if (whole and not given) or parts.path.endswith(PATH):
        return url
    return parts._replace(path=parts.path.rstrip("/") + PATH).geturl()


def shown(url: str) -> str:
    """A URL without what may be secret in it: the user, the password, the query."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


class Collector:
    """Whoever takes spans at a URL."""

    def __init__(self, url: str) -> None:
        from opentelemetry.exporter.otlp.proto.http import trace_exporter

        from eventlog.export.otlp_session import NotingSession

        self._shown = shown(url)
        self._session = NotingSession()
        # What goes wrong is told by `send`, and once.
        logging.getLogger(trace_exporter.__name__).disabled = True
        self._exporter = trace_exporter.OTLPSpanExporter(url, session=self._session)

    def send(self, view: View, *, content: bool) -> int:
        """Send a call; how many spans it has.

        Raises:
            NotSentError: The collector did not take them.
        """
        from opentelemetry.sdk.trace.export import SpanExportResult

        found = readable(view, content=content)
        if self._exporter.export(found) is not SpanExportResult.SUCCESS:
            raise NotSentError(f"{self._shown}: not sent: {self._session.outcome}")
        return len(found)


def as_json(view: View, *, content: bool) -> str:
    """A call as one line of OTLP's JSON, as a collector's file receiver reads it."""
    from google.protobuf.json_format import MessageToDict
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    request = encode_spans(readable(view, content=content))
    return json.dumps(_with_hex_ids(MessageToDict(request, use_integers_for_enums=True))) + "\n"


def readable(view: View, *, content: bool) -> list[ReadableSpan]:
    """The spans of a call in OpenTelemetry's own class."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    service = as_text(view.report.get("agent_name")) or "voice-agent"
    resource = Resource({"service.name": utf8(service)})
    scope = InstrumentationScope(SCOPE)
    return [_readable(view, span, resource, scope) for span in spans(view, content=content)]


def _readable(view: View, span: Span, resource: Any, scope: Any) -> ReadableSpan:
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    def context(path: str) -> SpanContext:
        flags = TraceFlags(TraceFlags.SAMPLED)
        return SpanContext(trace_id(view), span_id(view, path), is_remote=False, trace_flags=flags)

    failed = {"error.type": utf8(span.failed)} if span.failed else {}
    return ReadableSpan(
        utf8(span.name),
        context=context(span.path),
        parent=None if span.parent is None else context(span.parent),
        resource=resource,
        attributes=_whole(span.attributes) | failed,
        events=[
            Event(moment.name, _whole(moment.attributes), _nanoseconds(moment.at))
            for moment in span.moments
        ],
        kind=SpanKind.CLIENT if span.remote else SpanKind.INTERNAL,
        status=Status(StatusCode.ERROR if span.failed else StatusCode.UNSET),
        start_time=_nanoseconds(span.begin),
        end_time=_nanoseconds(span.end),
        instrumentation_scope=scope,
    )


def _whole(attributes: Attributes) -> Attributes:
    return {
        name: utf8(value) if isinstance(value, str) else value for name, value in attributes.items()
    }


def _nanoseconds(seconds: float) -> int:
    """Nanoseconds of the epoch, exact to the microsecond that a float of our time holds."""
    return max(round(seconds * 1e6), 0) * 1000


def _with_hex_ids(value: Any) -> Any:
    """OTLP's JSON has ids in hexadecimal, where protobuf's own has them in base64."""
    if (members := as_object(value)) is not None:
        return {
            key: base64.b64decode(member).hex() if key in _IDS else _with_hex_ids(member)
            for key, member in members.items()
        }
    elements: Iterable[Any] | None = as_list(value)
    return value if elements is None else [_with_hex_ids(element) for element in elements]
