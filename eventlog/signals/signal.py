"""What all signals are: a fact and the time at which it became true."""

from __future__ import annotations

import msgspec


class Signal(msgspec.Struct, kw_only=True, forbid_unknown_fields=False, tag_field="signal"):
    """One fact of a call and the wall time (`at`, epoch seconds) at which it became true."""

    at: float
