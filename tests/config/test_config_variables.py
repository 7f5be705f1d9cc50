"""`${VARIABLES}` and what they may hold."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Secret, load_config
from bot.config.variables import VariableError, expand, expand_tree
from tests.config.conftest import SERVICES, complaint

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True)
values = st.text(max_size=20)
plain = st.text(max_size=20).filter(lambda text: "${" not in text and not text.endswith("$"))
defaults = st.text(max_size=20).filter(lambda text: "}" not in text)


def refusal(text):
    try:
        expand(text, {})
    except VariableError as error:
        return error
    return None


@given(plain)
def test_a_text_without_variables_stays_as_it_is(text):
    assert expand(text, {}) == (text, False)


@given(plain, names, values, plain)
def test_a_variable_is_filled_in_amid_a_longer_text(before, name, value, after):
    assert expand(f"{before}${{{name}}}{after}", {name: value})[0] == before + value + after


@given(names, defaults)
def test_the_default_stands_in_for_a_variable_that_is_not_set(name, default):
    assert expand(f"${{{name}:-{default}}}", {})[0] == default


@given(names, defaults)
def test_the_default_stands_in_for_a_variable_that_is_empty(name, default):
    assert expand(f"${{{name}:-{default}}}", {name: ""})[0] == default


@given(names, st.text(min_size=1, max_size=20), defaults)
def test_a_variable_that_is_set_wins_over_its_default(name, value, default):
    assert expand(f"${{{name}:-{default}}}", {name: value})[0] == value


@given(names, values)
def test_what_a_variable_holds_is_not_expanded_again(name, value):
    text = "${" + name + "}" + value
    assert expand(f"${{{name}}}", {name: text})[0] == text


@given(names, values)
def test_a_doubled_dollar_writes_the_braces_literally(name, value):
    assert expand(f"$${{{name}}}", {name: value})[0] == f"${{{name}}}"


@given(st.text(alphabet=string.printable, max_size=40))
def test_any_text_either_expands_or_is_refused_with_a_remedy(text):
    if said := refusal(text):
        assert said.hint
        assert "${" in text
    else:
        assert "${" not in text.replace("$${", "") or expand(text, {})[0] != text


def test_two_variables_fit_into_one_text():
    assert expand("ws://${HOST}:${PORT:-80}/", {"HOST": "127.0.0.1"})[0] == "ws://127.0.0.1:80/"


def test_a_variable_that_is_not_set_is_told_with_file_and_key(write):
    file = write("my.yaml", SERVICES + "agent: {instructions: 'Hi ${WHO}'}")
    assert complaint(file) == (
        "my.yaml: agent.instructions: the environment variable WHO is not set; "
        "set it, or give a default: ${WHO:-...}"
    )


@pytest.mark.parametrize("text", ["${", "${}", "${1A}", "${A-b}", "${open"])
def test_a_malformed_variable_is_told_and_not_taken_literally(write, text):
    file = write("my.yaml", SERVICES + f"agent: {{name: '{text}'}}")
    assert complaint(file) == (
        "my.yaml: agent.name: '${' without a variable name and '}' after it; "
        "write ${NAME} or ${NAME:-default}; $${ stands for a literal ${"
    )


def test_a_variable_in_a_list_is_told_by_its_place(write):
    file = write("my.yaml", SERVICES + "tags: [a, '${B}']")
    assert complaint(file).startswith("my.yaml: tags[1]: the environment variable B is not set")


def test_a_number_from_a_variable_becomes_a_number():
    config = load_config(
        {
            "extends": "default",
            "turn": {"max_tool_steps": "${STEPS}", "min_endpointing_delay": "${DELAY:-0.7}"},
        },
        env={"STEPS": "8"},
    )
    assert config.turn.max_tool_steps == 8
    assert config.turn.min_endpointing_delay == 0.7


def test_a_variable_of_a_parent_need_not_be_set_when_the_child_replaces_it(write):
    write("base.yaml", SERVICES + "agent: {name: '${NAME}'}")
    child = write("child.yaml", "extends: base.yaml\nagent: {name: ada}")
    assert load_config(child, env={}).agent.name == "ada"


def test_a_value_is_a_secret_by_its_key_or_by_its_variable():
    tree = {
        "args": {"api_key": "one", "url": "${MY_TOKEN}", "max_tokens": 80, "model": "${MODEL}"},
        "headers": {"Authorization": {"nested": ["two"]}},
    }
    expansion = expand_tree(tree, {"MY_TOKEN": "three", "MODEL": "nova"})
    assert expansion.tree == {
        "args": {
            "api_key": Secret("one"),
            "url": Secret("three"),
            "max_tokens": 80,
            "model": "nova",
        },
        "headers": {"Authorization": {"nested": [Secret("two")]}},
    }
    assert expansion.secrets == {
        ("args", "api_key"),
        ("args", "url"),
        ("headers", "Authorization", "nested", 0),
    }


def test_a_number_whose_variable_is_not_set_is_told_once():
    said = complaint({"extends": "default", "turn": {"max_tool_steps": "${STEPS}"}})
    assert said == (
        "config: turn.max_tool_steps: the environment variable STEPS is not set; "
        "set it, or give a default: ${STEPS:-...}"
    )
