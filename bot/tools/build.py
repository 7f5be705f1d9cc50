"""From the `tools` of a configuration to what Pipecat hands to the LLM."""

from __future__ import annotations

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema

from bot.config import BotConfig, ConfigError, load_agent_tools, load_tools
from bot.config.errors import KeyPath, dotted
from bot.tools.arguments import ArgumentTypeError
from bot.tools.function import function_tool, timeout_of

HAND_OFF = "hand_off_to_"
"""What the names of the tools that hand over begin with; the id of an agent follows."""


def build_tools(config: BotConfig, agent: str | None = None) -> list[FunctionSchema]:
    """Import the functions under `tools` and describe them to the LLM.

    Args:
        config: What the bot is.
        agent: The one of several agents whose own tools come behind those that all of them have.

    Raises:
        ConfigError: One cannot be imported or described, or two have the same name.
    """
    at: list[KeyPath] = [("tools", index) for index in range(len(config.tools))]
    functions, said = load_tools(config), [*config.tools]
    if agent is not None:
        functions += load_agent_tools(config, agent)
        said += config.agents[agent].tools
        at += [("agents", agent, "tools", n) for n in range(len(said) - len(config.tools))]
    tools: list[FunctionSchema] = []
    for function, tool_config, path in zip(functions, said, at, strict=True):
        timeout = tool_config.timeout or timeout_of(function) or config.call.tool_timeout
        file, key = config.file_of(*path), dotted(path)
        try:
            tool = function_tool(function, timeout)
        except ArgumentTypeError as error:
            hint = "use text, numbers, booleans, lists, mappings, Literal or pydantic models"
            raise ConfigError(file, key, f"'{tool_config.function}': {error}", hint) from error
        if tool.name in {other.name for other in tools}:
            raise ConfigError(file, key, f"there are two tools called '{tool.name}'")
        if config.agents and tool.name.startswith(HAND_OFF):
            problem = f"'{tool.name}' is the name of a tool that hands over"
            raise ConfigError(file, key, problem, "give the function another name")
        tools.append(tool)
    return tools
