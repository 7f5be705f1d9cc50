"""Who greets waits for two things: the bot listens before it speaks, and somebody is there.

They come in whatever order: a far side may join before the models are ready, or long after.
"""

from __future__ import annotations

import asyncio

from bot.agents import Agents
from bot.conversation import Conversation


class Greeter:
    """Has the bot greet when both have happened.

    Args:
        agents: Who has the call, and so what is said.
        conversation: Where it is said.

    Attributes:
        listening: Set when the bot listens.
        joined: Whether somebody is, or was, there.
    """

    def __init__(self, agents: Agents, conversation: Conversation) -> None:
        self._agents = agents
        self._conversation = conversation
        self.listening = asyncio.Event()
        self.joined = False

    async def bot_listens(self) -> None:
        """The pipeline runs, and has its tools."""
        self.listening.set()
        await self._greet()

    async def far_side_joined(self) -> None:
        """Somebody is there for the first time."""
        self.joined = True
        await self._greet()

    async def _greet(self) -> None:
        greeting = self._agents.current.greeting
        if greeting is None or not (self.joined and self.listening.is_set()):
            return
        if greeting.say is not None:
            await self._conversation.say(greeting.say)
        else:
            await self._conversation.generate_reply(greeting.generate)
