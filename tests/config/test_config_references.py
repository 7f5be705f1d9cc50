"""Functions that a configuration names by their module."""

import sys

import pytest

from bot.config import ConfigError, check_references, load_config, load_tools, load_user_turn_hook

TOOLS = '''
import math

async def weather(params, city: str):
    """Get the weather."""

def plain(params):
    """Not async."""

number = 3
'''


@pytest.fixture
def config(write, monkeypatch):
    """Load a configuration beside which a module with functions lies."""
    write("my_own_tools.py", TOOLS)
    write("my_broken_tools.py", "import no_such_library_at_all")
    write("my_failing_tools.py", "raise ValueError('not today')")
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("my_own_tools", "my_broken_tools", "my_failing_tools"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    def load(tools=(), hook=None, detector="none"):
        source = {
            "extends": "default",
            "tools": list(tools),
            "hooks": {"on_user_turn_completed": hook},
            "turn": {"detector": detector},
        }
        return load_config(source, env={})

    return load


def test_functions_beside_the_configuration_are_found(config):
    loaded = config(["my_own_tools:weather"], hook="my_own_tools:plain")
    check_references(loaded)
    assert [tool.__name__ for tool in load_tools(loaded)] == ["weather"]
    hook = load_user_turn_hook(loaded)
    assert hook is not None
    assert hook.__name__ == "plain"


def test_without_functions_there_is_nothing_to_import(config):
    check_references(config())
    assert load_tools(config()) == []
    assert load_user_turn_hook(config()) is None


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (
            "my_own_tols:weather",
            "there is no module 'my_own_tols'; "
            "it is looked up among the installed packages and in the working directory",
        ),
        (
            "my_own_tools:wether",
            "module 'my_own_tools' has no 'wether'; did you mean 'weather'?",
        ),
        ("my_own_tools:zzz", "module 'my_own_tools' has no 'zzz'"),
        (
            "my_own_tools:plain",
            "'my_own_tools:plain' takes Pipecat's 'params' and is not an async function",
        ),
        (
            "my_broken_tools:f",
            "cannot import 'my_broken_tools': No module named 'no_such_library_at_all'",
        ),
        ("my_failing_tools:f", "cannot import 'my_failing_tools': ValueError: not today"),
    ],
)
def test_a_function_that_cannot_be_used_is_told(config, reference, said):
    with pytest.raises(ConfigError) as caught:
        check_references(config([reference]))
    assert str(caught.value) == f"config: tools[0]: {said}"


def test_every_broken_reference_is_told_at_once(config):
    loaded = config(["a_b_c:d", "my_own_tools:number"], "my_own_tools:number", "my_own_tools:Turn")
    with pytest.raises(ConfigError) as caught:
        check_references(loaded)
    assert [(p.key, p.problem) for p in caught.value.problems] == [
        ("tools[0]", "there is no module 'a_b_c'"),
        ("tools[1]", "'my_own_tools:number' is not a function"),
        ("hooks.on_user_turn_completed", "'my_own_tools:number' cannot be called"),
        ("turn.detector", "module 'my_own_tools' has no 'Turn'"),
    ]


def test_the_file_that_names_a_broken_function_is_told(config, write):
    write("base.yaml", "extends: default\ntools: ['nowhere_at_all:f']")
    child = write("child.yaml", "extends: base.yaml")
    with pytest.raises(ConfigError, match=r"^base\.yaml: tools\[0\]: there is no module"):
        check_references(load_config(child, env={}))
