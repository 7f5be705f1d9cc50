"""A request in the form of any provider, as it is kept."""

from typing import Any

import pytest
from openai import NOT_GIVEN as OPENAI_NOT_GIVEN
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.utils.types import NOT_GIVEN
from pydantic import BaseModel

from processors.llm_requests import LLMRequest
from processors.llm_requests.plain import LONGEST_MEDIA

BYTES = "iVBORw0KGgo" * LONGEST_MEDIA


def kept(params: dict[str, Any], **settings: Any) -> dict[str, Any]:
    request = LLMRequest("llm_1", 1.0, LLMContext(), "desk", "some", "model", early=False)
    request.sent(params, settings)
    line = request.as_line(2.0)
    return {key: line[key] for key in ("system", "messages", "tools", "settings") if key in line}


def test_what_is_neither_message_nor_tool_is_a_setting():
    messages = [{"role": "user", "content": "Hi."}]
    assert kept({"messages": messages, "tool_choice": "auto"}, temperature=0.5) == {
        "messages": messages,
        "tools": [],
        "settings": {"temperature": 0.5, "tool_choice": "auto"},
    }


@pytest.mark.parametrize("name", ["system", "system_instruction", "instructions"])
def test_instructions_that_a_provider_takes_apart_stay_apart(name: str):
    found = kept({name: "Be kind.", "messages": []})
    assert (found["system"], found["settings"]) == ("Be kind.", {})


def test_what_is_not_given_is_not_there():
    found = kept(
        {"messages": NOT_GIVEN, "tools": OPENAI_NOT_GIVEN, "system": NOT_GIVEN, "seed": NOT_GIVEN},
        top_p=OPENAI_NOT_GIVEN,
    )
    assert found == {"messages": [], "tools": [], "settings": {}}


class Part(BaseModel):
    """A part of a message as Google's SDK has it."""

    text: str | None = None
    inline_data: bytes | None = None


class Content(BaseModel):
    role: str
    parts: list[Part]


def test_messages_that_are_objects_of_an_sdk_are_kept_as_what_they_hold():
    content = Content(role="user", parts=[Part(text="Look:"), Part(inline_data=b"\x89PNG" * 250)])
    assert kept({"messages": [content]})["messages"] == [
        {"role": "user", "parts": [{"text": "Look:"}, {"inline_data": "(1,000 bytes)"}]}
    ]


@pytest.mark.parametrize("head", ["", "data:image/png;base64,"])
def test_pictures_and_sound_are_shortened(head: str):
    part = {"type": "image_url", "image_url": {"url": head + BYTES}}
    [message] = kept({"messages": [{"role": "user", "content": [part]}]})["messages"]
    url = message["content"][0]["image_url"]["url"]
    assert url == f"{head}… ({len(BYTES):,} characters)"


def test_long_words_are_kept_whole():
    text = "Once upon a time. " * 500
    assert kept({"messages": [{"role": "user", "content": text}]})["messages"][0]["content"] == text


def test_headers_are_kept_nowhere_and_arguments_of_that_name_are():
    server = {"type": "mcp", "server_url": "https://x", "headers": {"Authorization": "Bearer y"}}
    arguments = {"headers": {"type": "string"}, "password": {"type": "string"}}
    function = {"name": "call", "parameters": {"type": "object", "properties": arguments}}
    found = kept({"tools": [server, function], "extra_headers": {"X": "y"}, "api_key": "z"})
    assert found["tools"] == [{"type": "mcp", "server_url": "https://x"}, function]
    assert found["settings"] == {}
