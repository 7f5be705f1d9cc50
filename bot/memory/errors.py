"""What can be wrong with the use of the in-memory line."""


class MemoryTransportError(Exception):
    """The in-memory line was asked for something it cannot do; the message says what to change."""
