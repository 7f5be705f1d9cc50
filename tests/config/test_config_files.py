"""Reading files, and stacking them."""

from pathlib import Path

import pytest

from bot.config import load_config, shipped_configs
from bot.config import shipped as shipped_module
from tests.config.conftest import SERVICES, complaint


def test_a_file_that_is_not_yaml_is_told_by_line_and_column(write):
    file = write("my.yaml", "agent:\n  name: [a\nstt: b\n")
    assert complaint(file) == "my.yaml: line 3, column 4: expected ',' or ']', but got ':'"


def test_a_missing_file_is_told_with_the_nearest_shipped_name():
    assert complaint("lcoal") == (
        "lcoal: there is no such file; did you mean 'local'? (shipped with Parley)"
    )


def test_a_missing_file_with_no_near_name_is_told_with_all_shipped_names():
    assert complaint("/nowhere/zzz.yaml") == (
        "/nowhere/zzz.yaml: there is no such file; "
        "known shipped configs: cartesia, default, flux, local, ollama, realtime, whisper-kokoro"
    )


def test_a_folder_is_no_configuration(write, tmp_path):
    write("folder/x.yaml", "")
    assert complaint("folder") == "folder: cannot be read: Is a directory"


def test_a_file_in_another_encoding_is_refused(write):
    file = write("my.yaml", "")
    file.write_bytes("agent: {name: Zoë}".encode("latin-1"))
    assert complaint(file) == "my.yaml: is not a text in UTF-8"


def test_a_key_written_twice_is_refused(write):
    file = write("my.yaml", "stt: {provider: a}\nllm: {}\nstt: {provider: b}\n")
    assert complaint(file) == "my.yaml: line 3, column 1: the key 'stt' is given twice"


def test_a_key_that_yaml_would_not_read_as_text_is_refused(write):
    file = write("my.yaml", "turn:\n  on: 1\n")
    assert complaint(file) == (
        "my.yaml: line 2, column 3: a key must be text: put quotes around 'on'"
    )


def test_a_list_at_the_top_is_refused(write):
    file = write("my.yaml", "- stt\n")
    assert complaint(file) == (
        "my.yaml: expected a mapping at the top; "
        "start with keys such as 'agent:', 'stt:', 'llm:', 'tts:'"
    )


@pytest.mark.parametrize("text", ["tags: &a [*a]", "tags: !!set {a, b}", "tags: !!binary aGk="])
def test_what_is_not_plain_data_is_refused(write, text):
    file = write("my.yaml", text + "\n")
    assert complaint(file) == (
        "my.yaml: holds more than plain data; "
        "use mappings, lists, text, numbers, true, false and null"
    )


def test_a_tag_that_would_run_code_is_refused(write):
    file = write("my.yaml", "tags: !!python/object/apply:os.getcwd []\n")
    assert "could not determine a constructor" in complaint(file)


def test_a_date_stays_text(write):
    file = write("my.yaml", SERVICES + "tags: [2026-02-08]")
    assert load_config(file, env={}).tags == ("2026-02-08",)


def test_anchors_and_merge_keys_work(write):
    file = write(
        "my.yaml",
        """
        stt: &dg {provider: deepgram, args: {base_url: "ws://x"}}
        llm: {provider: openai}
        tts: {<<: *dg, args: {}}
        """,
    )
    assert load_config(file, env={}).tts.provider == "deepgram"


def test_an_empty_file_lacks_the_three_services(write):
    assert complaint(write("my.yaml", "")) == (
        "my.yaml: stt: is missing; add 'stt:' with a 'provider:' below it, or 'extends: default'\n"
        "my.yaml: llm: is missing; add 'llm:' with a 'provider:' below it, or 'extends: default'\n"
        "my.yaml: tts: is missing; add 'tts:' with a 'provider:' below it, or 'extends: default'"
    )


def test_a_child_says_only_what_differs(write):
    write("base.yaml", SERVICES + "turn: {max_tool_steps: 5, min_endpointing_delay: 1}\ntags: [a]")
    child = write("child.yaml", "extends: base.yaml\nturn: {max_tool_steps: 7}\ntags: [b, c]")
    config = load_config(child, env={})
    assert config.turn.max_tool_steps == 7
    assert config.turn.min_endpointing_delay == 1
    assert config.tags == ("b", "c")
    assert (config.name, config.path) == ("child", Path("child.yaml"))


def test_extends_is_found_beside_the_file_that_says_it(write):
    write("deploy/base.yaml", SERVICES + "agent: {name: beside}")
    write("deploy/middle.yaml", "extends: base.yaml")
    child = write("child.yaml", "extends: deploy/middle.yaml")
    assert load_config(child, env={}).agent.name == "beside"


def test_a_shipped_configuration_is_extended_by_its_bare_name(write):
    child = write("child.yaml", "extends: local\nagent: {name: ada}")
    config = load_config(child, env={})
    assert (config.llm.provider, config.agent.name) == ("llamacpp", "ada")


def test_another_provider_drops_the_settings_of_the_parents_one(write):
    child = write("child.yaml", "extends: default\nstt: {provider: cartesia}")
    config = load_config(child, env={})
    assert (config.stt.provider, config.stt.settings, config.stt.args) == ("cartesia", {}, {})
    assert config.llm.settings["model"] == "gpt-4.1-mini"


def test_the_same_provider_keeps_the_settings_of_the_parents_one(write):
    child = write(
        "child.yaml",
        "extends: default\nstt: {provider: Deepgram_STT, settings: {punctuate: false}}",
    )
    assert load_config(child, env={}).stt.settings == {
        "model": "nova-3-general",
        "language": "multi",
        "smart_format": True,
        "punctuate": False,
    }


def test_another_provider_by_a_variable_drops_them_too(write):
    child = write("child.yaml", "extends: default\nstt: {provider: '${STT:-deepgram}'}")
    assert load_config(child, env={}).stt.settings != {}
    assert load_config(child, env={"STT": "cartesia"}).stt.settings == {}


def test_a_section_with_nothing_under_it_says_nothing(write):
    child = write("child.yaml", "extends: default\nstt:\nturn:\nllm:\n  settings:\ntags:\n")
    assert load_config(child, env={}).digest == load_config("default", env={}).digest


def test_a_greeting_replaces_its_parents_as_a_whole(write):
    write("base.yaml", SERVICES + "agent: {greeting: {say: Hello.}}")
    child = write("child.yaml", "extends: base.yaml\nagent: {greeting: {generate: Greet.}}")
    greeting = load_config(child, env={}).agent.greeting
    assert greeting is not None
    assert (greeting.say, greeting.generate) == (None, "Greet.")


def test_a_greeting_can_be_taken_away(write):
    child = write("child.yaml", "extends: default\nagent: {greeting: null}")
    assert load_config(child, env={}).agent.greeting is None


def test_a_wrong_key_of_a_parent_is_told_with_the_parents_file(write):
    write("base.yaml", SERVICES + "turn: {max_tool_stps: 5}\nagent: {nme: x}")
    child = write("child.yaml", "extends: base.yaml\nagent: {name: y, lang: en}")
    assert complaint(child) == (
        "base.yaml: agent.nme: unknown key; did you mean 'name'?\n"
        "child.yaml: agent.lang: unknown key; did you mean 'language'?\n"
        "base.yaml: turn.max_tool_stps: unknown key; did you mean 'max_tool_steps'?"
    )


def test_a_missing_parent_is_told_with_the_file_that_wants_it(write):
    child = write("child.yaml", "extends: defualt")
    assert complaint(child) == (
        "child.yaml: extends: there is no file defualt; "
        "did you mean 'default'? (shipped with Parley)"
    )


def test_a_broken_parent_is_told_with_its_own_file(write):
    write("base.yaml", "a: [")
    child = write("child.yaml", "extends: base.yaml")
    assert complaint(child).startswith("base.yaml: line 1, column 5: ")


def test_files_that_extend_each_other_in_a_circle_are_refused(write):
    write("a.yaml", "extends: b.yaml")
    write("b.yaml", "extends: c.yaml")
    write("c.yaml", "extends: ./b.yaml")
    assert complaint("a.yaml") == (
        "c.yaml: extends: runs in a circle: a.yaml → b.yaml → c.yaml → b.yaml"
    )


def test_a_file_that_extends_itself_is_refused(write):
    write("a.yaml", "extends: a.yaml")
    assert complaint("a.yaml") == "a.yaml: extends: runs in a circle: a.yaml → a.yaml"


@pytest.mark.parametrize("extends", ["[a, b]", "3", "''"])
def test_extends_must_be_one_name(write, extends):
    file = write("my.yaml", f"extends: {extends}")
    assert complaint(file) == (
        "my.yaml: extends: expected the path of a file or the name of a shipped config"
    )


def test_extends_may_hold_a_variable(write):
    file = write("my.yaml", "extends: ${BASE}")
    assert load_config(file, env={"BASE": "local"}).llm.provider == "llamacpp"
    assert complaint(file) == (
        "my.yaml: extends: the environment variable BASE is not set; "
        "set it, or give a default: ${BASE:-...}"
    )


def test_shipped_configurations_are_found_in_a_wheel_as_in_a_checkout(tmp_path, monkeypatch):
    wheel, checkout = tmp_path / "bot" / "configs", tmp_path / "configs"
    monkeypatch.setattr(shipped_module, "_FOLDERS", (wheel, checkout))
    assert shipped_configs() == {}
    checkout.mkdir()
    (checkout / "mine.yaml").write_text(SERVICES)
    assert shipped_configs() == {"mine": checkout / "mine.yaml"}
    wheel.mkdir(parents=True)
    (wheel / "mine.yaml").write_text(SERVICES)
    assert shipped_configs() == {"mine": wheel / "mine.yaml"}
    assert load_config("mine", env={}).name == "mine"


def test_the_ready_configurations_are_shipped():
    assert list(shipped_configs()) == [
        "cartesia",
        "default",
        "flux",
        "local",
        "ollama",
        "realtime",
        "whisper-kokoro",
    ]
