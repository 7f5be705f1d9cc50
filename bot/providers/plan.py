"""Work out what a service's constructor is called with, before anything is built.

Pipecat takes an unknown setting without a word and an unknown argument with a TypeError from three
classes up; here both are told by file and key, together with what else is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pipecat.processors.frame_processor import FrameProcessor

from bot.config.catalogue import find, of_vendor
from bot.config.entry import Entry
from bot.config.errors import Problem, ProviderError
from bot.config.nearest import did_you_mean, nearest
from bot.config.schema import ProviderConfig, Slot
from bot.config.secret import revealed, secrets_in
from bot.providers.find import resolve
from bot.providers.typed import Accepted, ValueProblemError, arguments_of, fields_of, fitted

INJECTED = ("models", "aiohttp_session")
"""Arguments that Parley gives to every class that takes them."""


@dataclass(slots=True)
class Plan:
    """A class and the keyword arguments to call it with, `settings` included.

    `entry` is what is known of the provider, None for a class of somebody's own.
    """

    cls: type[FrameProcessor]
    entry: Entry | None
    takes: Mapping[str, Accepted]
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


def plan(
    slot: Slot, service: ProviderConfig, *, env: Mapping[str, str], defaults: Mapping[str, Any]
) -> Plan:
    """Check a service's settings and arguments and fill in what the ecosystem's variables hold.

    Args:
        slot: which of the three services.
        service: its configuration.
        env: where API keys and the like are looked up.
        defaults: settings to use where the configuration has none and the class knows the field
            (`language`, `system_instruction`).

    Raises:
        ProviderError: with a line for each thing that is wrong.
    """
    path, key = service.file_of("provider"), f"{service.key or slot}.provider"
    cls = resolve(slot, service.provider, path=path, key=key)
    entry = None if ":" in service.provider else find(slot, service.provider)
    return _Planner(slot, service, cls, entry or of_vendor(slot, cls)).plan(env, defaults)


def first_set(variables: Iterable[str], env: Mapping[str, str]) -> str | None:
    """Return what the first of these variables holds that holds anything."""
    return next((env[variable] for variable in variables if env.get(variable)), None)


class _Planner:
    def __init__(
        self, slot: Slot, service: ProviderConfig, cls: type[FrameProcessor], entry: Entry | None
    ) -> None:
        self._slot, self._service, self._cls, self._entry = slot, service, cls, entry
        self._key = service.key or slot
        self._takes = arguments_of(cls)
        self._settings: Any = getattr(cls, "Settings", None)
        self._fields = fields_of(self._settings) if self._settings else {}
        self._aliases: Mapping[str, str] = getattr(self._settings, "_aliases", {})
        self._problems: list[Problem] = []

    def plan(self, env: Mapping[str, str], defaults: Mapping[str, Any]) -> Plan:
        plan = Plan(self._cls, self._entry, self._takes)
        for name, value in self._service.args.items():
            if self._accepts_argument(name):
                plan.arguments[name] = self._fitted("args", name, value, self._takes[name])
        self._from_environment(plan.arguments, env)
        if "settings" in self._takes and self._settings:
            plan.arguments["settings"] = self._delta({**self._conventions(env), **defaults})
        else:
            for name in self._service.settings:
                self._wrong("settings", name, f"{self._cls.__name__} takes no settings")
        if self._problems:
            raise ProviderError.of(self._problems)
        return plan

    def _accepts_argument(self, name: str) -> bool:
        slot = self._key
        # Pipecat keeps its settings as deprecated arguments too; the settings are what counts.
        legacy = self._cls.__module__.startswith("pipecat.") and (
            name in self._fields or name in self._aliases or name in ("params", "live_options")
        )
        if name in self._takes and self._takes[name].required:
            legacy = False
        if name == "settings" or name in INJECTED:
            hint = f"put them under '{slot}.settings'" if name == "settings" else ""
            self._wrong("args", name, "is given by Parley itself", hint)
        elif legacy or (name not in self._takes and name in self._fields):
            where = (
                f"'{slot}.settings'" if name not in self._fields else f"'{slot}.settings.{name}'"
            )
            self._wrong("args", name, "is a setting, not an argument", f"put it under {where}")
        elif name not in self._takes:
            known = [n for n in self._takes if n not in (*INJECTED, "settings", "params")]
            hint = did_you_mean(name, known, kind="arguments")
            self._wrong("args", name, f"{self._cls.__name__} has no such argument", hint)
        else:
            return True
        return False

    def _from_environment(self, arguments: dict[str, Any], env: Mapping[str, str]) -> None:
        variables = self._entry.variables if self._entry else {}
        for name, taken in self._takes.items():
            if name in arguments or name in INJECTED or name in self._service.args:
                continue
            held = variables.get(name, ())
            value = first_set(held, env)
            if value and name not in self._fields:
                arguments[name] = value
            elif taken.required or (held and name == "api_key"):
                self._missing(name, held)

    def _missing(self, name: str, variables: tuple[str, ...]) -> None:
        if any(nearest(written, [name]) for written in self._service.args):
            return  # told as a misspelt argument
        if variables:
            problem = f"the environment variable {' or '.join(variables)} is not set"
            hint = f"set it, or give '{name}' under '{self._key}.args'"
        else:
            problem, hint = f"{self._cls.__name__} needs it", ""
        # Nobody wrote the key: the file that chose the provider is the one to mend.
        file = self._service.file_of("provider")
        self._problems.append(Problem(file, f"{self._key}.args.{name}", problem, hint))

    def _conventions(self, env: Mapping[str, str]) -> dict[str, Any]:
        """Return the settings that Pipecat's project generator fills in: the model, the voice."""
        if self._entry is None:
            return {}
        held = {
            name: first_set(variables, env)
            for name, variables in self._entry.variables.items()
            if name in self._fields
        }
        return {**self._entry.defaults, **{name: value for name, value in held.items() if value}}

    def _delta(self, defaults: Mapping[str, Any]) -> Any:
        given: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in self._service.settings.items():
            field_name = self._aliases.get(name, name)
            if name == "extra" and isinstance(value, dict):
                extra = cast("dict[str, Any]", revealed(value))
            elif field_name in self._fields:
                given[field_name] = self._fitted("settings", name, value, self._fields[field_name])
            else:
                self._unknown_setting(name)
        for name, value in defaults.items():
            if value is not None and name in self._fields:
                given.setdefault(name, value)
        delta = self._settings.from_mapping(given)
        delta.extra = extra
        return delta

    def _unknown_setting(self, name: str) -> None:
        problem = f"{self._cls.__name__} has no such setting"
        if name in self._takes and name not in INJECTED:
            hint = f"it is an argument: put it under '{self._key}.args'"
        else:
            hint = did_you_mean(name, [*self._fields, *self._aliases, "extra"], kind="settings")
        self._wrong("settings", name, problem, hint)

    def _fitted(self, section: str, name: str, value: Any, taken: Accepted) -> Any:
        secret = any(secrets_in(value))
        try:
            return fitted(revealed(value), taken.annotation, secret=secret)
        except ValueProblemError as error:
            self._wrong(section, name, str(error))
            return None

    def _wrong(self, section: str, name: str, problem: str, hint: str = "") -> None:
        file = self._service.file_of(section, name)
        self._problems.append(Problem(file, f"{self._key}.{section}.{name}", problem, hint))
