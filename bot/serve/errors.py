"""Why a server does not start, each in one line for the person who started it."""

from __future__ import annotations


class ServeError(Exception):
    """The server cannot run; the message names the cause and the remedy."""


class AddressError(ServeError):
    """The address cannot be listened on: taken, forbidden, or not of this machine."""


class NoNetworkError(ServeError):
    """There is no network interface over which WebRTC could carry sound."""
