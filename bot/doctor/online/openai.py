"""OpenAI, and every server that speaks its REST interface: key and model by `/models`."""

from __future__ import annotations

from typing import Any

from openai import AsyncOpenAI, NotFoundError

from bot.doctor.online.inquiry import Inquiry

REALTIME_ADDRESS = "https://api.openai.com/v1/realtime"


async def ask_openai_realtime(inquiry: Inquiry, *, model: str | None) -> None:
    """Ask for a realtime model, which is listed beside the others.

    Args:
        inquiry: Who asks, and the address of the model's sessions.
        model: What the service is set to.
    """
    address = inquiry.address.removesuffix("/realtime")
    async with AsyncOpenAI(api_key=inquiry.key, base_url=address) as client:
        await ask_openai(inquiry, client, model=model)


async def ask_openai(inquiry: Inquiry, client: AsyncOpenAI, *, model: str | None) -> None:
    """Ask through the client that the service itself talks with.

    Args:
        inquiry: Who asks.
        client: Its base URL and key are those of the calls.
        model: What the service is set to.
    """
    # The limit is the inquiry's; a second try would only use it up.
    once: AsyncOpenAI = client.with_options(max_retries=0, timeout=None)
    if model is None:
        await inquiry.ask(once.models.list())
        inquiry.key_works()
        return
    try:
        found = await inquiry.ask_if_allowed(once.models.retrieve(model), "its models")
    except NotFoundError:
        await _look_in_the_list(inquiry, once, model)
    else:
        if found is not None:
            inquiry.key_works()
            inquiry.exists("model", model)


async def _look_in_the_list(inquiry: Inquiry, client: AsyncOpenAI, model: str) -> None:
    """Tell a model that is not there from a server that does not tell of single models."""
    try:
        listed: Any = await inquiry.ask_if_allowed(client.models.list(), "its models")
    except NotFoundError:
        what = f"neither the key nor {model} could be checked"
        inquiry.unsure(f"{inquiry.vendor} answers, but has no list of models: {what}")
        return
    names = [each.id for each in listed.data] if listed else []
    if listed is not None:
        inquiry.key_works()
    if model in names:
        inquiry.exists("model", model)
    else:
        inquiry.does_not_exist("model", model, names)
