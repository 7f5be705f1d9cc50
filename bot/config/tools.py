"""What a configuration may say about tools: functions of the builder, and MCP servers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, field_serializer, model_validator
from pydantic_core import PydanticCustomError

from bot.config.secret import STARS, Secret
from bot.config.section import Reference, Seconds, Section, Text, reference


class ToolConfig(Section):
    """One function; `timeout` in seconds, that of `call.tool_timeout` by default."""

    function: Reference
    timeout: Seconds | None = None


def _tool(value: Any) -> Any:
    return {"function": reference(value)} if isinstance(value, str) else value


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise PydanticCustomError("url", "expected a URL that begins with http:// or https://")
    return text


def _wrapped(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = cast("dict[str, Any]", value).items()
    return {key: _wrapped_text(key, item) for key, item in items}


def _wrapped_text(key: str, value: Any) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("secret", "expected text under '{key}'", {"key": key})
    return Secret(str(value))


Tool = Annotated[ToolConfig, BeforeValidator(_tool)]
# Whatever is in headers and in an environment may be a key; all of it is stars in the report.
_Secrets = Annotated[dict[str, Any], BeforeValidator(_wrapped)]


class McpConfig(Section):
    """An MCP server, by its URL or by the command that runs it.

    Attributes:
        url: where it listens.
        transport: "http" (streamable) or "sse".
        headers: sent with each request; secrets.
        command: the program that speaks on its stdin and stdout.
        args: arguments of the command.
        env: what the command finds in its environment beside the usual; secrets.
        tools: names of the tools that the LLM gets; all by default.
        required: without this server there is no call.
        connect_timeout: seconds in which it must answer when the call begins.
        timeout: seconds that one tool call may take, `call.tool_timeout` by default.
    """

    url: Annotated[Text, AfterValidator(_url)] | None = None
    transport: Literal["http", "sse"] = "http"
    headers: _Secrets = Field(default_factory=dict)
    command: Text | None = None
    args: tuple[str, ...] = ()
    env: _Secrets = Field(default_factory=dict)
    tools: tuple[Text, ...] | None = None
    required: bool = False
    connect_timeout: Seconds = 5.0
    timeout: Seconds | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.url is None) == (self.command is None):
            raise PydanticCustomError("mcp", "expected either 'url' or 'command'")
        if self.url is None and (self.headers or self.transport == "sse"):
            raise PydanticCustomError("mcp", "'headers' and 'transport' belong to a 'url'")
        if self.command is None and (self.args or self.env):
            raise PydanticCustomError("mcp", "'args' and 'env' belong to a 'command'")
        return self

    @field_serializer("url")
    def _url_without_query(self, url: str | None) -> str | None:
        place, mark, _ = (url or "").partition("?")
        return place + mark + STARS if mark else url

    @property
    def name(self) -> str:
        """What it is called in logs: its URL without the query, or its command."""
        return self.command or (self.url or "").partition("?")[0]
