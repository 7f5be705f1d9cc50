"""The whole examination, from what is quick to what takes seconds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from bot.config.secret import STARS, variable_names_a_secret
from bot.doctor.configuration import check_configuration, load
from bot.doctor.findings import Finding, Tell, warning
from bot.doctor.machine import check_disk, check_port, check_udp
from bot.doctor.versions import check_versions

# Shorter ones are words ("true") that a line may hold with good reason.
_SHORTEST_SECRET = 8


async def examine(
    source: str | None,
    *,
    env: Mapping[str, str],
    port: int,
    online: bool,
    tell: Tell,
    busy: Callable[[str], None],
    seconds: float = 5.0,
) -> None:
    """Check this machine and a configuration, telling of each thing as it is found.

    Args:
        source: A configuration's path or name; None for the one that `parley serve` would take.
        env: Where keys and the configuration's variables are looked up.
        port: The port that is to be free.
        online: Ask the providers, too.
        tell: Takes the findings.
        busy: Is told what is being waited for; an empty text ends that.
        seconds: How long one question to a provider may take.
    """
    tell = _without_secrets(tell, env)
    config, loaded = load(source, env)
    machine = [check_port(port), *check_udp()]
    for finding in [*check_versions(config), *loaded]:
        tell(finding)
    if config is None:
        for finding in machine:
            tell(finding)
        what = "keys, disk, models" + (", providers" if online else "")
        message = f"not checked without a valid configuration: {what}"
        tell(warning("config", message, "mend the configuration, then come again"))
        return
    findings, broken = check_configuration(config, env)
    for finding in [*findings, *check_disk(config.log), *machine]:
        tell(finding)
    from bot.doctor.models import check_models

    busy("loading Pipecat")
    await check_models(config, env, broken=broken, tell=tell, busy=busy)
    if online:
        from bot.doctor.online.ask import ask_online

        busy("asking the providers")
        await ask_online(config, env, broken=broken, seconds=seconds, tell=tell)
    busy("")


def _without_secrets(tell: Tell, env: Mapping[str, str]) -> Tell:
    """Keep every secret of the environment out of what is told, whoever quotes it."""
    secrets = [
        value
        for name, value in env.items()
        if variable_names_a_secret(name) and len(value) >= _SHORTEST_SECRET
    ]

    def without(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, STARS)
        return text

    def told(finding: Finding) -> None:
        message, remedy = without(finding.message), without(finding.remedy)
        tell(dataclasses.replace(finding, message=message, remedy=remedy))

    return told
