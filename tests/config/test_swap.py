"""Swapping a provider is one line of YAML, and the head of the report says so."""

import pytest

from bot.config import load_config
from bot.filing import CallFiles
from bot.labels import Labels
from bot.models import Models
from bot.opening import call_header
from bot.services import build_services

KEYS = dict.fromkeys(
    ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY", "CARTESIA_API_KEY"), "dummy"
) | {"GROQ_API_KEY": "dummy"}

BOT = """\
extends: default
stt:
  provider: deepgram
llm:
  provider: openai
tts:
  provider: elevenlabs
log: {audio: false}
"""
SWAPS = [
    ("stt", "  provider: deepgram", "  provider: cartesia", "CartesiaSTTService"),
    ("llm", "  provider: openai", "  provider: groq", "GroqLLMService"),
    ("tts", "  provider: elevenlabs", "  provider: cartesia", "CartesiaTTSService"),
]


async def header(file):
    config = load_config(file, env=KEYS)
    services = build_services(config, env=KEYS, models=Models())
    files = CallFiles(config.log, "a-call")
    labels = Labels.of(config, (), None)
    head = asdict_of(call_header(config, files, services, room="", room_id="", labels=labels))
    await services.http.aclose()
    # What no two calls share.
    for name in ("session", "seed", "created_at"):
        head.pop(name)
    return head


def asdict_of(head):
    import msgspec

    return msgspec.to_builtins(head)


@pytest.mark.parametrize(
    ("slot", "before", "after", "class_name"), SWAPS, ids=["stt", "llm", "tts"]
)
async def test_one_line_changes_the_provider_of_one_slot_and_nothing_else(
    write, slot, before, after, class_name
):
    old = await header(write("bot.yaml", BOT))
    new = await header(write("bot.yaml", BOT.replace(before, after)))
    name = after.removeprefix("  provider: ")
    assert (new["config"][slot]["provider"], new["providers"][slot]["provider"]) == (name, name)
    assert new["providers"][slot]["service"] == class_name
    for head in (old, new):
        # The settings and addresses were the former provider's, and went with it.
        del head["config"][slot], head["providers"][slot], head["config_digest"]
    assert new == old
