"""A tool of LiveKit's scenarios that takes its time."""

import asyncio


async def get_weather(location: str) -> str:
    """Tell the weather of a place.

    Args:
        location: The place.
    """
    await asyncio.sleep(3.0)
    return f"The weather in {location} is sunny today."
