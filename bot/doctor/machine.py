"""What a call needs of the machine: a disk to write to, a port, and UDP on some interface."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.config import LogConfig
from bot.doctor.findings import Finding, failed, ok, warning
from bot.serve.address import require_network, take_address, webrtc_addresses
from bot.serve.errors import AddressError, NoNetworkError

# A recording takes about 6 MB a minute.
_SCARCE_MB = 500
_UDP_SECONDS = 1.0
_PROBE = b"parley doctor"


def check_disk(log: LogConfig) -> Iterator[Finding]:
    """Write where calls leave their logs, and leave nothing behind."""
    places = [log.directory] if log.dump is None else [log.directory, log.dump.parent]
    for place in dict.fromkeys(places):
        yield _disk(place)


def check_port(port: int, host: str = "127.0.0.1") -> Finding:
    """Take the port of `parley serve` for a moment; 0 is always free."""
    try:
        take_address(host, port).close()
    except AddressError as error:
        cause, _, remedy = str(error).partition(": ")
        return failed("port", cause, remedy)
    return ok("port", f"port {port} on {host} is free" if port else "any free port will do")


def check_udp(addresses: Sequence[str] | None = None) -> Iterator[Finding]:
    """Send a datagram to each of this machine's own addresses, as WebRTC would use them.

    Args:
        addresses: The ones to try; those that WebRTC offers by default.
    """
    if addresses is None:
        try:
            require_network()
        except NoNetworkError as error:
            cause, _, remedy = str(error).partition(": ")
            yield failed("udp", cause, remedy)
            return
        addresses = webrtc_addresses()
    broken = {address: why for address in addresses if (why := _udp_failure(address))}
    for address in addresses:
        if address not in broken:
            yield ok("udp", f"a datagram to {address} arrived")
        else:
            tell = failed if len(broken) == len(addresses) else warning
            remedy = "let UDP through in this machine's firewall: WebRTC carries the sound over it"
            yield tell("udp", f"a datagram to {address} did not arrive ({broken[address]})", remedy)


def _disk(place: Path) -> Finding:
    there = next(path for path in [place, *place.absolute().parents] if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(_PROBE)
    except OSError as error:
        message = f"{place} cannot be written to ({error.strerror})"
        return failed("disk", message, "give this user the right, or set another log.directory")
    free = shutil.disk_usage(there).free // 1_000_000
    if free < _SCARCE_MB:
        remedy = "free some: a recording takes about 6 MB a minute (log.audio: false goes without)"
        return warning("disk", f"{place} can be written to, but has only {free} MB free", remedy)
    return ok("disk", f"{place} can be written to, {free / 1000:.1f} GB free")


def _udp_failure(address: str) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as here:
            here.settimeout(_UDP_SECONDS)
            here.bind((address, 0))
            here.sendto(_PROBE, here.getsockname())
            return None if here.recv(len(_PROBE)) == _PROBE else "something else arrived"
    except TimeoutError:
        return f"nothing within {_UDP_SECONDS:.0f} s"
    except OSError as error:
        return error.strerror or str(error)
