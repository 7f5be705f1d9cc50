"""Whether the models of the configuration can be loaded: by loading them, as a server would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any

from bot.config import BotConfig, Slot
from bot.doctor.findings import Tell, failed, ok
from bot.models import ModelProgress, Models, ModelState
from bot.providers import build, build_vad
from bot.services import HttpSession
from bot.turn_taking import build_detector

_REMEDY = "see that its files and libraries are there: make setup installs them"


async def check_models(
    config: BotConfig,
    env: Mapping[str, str],
    *,
    broken: Collection[str],
    tell: Tell,
    busy: Callable[[str], None],
) -> None:
    """Load every model, telling of each when it is there.

    Args:
        config: Whose models.
        env: Where API keys are looked up.
        broken: Sections that are known not to be buildable.
        tell: Takes the findings.
        busy: Is told what is being waited for.
    """
    loader = _Loader(tell, busy)
    async with Models(on_progress=loader.on_progress) as models:
        loads = [
            loader.load(slot, _service(slot, config, env, models, tell))
            for slot in config.services
            if slot not in broken
        ]
        if "vad" not in broken:
            name = f"VAD {config.vad.provider}"
            loads.append(
                loader.load("vad", models.get("vad", lambda: build_vad(config.vad), name=name))
            )
        if config.turn.detector != "none" and config.realtime is None:
            name = f"turn detector {config.turn.detector}"
            loads.append(
                loader.load("turn", models.get("turn", lambda: build_detector(config), name=name))
            )
        await asyncio.gather(*loads)


async def _service(
    slot: Slot, config: BotConfig, env: Mapping[str, str], models: Models, tell: Tell
) -> None:
    http = HttpSession()
    service: Any = build(
        slot, config.services[slot], env=env, models=models, aiohttp_session=http.open
    )
    http.drop()
    if hasattr(service, "load"):
        await service.load()
    else:
        provider = config.services[slot].provider
        tell(ok("models", f"{slot} {provider} has no model to load on this machine"))


class _Loader:
    def __init__(self, tell: Tell, busy: Callable[[str], None]) -> None:
        self._tell = tell
        self._busy = busy
        self._under_way: list[str] = []
        self._told: set[str] = set()

    def on_progress(self, step: ModelProgress) -> None:
        if step.state is ModelState.LOADING:
            self._under_way.append(step.name)
        else:
            self._under_way.remove(step.name)
        if step.state is ModelState.READY:
            self._tell(ok("models", f"{step.name} loaded in {step.seconds:.1f} s"))
        elif step.state is ModelState.FAILED:
            self._told.add(step.error or "")
            self._fail(step.name, step.error or "no reason given")
        self._busy(f"loading {', '.join(self._under_way)}" if self._under_way else "")

    async def load(self, section: str, loading: Coroutine[Any, Any, Any]) -> None:
        """Wait for one load; what broke before its model was reached is told here."""
        try:
            await loading
        except Exception as error:  # noqa: BLE001 - whatever a library raises is the finding
            if str(error) not in self._told:
                self._fail(section, str(error) or type(error).__name__)

    def _fail(self, name: str, why: str) -> None:
        cause, semicolon, remedy = why.partition("; ")
        if semicolon:  # the errors of our own providers name the way out
            self._tell(failed("models", f"{name} cannot be loaded: {cause}", remedy))
        else:
            self._tell(failed("models", f"{name} cannot be loaded: {why}", _REMEDY))
