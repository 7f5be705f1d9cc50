"""Python and the libraries, against what Parley and the configured providers ask for.

What is asked for is read from the installed packages' own metadata, where the versions of
pyproject.toml end up, so that there is no second list to keep.
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Iterable, Iterator

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from bot.config import BotConfig
from bot.config.catalogue import Entry, find
from bot.doctor.findings import Finding, failed, ok, warning

_ALWAYS_SHOWN = ("pipecat-ai", "daily-python")

Installed = Callable[[str], str | None]
"""Gives the version of an installed distribution, None where it is not installed."""


def installed_version(distribution: str) -> str | None:
    """Return the version of an installed distribution, None where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def check_versions(
    config: BotConfig | None,
    *,
    installed: Installed = installed_version,
    python: str | None = None,
) -> Iterator[Finding]:
    """Compare what is installed with what is asked for.

    Pipecat, Daily's client and the SDKs of the configured providers are always told, other
    libraries only where they are missing or of a wrong version.

    Args:
        config: Whose providers are looked at; None where there is no valid configuration.
        installed: Tells what is installed.
        python: The version of Python; the running one by default.
    """
    try:
        asked = importlib.metadata.metadata("parley")
    except importlib.metadata.PackageNotFoundError:
        message = "Parley itself is not installed as a package: what it asks for is not known here"
        yield warning("versions", message, "run: make setup")
        return
    yield _python(python or platform.python_version(), SpecifierSet(asked["Requires-Python"]))
    entries = list(_entries(config)) if config else []
    base = list(_required("parley", None))
    extras = [requirement for entry in entries for requirement in _extras_of(entry)]
    shown = {*_ALWAYS_SHOWN, *(_name(requirement) for requirement in extras)}
    shown |= {_name(requirement) for requirement in base if _is_sdk_of(requirement, entries)}
    for requirement in _merged([*base, *extras]):
        finding = _library(requirement, installed(requirement.name))
        if finding.remedy or _name(requirement) in shown:
            yield finding


def _python(version: str, asked: SpecifierSet) -> Finding:
    if asked.contains(version, prereleases=True):
        return ok("versions", f"Python {version} (asked for: {asked})")
    message = f"this is Python {version}, and Parley needs {asked}"
    return failed("versions", message, "install that Python, then run: make clean setup")


def _library(asked: Requirement, version: str | None) -> Finding:
    wanted = str(asked.specifier) or "any version"
    if version is None:
        message = f"{asked.name} is not installed (asked for: {wanted})"
    elif not asked.specifier.contains(version, prereleases=True):
        message = f"{asked.name} is {version}, and {wanted} is asked for"
    else:
        return ok("versions", f"{asked.name} {version} (asked for: {wanted})")
    # Quotes: a shell takes < and > for files.
    return failed("versions", message, f'run: uv pip install "{asked.name}{asked.specifier}"')


def _entries(config: BotConfig) -> Iterator[Entry]:
    for slot, service in config.services.items():
        entry = find(slot, service.provider)
        if entry:
            yield entry


def _extras_of(entry: Entry) -> Iterator[Requirement]:
    package = Requirement(entry.package)
    for extra in package.extras:
        for requirement in _required(package.name, extra):
            if _name(requirement) != package.name:
                yield requirement


def _required(distribution: str, extra: str | None) -> Iterator[Requirement]:
    """Yield what a distribution asks for on this machine: with an extra, what that one adds."""
    try:
        lines = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return  # told as a library that is not installed
    for requirement in map(Requirement, lines):
        applies = _applies(requirement, "")
        if extra is not None:  # what it adds to what is asked for anyway
            applies = not applies and _applies(requirement, extra)
        if applies:
            yield requirement


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _is_sdk_of(requirement: Requirement, entries: Iterable[Entry]) -> bool:
    vendors = {entry.name.partition("-")[0] for entry in entries}
    return _name(requirement).partition("-")[0] in vendors


def _merged(requirements: Iterable[Requirement]) -> Iterator[Requirement]:
    """Put all that is asked of one library into one line."""
    found: dict[str, Requirement] = {}
    for requirement in requirements:
        known = found.setdefault(_name(requirement), requirement)
        if known is not requirement:
            known.specifier &= requirement.specifier
    yield from sorted(found.values(), key=lambda each: (_rank(_name(each)), each.name))


def _rank(name: str) -> int:
    return _ALWAYS_SHOWN.index(name) if name in _ALWAYS_SHOWN else len(_ALWAYS_SHOWN)


def _name(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)
