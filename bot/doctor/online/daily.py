"""Daily: whether DAILY_API_KEY opens its REST interface. Joining a room by its URL needs no key."""

from __future__ import annotations

import aiohttp

from bot.doctor.online.inquiry import Inquiry

ADDRESS = "https://api.daily.co/v1"
VARIABLE = "DAILY_API_KEY"
ADDRESS_VARIABLE = "DAILY_API_URL"


async def ask_daily(inquiry: Inquiry) -> None:
    """List one room: Daily has no SDK for its REST interface, and Pipecat's helper no such call."""
    await inquiry.ask(_list_one_room(inquiry))
    inquiry.key_works()


async def _list_one_room(inquiry: Inquiry) -> None:
    headers = {"Authorization": f"Bearer {inquiry.key}"}
    async with (
        aiohttp.ClientSession(headers=headers, raise_for_status=True) as session,
        session.get(f"{inquiry.address}/rooms", params={"limit": "1"}) as answer,
    ):
        await answer.json()
