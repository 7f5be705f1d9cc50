"""Tools of MCP servers: connected when a call begins, guarded like functions, closed at its end.

Pipecat's client speaks the protocol. It gives the LLM what a server failed at as if it were a
result, so the call itself is made here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from loguru import logger
from mcp import StdioServerParameters
from mcp.client.session_group import SseServerParameters, StreamableHttpParameters
from mcp.shared.exceptions import MCPError
from mcp.types import CONNECTION_CLOSED, TextContent
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.mcp_service import MCPClient, ServerParameters

from bot.config import BotConfig, McpConfig
from bot.tools.guard import guarded
from eventlog.signals import ErrorSource, Failed
from processors.patience import OverdueError, within
from processors.tool_output import ToolError

# A server that will not end is left behind (seconds).
_CLOSE_WITHIN = 2.0
_LONGEST_ERROR = 500
_TRACEBACK = "Traceback (most recent call last)"


class McpServerError(Exception):
    """A server that the call needs cannot be used; the message says which and why."""


class McpServers:
    """The MCP servers of one call.

    Args:
        config: What the bot is.
    """

    def __init__(self, config: BotConfig) -> None:
        self._servers = [
            _Server(said, said.timeout or config.call.tool_timeout) for said in config.mcp
        ]
        self._connecting: asyncio.Future[list[list[FunctionSchema] | McpServerError]] | None = None

    async def connect(self, taken: Iterable[str]) -> tuple[list[FunctionSchema], list[Failed]]:
        """Connect all servers side by side.

        Args:
            taken: Names of tools that a server's are not to take the place of.

        Returns:
            Their tools, and a failure for each server without which the call goes on.

        Raises:
            McpServerError: One that is required cannot be used.
        """
        self._connecting = asyncio.gather(*(server.connect() for server in self._servers))
        outcomes = await self._connecting
        found: list[FunctionSchema] = []
        failures: list[Failed] = []
        names = set(taken)
        for server, outcome in zip(self._servers, outcomes, strict=True):
            if isinstance(outcome, McpServerError):
                if server.said.required:
                    raise outcome
                failures.append(_failure(outcome))
                continue
            for tool in outcome:
                if tool.name in names:
                    twice = f"its tool '{tool.name}' is left out: there is one of this name already"
                    failures.append(_failure(McpServerError(f"MCP server {server.name}: {twice}")))
                else:
                    names.add(tool.name)
                    found.append(tool)
        return found, failures

    async def aclose(self) -> None:
        """Close all connections and end the servers that were started."""
        if self._connecting is not None and not self._connecting.done():
            self._connecting.cancel()
            await asyncio.wait({self._connecting})
        await asyncio.gather(*(server.aclose() for server in self._servers))


class _Server:
    def __init__(self, said: McpConfig, timeout: float) -> None:
        self.said = said
        self.name = said.name
        self._timeout = timeout
        self._client = _Client(_parameters(said), list(said.tools) if said.tools else None)

    async def connect(self) -> list[FunctionSchema] | McpServerError:
        limit = self.said.connect_timeout
        try:
            schemas = (await within(limit, self._client.tools())).standard_tools
        except OverdueError:
            return McpServerError(f"MCP server {self.name}: no answer within {limit:g} s")
        except Exception as error:  # noqa: BLE001 - the call goes on without its tools
            return McpServerError(f"MCP server {self.name}: {self._masked(error)}")
        handler = guarded(self._client.call, self._timeout)
        return [
            FunctionSchema(
                name=schema.name,
                description=schema.description or "",
                properties=schema.properties,
                required=schema.required,
                handler=handler,
            )
            for schema in schemas
        ]

    async def aclose(self) -> None:
        try:
            await within(_CLOSE_WITHIN, self._client.close())
        except Exception as error:  # noqa: BLE001 - its tools are not needed any more
            logger.warning(f"MCP server {self.name} did not close: {self._masked(error)}")

    def _masked(self, error: Exception) -> str:
        """Say what went wrong without the keys that were sent."""
        text = f"{type(error).__name__}: {error}"
        for secret in (*self.said.headers.values(), *self.said.env.values()):
            text = text.replace(secret.reveal(), str(secret)) if secret.reveal() else text
        text = text.replace(self.said.url or self.name, self.name)
        return text[:_LONGEST_ERROR]


class _Client(MCPClient):
    """Makes calls whose failures are told from their results."""

    def __init__(self, parameters: ServerParameters, tools: list[str] | None) -> None:
        super().__init__(parameters, tools_filter=tools)

    async def call(self, params: FunctionCallParams) -> None:
        session = await self._open_session(as_owner=False)
        try:
            result = await session.call_tool(params.function_name, dict(params.arguments))
        except MCPError as error:
            if error.error.code != CONNECTION_CLOSED:
                raise ToolError(_for_the_llm(error.error.message)) from error
            await self._drop_session(session)
            raise
        except Exception:
            # The next call connects again.
            await self._drop_session(session)
            raise
        text = "".join(part.text for part in result.content if isinstance(part, TextContent))
        if result.is_error:
            raise ToolError(_for_the_llm(text))
        if result.content and not text:
            raise ToolError("The function's result holds nothing that can be read.")
        await params.result_callback(text)


def _parameters(said: McpConfig) -> ServerParameters:
    if said.command is not None:
        env = {name: value.reveal() for name, value in said.env.items()}
        return StdioServerParameters(command=said.command, args=list(said.args), env=env or None)
    headers = {name: value.reveal() for name, value in said.headers.items()}
    kind = SseServerParameters if said.transport == "sse" else StreamableHttpParameters
    return kind(url=said.url or "", headers=headers or None)


def _for_the_llm(text: str) -> str:
    return text.partition(_TRACEBACK)[0].strip()[:_LONGEST_ERROR]


def _failure(error: McpServerError) -> Failed:
    logger.error(str(error))
    return Failed(
        at=time.time(),
        source=ErrorSource.OTHER,
        label=f"{McpServers.__module__}.{McpServers.__name__}",
        recoverable=True,
        message=str(error),
        provider="mcp",
        category="connectivity",
    )
