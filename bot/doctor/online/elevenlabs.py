"""ElevenLabs: the key by its user, the model by the list, the voice by its id."""

from __future__ import annotations

from typing import Any

import httpx
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError

from bot.config.nearest import nearest
from bot.doctor.online.inquiry import Inquiry

ADDRESS = "https://api.elevenlabs.io"
_ONCE: Any = {"max_retries": 0}
_PAGE = 100


async def ask_elevenlabs(inquiry: Inquiry, *, model: str | None, voice: str | None) -> None:
    """Ask for the key, the model and, for a TTS, the voice."""
    async with httpx.AsyncClient(timeout=None) as http:  # noqa: S113 - the inquiry has the limit
        client = AsyncElevenLabs(api_key=inquiry.key, base_url=inquiry.address, httpx_client=http)
        user = client.user.get(request_options=_ONCE)
        if await inquiry.ask_if_allowed(user, "its user") is not None:
            inquiry.key_works()
        if model:
            await _model(inquiry, client, model)
        if voice:
            await _voice(inquiry, client, voice)


async def _model(inquiry: Inquiry, client: AsyncElevenLabs, model: str) -> None:
    found = await inquiry.ask_if_allowed(client.models.list(request_options=_ONCE), "its models")
    if found is None:
        return
    names = [each.model_id for each in found]
    if model in names:
        inquiry.exists("model", model)
    else:
        inquiry.does_not_exist("model", model, names)


async def _voice(inquiry: Inquiry, client: AsyncElevenLabs, voice: str) -> None:
    try:
        one = client.voices.get(voice, request_options=_ONCE)
        found = await inquiry.ask_if_allowed(one, "its voices")
    except ApiError as error:
        if error.status_code not in (400, 404, 422):  # what an id is answered that is none
            raise
    else:
        if found is not None:
            inquiry.exists("voice", voice)
        return
    search = client.voices.search(page_size=_PAGE, request_options=_ONCE)
    listed = await inquiry.ask_if_allowed(search, "the list of its voices")
    known = {each.voice_id: each.name or "" for each in (listed.voices if listed else ())}
    inquiry.does_not_exist("voice", voice, known, _meant(voice, known))


def _meant(voice: str, voices: dict[str, str]) -> str:
    """Return the hint for a name that was written in the place of an id."""
    ids = {name: voice_id for voice_id, name in voices.items() if name}
    # "George - Warm, Captivating Storyteller" is what people call George.
    ids |= {name.partition(" - ")[0]: voice_id for name, voice_id in ids.items()}
    near = nearest(voice, ids)
    return f"voices go by their ids: that of {near} is '{ids[near]}'" if near else ""
