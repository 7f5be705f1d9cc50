"""Every provider that is installed, built from its name and dummy keys, with no network.

What is counted is printed, so that a run shows what was really built and what was not.
"""

import ast
import importlib
import socket
from pathlib import Path

import aiohttp
import pytest
from pipecat.processors.frame_processor import FrameProcessor

from bot.config import ProviderError, ServiceConfig
from bot.config.catalogue import entries, of_vendor
from bot.providers import build, describe, resolve

# Some of Pipecat's classes warn of themselves, or of a default of their own.
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated since:DeprecationWarning")

SLOTS = ("stt", "llm", "tts", "realtime")
DOWNLOADS = {"moonshine", "whisper", "kokoro", "piper", "pockettts", "funasr"}
"""They fetch a model when they are built."""
SIGNS_IN = {"google-vertex"}
"""It asks Google for a token when it is built."""
WITH_ARGUMENTS = {"ultravox": {"params": {"api_key": "dummy", "system_prompt": "Be brief."}}}
"""They cannot be built from a name and a key alone."""


@pytest.fixture
def offline(monkeypatch):
    """Let no connection leave this test, and no key of this machine come in."""

    def refused(*args, **kwargs):
        raise AssertionError("building a service must not connect")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    for slot in SLOTS:
        for entry in entries(slot):
            for names in [*entry.variables.values(), entry.ambient]:
                for name in names:
                    monkeypatch.delenv(name, raising=False)


def dummies(entry):
    """Return a value for each key and address, and a voice, but no model."""
    held = entry.variables.items()
    return {names[0]: "dummy" for taker, names in held if taker != "model"}


def installed(slot, entry):
    try:
        resolve(slot, entry.name)
    except ProviderError:
        return False
    return True


def needs_credentials(entry):
    """Google's own library wants a file with an account."""
    return "GOOGLE_APPLICATION_CREDENTIALS" in entry.ambient


@pytest.mark.parametrize("slot", SLOTS)
async def test_every_installed_provider_is_built_from_its_name_alone(slot, offline, capsys):
    there = [entry for entry in entries(slot) if installed(slot, entry)]
    built = []
    async with aiohttp.ClientSession() as session:
        for entry in there:
            if entry.name in DOWNLOADS | SIGNS_IN or needs_credentials(entry):
                continue
            config = ServiceConfig(provider=entry.name, args=WITH_ARGUMENTS.get(entry.name, {}))
            made = build(
                slot, config, env=dummies(entry), aiohttp_session=lambda: session, language="en"
            )
            assert isinstance(made, FrameProcessor)
            assert describe(made)["provider"] == entry.name
            built.append(entry.name)
    left = sorted({entry.name for entry in there} - set(built))
    missing = len(entries(slot)) - len(there)
    with capsys.disabled():
        print(
            f"\n{slot}: {len(built)} constructed of {len(there)} importable "
            f"(not: {', '.join(left) or 'none'}), {missing} not installed"
        )
    assert len(built) >= {"stt": 21, "llm": 24, "tts": 22, "realtime": 5}[slot]


@pytest.mark.parametrize("slot", SLOTS)
async def test_every_installed_provider_names_the_variable_of_a_key_that_is_missing(slot, offline):
    for entry in entries(slot):
        if "api_key" not in entry.variables or not installed(slot, entry):
            continue
        if entry.name in WITH_ARGUMENTS:
            continue
        with pytest.raises(ProviderError) as caught:
            build(slot, ServiceConfig(provider=entry.name), env={})
        named = " or ".join(entry.variables["api_key"])
        assert f"the environment variable {named} is not set" in str(caught.value), entry.name


@pytest.mark.parametrize("slot", SLOTS)
def test_every_provider_that_is_not_installed_is_told_with_the_command(slot):
    for entry in entries(slot):
        if not installed(slot, entry):
            with pytest.raises(ProviderError) as caught:
                resolve(slot, entry.name)
            assert caught.value.hint == f'run: uv pip install "{entry.package}"'
            assert "[" in entry.package


@pytest.mark.parametrize("slot", SLOTS)
async def test_the_stable_form_builds_the_same_class_with_the_same_key(slot, offline):
    async with aiohttp.ClientSession() as session:
        for entry in entries(slot):
            if not installed(slot, entry) or entry.name in DOWNLOADS | SIGNS_IN:
                continue
            if needs_credentials(entry):
                continue
            args = WITH_ARGUMENTS.get(entry.name, {})
            config = ServiceConfig(provider=entry.reference, args=args)
            made = build(slot, config, env=dummies(entry), aiohttp_session=lambda: session)
            assert describe(made)["provider"] == entry.name


def unnamed(slot):
    """The other service classes of the vendors' modules, which have no short name."""
    for module in sorted({entry.module for entry in entries(slot)}):
        try:
            loaded = importlib.import_module(module)
        except ImportError:
            continue
        names = {entry.class_name for entry in entries(slot) if entry.module == module}
        tree = ast.parse(Path(loaded.__file__).read_text())
        classes = (node.name for node in tree.body if isinstance(node, ast.ClassDef))
        for name in classes:
            other = name.endswith(f"{slot.upper()}Service") and name not in names
            if other and "Base" not in name:
                yield getattr(loaded, name)


@pytest.mark.parametrize("slot", SLOTS)
async def test_a_vendors_other_classes_are_built_by_their_path_with_the_vendors_key(slot, offline):
    built = set()
    async with aiohttp.ClientSession() as session:
        for cls in unnamed(slot):
            entry = of_vendor(slot, cls)
            if needs_credentials(entry):
                continue
            reference = f"{cls.__module__}:{cls.__qualname__}"
            args = {"base_url": "http://127.0.0.1:1"} if cls.__name__.startswith("Piper") else {}
            config = ServiceConfig(provider=reference, args=args)
            made = build(slot, config, env=dummies(entry), aiohttp_session=lambda: session)
            assert describe(made)["provider"] == reference
            built.add(cls.__name__)
    expected = {"llm": {"PerplexityLLMService"}, "tts": {"PiperHttpTTSService"}}
    assert built >= expected.get(slot, set())
