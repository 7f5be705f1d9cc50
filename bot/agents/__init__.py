"""The agents of a call: one by default, or several that hand the caller over to each other.

Each has its instructions, its tools and a voice. The conversation is one, whoever has the call.
"""

from bot.agents.agents import Agents
from bot.agents.build import build_agents

__all__ = ["Agents", "build_agents"]
