"""The HTTP session of the exporter, which remembers in plain words why something was not sent.

OpenTelemetry's exporter writes that to a log, and tries a server that is not there for ten seconds.
A person at a terminal wants the reason at once.
"""

from __future__ import annotations

from typing import Any

import requests


class UnreachableError(Exception):
    """Nobody listens there; no error of requests, so that the exporter does not try again."""


class NotingSession(requests.Session):
    """A session that knows how its last request ended.

    Attributes:
        outcome: What became of it, without anything of what was sent.
    """

    def __init__(self) -> None:
        super().__init__()
        self.outcome = "nothing was tried"

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request and remember how that ended."""
        try:
            response = super().send(request, **kwargs)
        except requests.exceptions.SSLError:
            self.outcome = "its certificate is not trusted (OTEL_EXPORTER_OTLP_CERTIFICATE)"
            raise UnreachableError(self.outcome) from None
        except requests.exceptions.ConnectionError:
            self.outcome = "nobody listens there; start a collector, or name one by --endpoint"
            raise UnreachableError(self.outcome) from None
        except requests.exceptions.Timeout:
            self.outcome = "no answer came in time (OTEL_EXPORTER_OTLP_TIMEOUT, seconds)"
            raise
        self.outcome = f"it answered {response.status_code} {response.reason}"
        if response.status_code in (401, 403):
            self.outcome += "; its key belongs into OTEL_EXPORTER_OTLP_HEADERS"
        return response
