"""The names of OpenTelemetry's semantic conventions for generative AI, as this project uses them.

The conventions are still in development, and their constants have left OpenTelemetry's own Python
package for a repository without one. So what is used of them stands here and nowhere else. They
have no operations yet for transcribing and speaking: `speech_to_text` and `text_to_speech` are the
names of the draft for voice agents.
"""

from __future__ import annotations

import json

CHAT = "chat"
EXECUTE_TOOL = "execute_tool"
INVOKE_AGENT = "invoke_agent"
SPEECH_TO_TEXT = "speech_to_text"
TEXT_TO_SPEECH = "text_to_speech"

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
MODEL = "gen_ai.request.model"
CONVERSATION = "gen_ai.conversation.id"
AGENT = "gen_ai.agent.name"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
TOOL = "gen_ai.tool.name"
TOOL_CALL = "gen_ai.tool.call.id"
TOOL_TYPE = "gen_ai.tool.type"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_RESULT = "gen_ai.tool.call.result"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
ERROR = "error.type"

OTHER_ERROR = "_OTHER"
"""The `error.type` of what failed for a reason that is not known."""

USAGE = {
    "input_tokens": INPUT_TOKENS,
    "output_tokens": OUTPUT_TOKENS,
    "input_cached_tokens": CACHED_TOKENS,
}
"""The attribute of each counter in a report's `usage`."""

_PROVIDERS = {
    "aws-bedrock": "aws.bedrock",
    "azure": "azure.ai.openai",
    "google-gemini": "gcp.gemini",
    "google-vertex": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "openai-realtime": "openai",
    "openai-responses": "openai",
    "xai": "x_ai",
}


def provider(name: str) -> str:
    """What the conventions call a provider; who has no name there keeps the one in the report."""
    return _PROVIDERS.get(name, name)


def input_message(text: str, role: str = "user") -> str:
    """A message to a model, in the JSON form that spans have it in."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def output_message(text: str) -> str:
    """What a model answered; whether it had said all that it wanted is not in a report."""
    parts = [{"type": "text", "content": text}]
    return json.dumps([{"role": "assistant", "parts": parts, "finish_reason": "stop"}])
