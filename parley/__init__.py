"""Parley in somebody else's bot: `from parley import attach`.

This name is nobody else's, which `bot` is not: see `parley.names`. Everything is loaded when it is
first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.attached.call import AttachedCall

__all__ = ["attach"]


def attach(worker: Any, config: Any = None, **options: Any) -> AttachedCall:
    """Record the call of a PipelineWorker; takes, returns and raises what `bot.attach` does.

    Raises:
        ImportError: A package of the project has modules of the same name as Parley's.
    """
    from parley.names import make_room

    make_room()
    from bot.attached.call import attach

    return attach(worker, config, **options)
