"""What the LLM can call: functions of the builder, and the tools of MCP servers.

Whatever they do, a call of one ends: with its result, or in time with an error output that the LLM
reads and the log shows.
"""

from bot.tools.build import HAND_OFF, build_tools
from bot.tools.guard import guarded

__all__ = ["HAND_OFF", "build_tools", "guarded"]
