"""Whether the configuration can be used, and whether its keys are there.

A missing key is a finding of its own, since the configuration is right and only the machine lacks
something. Keys are told by the name of their variable, never by their value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config import BotConfig, ConfigError, Problem, ProviderConfig, Slot
from bot.config.catalogue import find, of_vendor
from bot.config.entry import Entry
from bot.config.secret import names_a_secret
from bot.doctor.findings import Finding, failed, ok
from bot.providers import resolve
from bot.providers.check import check_config
from bot.providers.typed import arguments_of
from bot.serve.choose_config import choose_config

_MEND = "mend that line, then try: parley config check"


def load(source: str | None, env: Mapping[str, str]) -> tuple[BotConfig | None, list[Finding]]:
    """Load the configuration as `parley serve` would; None with what is wrong if that fails."""
    try:
        config, why = choose_config(source, env)
    except ConfigError as error:
        return None, [_told(problem) for problem in error.problems]
    return config, [ok("config", why)]


def check_configuration(
    config: BotConfig, env: Mapping[str, str]
) -> tuple[list[Finding], set[str]]:
    """Check providers, tools and hooks, then keys.

    Returns:
        The findings, and the sections ("stt", "vad", …) that cannot be built.
    """
    problems = _problems(config, env)
    wrong = [problem for problem in problems if not _is_a_missing_key(problem, config)]
    findings = [_told(problem) for problem in wrong]
    if not wrong:
        findings.append(ok("config", "providers, settings, tools and hooks are valid"))
    for slot, service in config.services.items():
        findings += _keys(slot, service, env)
    return findings, {problem.key.partition(".")[0] for problem in problems}


def _problems(config: BotConfig, env: Mapping[str, str]) -> tuple[Problem, ...]:
    try:
        check_config(config, env=env)
    except ConfigError as error:
        return error.problems
    return ()


def _told(problem: Problem) -> Finding:
    without_hint = Problem(problem.path, problem.key, problem.problem)
    return failed("config", str(without_hint), problem.hint or _MEND)


def _is_a_missing_key(problem: Problem, config: BotConfig) -> bool:
    slot, _, rest = problem.key.partition(".args.")
    service = getattr(config, slot, None)
    return isinstance(service, ProviderConfig) and names_a_secret(rest) and rest not in service.args


def _keys(slot: Slot, service: ProviderConfig, env: Mapping[str, str]) -> Iterator[Finding]:
    who = f"{slot} {service.provider}"
    try:
        cls = resolve(slot, service.provider)
    except ConfigError:
        return  # told with the configuration
    secrets = [name for name in arguments_of(cls) if names_a_secret(name)]
    entry = None if ":" in service.provider else find(slot, service.provider)
    found = list(_told_of_keys(who, slot, service, secrets, entry or of_vendor(slot, cls), env))
    yield from found or [ok("keys", f"{who} needs no key")]


def _told_of_keys(
    who: str,
    slot: Slot,
    service: ProviderConfig,
    secrets: list[str],
    entry: Entry | None,
    env: Mapping[str, str],
) -> Iterator[Finding]:
    for name in secrets:
        variables = entry.variables.get(name, ()) if entry else ()
        there = next((variable for variable in variables if env.get(variable)), None)
        if name in service.args:
            yield ok("keys", f"{who}: the configuration gives {slot}.args.{name}")
        elif there:
            yield ok("keys", f"{who}: {there} is set")
        elif variables and name == "api_key":
            remedy = f"set it in the environment or in .env, or give {slot}.args.{name}"
            yield failed("keys", f"{who}: {' or '.join(variables)} is not set", remedy)
