"""`.env.example` tells what a person may set."""

import re

from tests.house.files import texts

VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::?-[^}]*)?\}")


def offered() -> set[str]:
    example = next(text for path, text in texts().items() if str(path) == ".env.example")
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))


def configs() -> str:
    return "\n".join(text for path, text in texts().items() if path.parts[0] == "configs")


def test_every_variable_that_a_configuration_reads_is_in_the_example():
    used = set(VARIABLE.findall(configs()))
    assert used
    assert used <= offered()


def test_every_key_that_a_configuration_speaks_of_is_in_the_example():
    spoken_of = set(re.findall(r"\b[A-Z][A-Z0-9_]*_API_KEY\b", configs()))
    assert spoken_of
    assert spoken_of <= offered()


def test_the_example_holds_no_key():
    example = next(text for path, text in texts().items() if str(path) == ".env.example")
    keys = re.findall(r"^#?[A-Z0-9_]*(?:KEY|TOKEN|SECRET)[A-Z0-9_]*=(.*)$", example, re.MULTILINE)
    assert keys
    assert set(keys) == {""}
