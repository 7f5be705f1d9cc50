"""The address that the page is served on, taken before anything slow is begun."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import cast

from aioice.ice import get_host_addresses

from bot.serve.errors import AddressError, NoNetworkError

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound to


def take_address(host: str, port: int) -> socket.socket:
    """Return a socket that owns the address but does not listen yet.

    Taken first, so that a port in use is told at once and not after the models have been loaded.

    Args:
        host: An address or name of this machine.
        port: 0 for any free one.

    Raises:
        AddressError: It is taken, forbidden, or not of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise AddressError(f"{host} is no address of this machine: use --host 127.0.0.1") from None
    taken = socket.socket(family, kind, protocol)
    try:
        # Without it a server cannot be restarted within a minute of its last connection.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise AddressError(_why(host, port, error)) from None
    return taken


def url_of(taken: socket.socket) -> str:
    """Return the URL under which a browser on this machine finds a taken address."""
    host, port = cast("tuple[str, int]", taken.getsockname()[:2])
    host = _ANYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def webrtc_addresses() -> list[str]:
    """Return the addresses of this machine that WebRTC offers: all but those of loopback."""
    return get_host_addresses(use_ipv4=True, use_ipv6=True)


def require_network() -> None:
    """Make sure that WebRTC has an interface: it never offers loopback addresses.

    Raises:
        NoNetworkError: There is none.
    """
    if not webrtc_addresses():
        raise NoNetworkError(
            "this machine has no network interface beside loopback, and WebRTC needs one even for "
            "a call with itself: connect to a network (no internet is needed), "
            "or try `parley demo`"
        )


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what uses it, or give another --port"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this user has: give a --port above 1023"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: use --host 127.0.0.1"
    return f"cannot listen on {host} port {port} ({error.strerror}): give another --host or --port"
