"""From the `tools` of a configuration to what Pipecat hands to the LLM."""

from __future__ import annotations

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema

from bot.config import BotConfig, ConfigError, load_tools
from bot.tools.arguments import ArgumentTypeError
from bot.tools.function import function_tool, timeout_of


def build_tools(config: BotConfig) -> list[FunctionSchema]:
    """Import the functions under `tools` and describe them to the LLM.

    Raises:
        ConfigError: One cannot be imported or described, or two have the same name.
    """
    tools: list[FunctionSchema] = []
    for index, (function, said) in enumerate(zip(load_tools(config), config.tools, strict=True)):
        timeout = said.timeout or timeout_of(function) or config.call.tool_timeout
        file, key = config.file_of("tools", index), f"tools[{index}]"
        try:
            tool = function_tool(function, timeout)
        except ArgumentTypeError as error:
            hint = "use text, numbers, booleans, lists, mappings, Literal or pydantic models"
            raise ConfigError(file, key, f"'{said.function}': {error}", hint) from error
        if tool.name in {other.name for other in tools}:
            raise ConfigError(file, key, f"there are two tools called '{tool.name}'")
        tools.append(tool)
    return tools
