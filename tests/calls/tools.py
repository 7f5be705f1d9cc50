"""The tools of LiveKit's scenarios."""

import asyncio


async def get_weather(location: str) -> str:
    """Tell the weather of a place.

    Args:
        location: The place.
    """
    await asyncio.sleep(0.2)
    return f"The weather in {location} is sunny today."


async def fail() -> str:
    """Fail, whatever is asked."""
    raise RuntimeError("broken on purpose")
