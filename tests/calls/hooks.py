"""Hooks of user turns, as a builder writes them."""

import asyncio

from pipecat.processors.aggregators.llm_context import LLMContext

from processors.user_turn_gate import RefuseTurn


async def look_up(context: LLMContext, text: str) -> None:
    """Take a while, and tell the LLM what was found."""
    await asyncio.sleep(0.05)
    context.add_message({"role": "developer", "content": f"Known about {text!r}: nothing."})


async def refuse(context: LLMContext, text: str) -> None:
    """Leave the turn unanswered."""
    raise RefuseTurn
