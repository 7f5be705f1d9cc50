"""The tools that MCP servers have for a call, which the LLM gets when the call begins.

Most bots have none: MCP's SDK is an extra, and what speaks with it is loaded only where a server is
named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipecat.processors.aggregators.llm_context import LLMContext

from bot.config import BotConfig, require_mcp
from eventlog.signals import Failed

if TYPE_CHECKING:
    from bot.agents import Agents
    from bot.tools.mcp import McpServers


class ServedTools:
    """The servers of one call, if its configuration names any.

    Args:
        config: What the bot is.

    Raises:
        ConfigError: Servers are named, and MCP's SDK is not installed.
    """

    def __init__(self, config: BotConfig) -> None:
        self._servers = _servers(config)

    async def connect(
        self, agents: Agents, context: LLMContext, failed: Callable[[Failed], None]
    ) -> None:
        """Give the LLM the tools of all servers.

        Args:
            agents: Who has the call; all of them can call what a server has.
            context: Where the LLM's tools are.
            failed: Told of each server without which the call goes on.

        Raises:
            McpServerError: One that is required cannot be used.
        """
        if self._servers is None:
            return
        found, failures = await self._servers.connect(agents.tool_names)
        for failure in failures:
            failed(failure)
        if found:
            agents.found(found)
            context.set_tools(agents.tools)

    async def aclose(self) -> None:
        """Close the connections and end the servers that were started."""
        if self._servers is not None:
            await self._servers.aclose()


def _servers(config: BotConfig) -> McpServers | None:
    if not config.mcp:
        return None
    require_mcp(config)
    from bot.tools.mcp import McpServers

    return McpServers(config)
