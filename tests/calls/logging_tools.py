"""Tools that say what they do through Python's own `logging`."""

import logging

own = logging.getLogger(__name__)


def blocks() -> str:
    """Do something, from a program that cannot wait."""
    own.warning("the kettle is old")
    return "tea"


async def awaits() -> str:
    """Do something."""
    try:
        raise TimeoutError("no cup")
    except TimeoutError:
        own.exception("The cupboard is stuck")
    return "no tea"
