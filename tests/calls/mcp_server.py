"""A real MCP server, for calls over stdio and over HTTP: python -m tests.calls.mcp_server HOW."""

import asyncio
import os
import sys

from mcp.server.mcpserver import MCPServer

server = MCPServer("tea")


@server.tool()
def order_tea(cup: str) -> str:
    """Order a cup of tea."""
    return f"A {cup} cup of tea is on its way, {os.environ.get('TEA_KEY', 'from nobody')}."


@server.tool()
def spill() -> str:
    """Fail."""
    raise ValueError("spilt")


@server.tool()
async def brew_for_ever() -> str:
    """Never be done."""
    await asyncio.sleep(60)
    return "done"


@server.tool()
def die() -> str:
    """End the server in the middle of a call."""
    os._exit(1)


if __name__ == "__main__":
    how = sys.argv[1]
    if how == "stdio":
        server.run("stdio")
    else:
        server.run(how, host="127.0.0.1", port=int(sys.argv[2]))
