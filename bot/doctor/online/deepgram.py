"""Deepgram: the key by the projects it opens, the model or voice by the public list.

The list of models is given to anybody, so that it says nothing of the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx
from deepgram import AsyncDeepgramClient, DeepgramClientEnvironment

from bot.doctor.online.inquiry import Inquiry

ADDRESS = "https://api.deepgram.com"
_ONCE: Any = {"max_retries": 0}


async def ask_deepgram(
    inquiry: Inquiry, *, model: str | None, voice: str | None, all_listed: bool = True
) -> None:
    """Ask for the key, then for the STT model or, with `voice`, for the TTS voice.

    Args:
        inquiry: Who asks.
        model: The STT's model.
        voice: The TTS's voice, which is its model.
        all_listed: Whether one that is not in the list does not exist; Flux is an interface of its
            own, and nobody promises that its models are in that list.
    """
    async with httpx.AsyncClient(timeout=None) as http:  # noqa: S113 - the inquiry has the limit
        client = AsyncDeepgramClient(
            api_key=inquiry.key, environment=_environment(inquiry.address), httpx_client=http
        )
        listing = client.manage.v1.projects.list(request_options=_ONCE)
        opened = await inquiry.ask_if_allowed(listing, "its projects")
        if opened is not None:
            inquiry.key_works()
        projects = [each.project_id for each in (opened.projects if opened else None) or ()]
        if voice:
            await _look_for(inquiry, client, projects, "voice", voice, all_listed)
        elif model:
            await _look_for(inquiry, client, projects, "model", model, all_listed)


async def _look_for(
    inquiry: Inquiry,
    client: AsyncDeepgramClient,
    projects: Iterable[str | None],
    kind: str,
    name: str,
    all_listed: bool,
) -> None:
    listing = client.manage.v1.models.list(request_options=_ONCE)
    public = await inquiry.ask_if_allowed(listing, "its models")
    if public is None:
        return
    known = _of_kind(kind, public)
    if not _is_among(name, known):
        for project in filter(None, projects):
            listing = client.manage.v1.projects.models.list(project, request_options=_ONCE)
            own = await inquiry.ask_if_allowed(listing, "the models of its project")
            known += _of_kind(kind, own)
    if _is_among(name, known):
        inquiry.exists(kind, name)
    elif not all_listed:
        inquiry.unsure(f"{inquiry.vendor} does not list the {kind} {name}, which may exist")
    else:
        names = [each.canonical_name for each in known if each.canonical_name]
        inquiry.does_not_exist(kind, name, names)


def _of_kind(kind: str, listed: Any) -> list[Any]:
    models = listed and (listed.tts if kind == "voice" else listed.stt)
    return list(models or ())


def _environment(address: str) -> DeepgramClientEnvironment:
    return DeepgramClientEnvironment(
        base=address, production=address, agent=address, agent_rest=address
    )


def _is_among(name: str, models: Iterable[Any]) -> bool:
    # "nova-3" is short for "nova-3-general"; a model of one's own is called by its id, too.
    called = {name, f"{name}-general"}
    return any({each.canonical_name, each.uuid_} & called for each in models)
