"""One conversation with a vendor: each question has a time limit, each refusal its own words.

A wrong key, a key without a right, too many requests and a dead network want four different
remedies, and every SDK has its own exceptions for them; they are told apart here by what they have
in common: the HTTP status, and the system error beneath.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from bot.config.nearest import nearest
from bot.config.secret import STARS
from bot.doctor.findings import Finding, Tell, failed, ok, warning
from eventlog.plaintext import clean

T = TypeVar("T")

# How the vendors say that a key is known but may not ask this (a key of limited rights).
_LIMITED = ("missing_permissions", "missing scopes", "insufficient_permissions")
_SHORT = 200


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Asks one vendor on behalf of one service.

    Attributes:
        who: The service, for people: "stt deepgram".
        vendor: "Deepgram".
        address: The base URL that is asked.
        key: The key, so that it can be kept out of what is told.
        origin: Where the key is set, for remedies: a variable or a key of the configuration.
        seconds: How long one question may take.
        tell: Takes the findings.
    """

    who: str
    vendor: str
    address: str
    key: str
    origin: str
    seconds: float
    tell: Tell

    async def ask(self, question: Awaitable[T]) -> T:
        """Wait for an answer, but not for long.

        Raises:
            TimeoutError: It did not come.
            Exception: Whatever the SDK raises.
        """
        async with asyncio.timeout(self.seconds):
            return await question

    async def ask_if_allowed(self, question: Awaitable[T], about: str) -> T | None:
        """Like `ask`, but a key without the right to ask is told, and None returned.

        A key may be limited to what a call needs, so this is no failure.

        Args:
            question: What is asked.
            about: What it is about, for people: "its models".
        """
        try:
            return await self.ask(question)
        except Exception as error:
            if not _is_limited(error):
                raise
            message = f"{self.who}: {self._at} knows the key, but does not let it read {about}"
            remedy = "a call may work all the same; give the key that right, to be sure"
            self.tell(warning("online", message, remedy))
            return None

    def key_works(self) -> None:
        """Tell that the vendor took the key."""
        self.tell(ok("online", f"{self.who}: {self.vendor} accepts the key"))

    def exists(self, kind: str, name: str) -> None:
        """Tell that a model or voice is there."""
        self.tell(ok("online", f"{self.who}: {kind} {name} exists"))

    def unsure(self, what: str) -> None:
        """Tell what could not be found out, though nothing refused."""
        self.tell(warning("online", f"{self.who}: {what}"))

    def does_not_exist(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        """Tell that a model or voice is not there, with the one that was probably meant."""
        near = nearest(name, known)
        if not hint:
            hint = f"did you mean '{near}'?" if near else f"look it up among those of {self.vendor}"
        message = f"{self.who}: {self.vendor} has no {kind} '{name}'"
        self.tell(failed("online", message, hint))

    def explained(self, error: BaseException) -> Finding:
        """Say what went wrong, and what to do about it; the key is in none of it."""
        status = getattr(error, "status_code", getattr(error, "status", None))
        if isinstance(status, int):
            return self._refused(status, error)
        if isinstance(error, TimeoutError):
            message = f"{self._at} did not answer within {self.seconds:g} s"
            return self._dead(message, "see whether the network, a proxy or a firewall is slow")
        for cause in _causes(error):
            if isinstance(cause, socket.gaierror):
                message = f"the name of {self._at} cannot be looked up: no network, or no such host"
                return self._dead(message, "connect to the internet, and look at the base URL")
            if isinstance(cause, ssl.SSLError):
                message = f"{self._at} has no certificate that is trusted here ({cause.reason})"
                return self._dead(message, "look at the base URL, the clock, and the proxy")
            if isinstance(cause, ConnectionRefusedError):
                message = f"{self._at} refuses connections"
                return self._dead(message, "look at the base URL, and start that server")
        for cause in _causes(error):
            if isinstance(cause, OSError):
                message = f"{self._at} cannot be reached ({cause.strerror or cause})"
                return self._dead(message, "look at the network and the base URL")
        message = f"the answer of {self._at} cannot be understood: {self._said(error)}"
        return self._dead(
            message, "look at the base URL: is that server one of this vendor's kind?"
        )

    @property
    def _at(self) -> str:
        parts = urlsplit(self.address)  # without its path, and without a password in it
        port = f":{parts.port}" if parts.port else ""
        return f"{self.vendor} at {parts.hostname or 'its address'}{port}"

    def _refused(self, status: int, error: BaseException) -> Finding:
        who, at = self.who, self._at
        if status == 401:
            message = f"{who}: {at} refuses the key (401): it is wrong or was revoked"
            return failed("online", message, f"set {self.origin} to a key that works")
        if status == 403:
            message = f"{who}: {at} forbids this to the key's account (403): {self._said(error)}"
            return failed("online", message, f"see to that account, or change {self.origin}")
        if status == 429:
            message = f"{who}: {at} answers, but has had too many requests (429): key not checked"
            return warning("online", message, "try again in a minute, and look at the quota")
        if status >= 500:
            message = f"{who}: {at} has trouble of its own ({status})"
            return failed(
                "online", message, "try again later, and look at the vendor's status page"
            )
        message = f"{who}: {at} answers {status}: {self._said(error)}"
        return failed("online", message, "look at the base URL of the service")

    def _dead(self, message: str, remedy: str) -> Finding:
        return failed("online", f"{self.who}: {message}", remedy)

    def _said(self, error: BaseException) -> str:
        body = getattr(error, "body", None)
        said = str(body) if body else f"{type(error).__name__}: {error}"
        said = said.replace(self.key, STARS) if self.key else said
        said = clean(said)
        return said if len(said) <= _SHORT else f"{said[:_SHORT]}…"


def rest_address(address: str) -> str:
    """Return the address of a vendor's REST interface, given that of its WebSockets."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return f"https://{address}".rstrip("/")
    return f"{ {'ws': 'http', 'wss': 'https'}.get(scheme, scheme) }://{rest}".rstrip("/")


def _is_limited(error: BaseException) -> bool:
    if getattr(error, "status_code", None) not in (401, 403):
        return False
    said = str(getattr(error, "body", "")).casefold()
    return any(marker in said for marker in _LIMITED)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that lie beneath it, in SDKs that wrap them several times."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        waiting += [below for below in (each.__cause__, each.__context__) if below]
