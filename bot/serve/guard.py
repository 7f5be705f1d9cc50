"""Keeps pages of other hosts from calling, and our own from loading anything from elsewhere.

A server on loopback can be asked by any page that the same person has open. A browser names the
page's origin and the host it believes to talk to: both are checked, so that neither a foreign page
nor a foreign name that resolves to this machine gets a bot to talk with.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.serve.address import is_loopback

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Sent with every answer that does not have its own."""

LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
"""Origins that may call: pages that this machine serves to itself, on any port."""


class Guard:
    """ASGI middleware that refuses foreign origins and hosts and adds the headers.

    Args:
        app: What is guarded.
        host: The address that is listened on. Only on loopback is the name checked that a browser
            gives for this server; on others nobody can know all of its names.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)  # a page in one file has a policy of its own
            await send(message)

        refused = self.refusal(Headers(scope=scope))
        if refused is None:
            await self._app(scope, receive, send_with_headers)
        else:
            answer = JSONResponse({"detail": refused}, status_code=403)
            await answer(scope, receive, send_with_headers)

    def refusal(self, headers: Headers) -> str | None:
        """Return why a request is refused, None if it is not."""
        host = headers.get("host", "")
        name = _name_of(f"//{host}")
        if is_loopback(self._host) and not (is_loopback(name) or name == self._host):
            return f"This server is not called {name or 'nothing'}: open it by its own address."
        origin = headers.get("origin")
        if origin is None or urlsplit(origin).netloc == host or is_loopback(_name_of(origin)):
            return None
        return "Pages of other hosts may not call this bot."


def logs_refusal(host: str, client: str, headers: Headers) -> str | None:
    """Return why the logs of calls are kept from who asks, None if they are not.

    They hold what people said, so they are for this machine alone, also where others may call; and
    for our own pages alone, also where those of other ports may call.

    Args:
        host: The address that is listened on.
        client: The address of who asks.
        headers: Those of the request.
    """
    name = _name_of(f"//{headers.get('host', '')}")
    if not is_loopback(host) and not (is_loopback(client) and is_loopback(name)):
        return (
            "The logs of calls are shown on the machine of the server only, under 127.0.0.1. "
            "`parley log index` makes a page of them to take along."
        )
    origin = headers.get("origin")
    opened = headers.get("sec-fetch-mode") == "navigate"
    foreign = headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not opened
    if foreign or (origin is not None and urlsplit(origin).netloc != headers.get("host")):
        return "Other pages may not read the logs of calls."
    return None


def _name_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
