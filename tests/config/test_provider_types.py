"""What a class takes, as its annotations say."""

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pydantic import BaseModel

from bot.config import ProviderError
from bot.config.catalogue import entries
from bot.providers import resolve
from bot.providers.typed import ValueProblemError, arguments_of, fields_of, fitted

if TYPE_CHECKING:
    from decimal import Decimal

SLOTS = ("stt", "llm", "tts", "realtime")


class Colour(StrEnum):
    RED = "red"


class Point(BaseModel):
    x: int


class Base:
    def __init__(self, name: str = "", **kwargs):
        """Take a name."""


class Middle(Base):
    def __init__(self, *, size: int, point: "Point | None" = None, **kwargs):
        """Take a size and hand on the rest."""


class Closed(Middle):
    def __init__(self, *, only: "Decimal"):
        """Hand on nothing."""


@dataclasses.dataclass
class Settings:
    size: "int | None" = None
    odd: "Decimal | None" = None
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)


def test_the_arguments_of_a_class_include_those_it_hands_on():
    found = arguments_of(Middle)
    assert {name: each.required for name, each in found.items()} == {
        "size": True,
        "point": False,
        "name": False,
    }
    assert found["size"].annotation is int


def test_a_class_that_hands_nothing_on_hides_its_bases():
    assert list(arguments_of(Closed)) == ["only"]


def test_an_annotation_for_checkers_only_takes_anything():
    assert arguments_of(Closed)["only"].annotation is Any
    assert fields_of(Settings)["odd"].annotation is Any


def test_the_fields_of_settings_leave_out_the_overflow():
    assert list(fields_of(Settings)) == ["size", "odd"]


@pytest.mark.parametrize(
    ("value", "annotation", "fits"),
    [
        ("8", int, 8),
        ("0.5", float | None, 0.5),
        (None, float | None, None),
        ("8", str | None, "8"),
        ("red", Colour, Colour.RED),
        ({"x": "1"}, Point, Point(x=1)),
        ({"x": 1}, Point | None, Point(x=1)),
        ("anything", Any, "anything"),
    ],
)
def test_a_value_is_brought_to_its_type(value, annotation, fits):
    assert fitted(value, annotation, secret=False) == fits


@pytest.mark.parametrize(
    ("value", "annotation", "secret", "said"),
    [
        ("x", int, False, "expected a whole number, got 'x'"),
        ("x", int, True, "expected a whole number, got a secret"),
        ("blue", Colour, False, "Input should be 'red', got 'blue'"),
        ("x", Closed, False, "cannot be written in a configuration"),
    ],
)
def test_a_value_that_does_not_fit_is_told(value, annotation, secret, said):
    with pytest.raises(ValueProblemError) as caught:
        fitted(value, annotation, secret=secret)
    assert str(caught.value) == said


def test_pipecats_own_annotations_are_understood():
    assert arguments_of(DeepgramSTTService)["api_key"].required
    assert not arguments_of(OpenAILLMService)["api_key"].required
    fields = fields_of(OpenAILLMService.Settings)
    assert fitted("0.5", fields["temperature"].annotation, secret=False) == 0.5
    assert fitted("8", fields["model"].annotation, secret=False) == "8"


def test_every_annotation_of_every_installed_service_can_be_read():
    read = 0
    for slot in SLOTS:
        for entry in entries(slot):
            try:
                cls: Any = resolve(slot, entry.name)
            except ProviderError:
                continue  # its extra is not installed
            taken = arguments_of(cls) | fields_of(cls.Settings)
            for accepted in taken.values():
                outcome = attempt(accepted.annotation)
                assert outcome is None or str(outcome)
                read += 1
    assert read > 1000


def attempt(annotation):
    """Return the refusal of a text for an annotation, or None where it is taken."""
    try:
        fitted("text", annotation, secret=False)
    except ValueProblemError as error:
        return error
    return None
