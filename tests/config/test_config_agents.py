"""Several agents in a configuration: who they are, and who hands over to whom."""

import re
import sys
from pathlib import Path

import pytest

from bot.agents import build_agents
from bot.config import ConfigError, ProviderError, check_references, load_config
from bot.providers import check_providers
from tests.config.conftest import complaint

PAGE = Path(__file__).parents[2] / "docs" / "agents.md"
KEYS = {f"{name}_API_KEY": "k" for name in ("DEEPGRAM", "OPENAI", "ELEVENLABS")}
DESK = {"instructions": "You are the desk. You send callers on."}
BILLING = {"instructions": "You are billing."}


def several(agents, **more):
    return {"extends": "default", "agents": agents, **more}


def loaded(agents, **more):
    return load_config(several(agents, **more), env=KEYS)


def test_the_first_one_begins_unless_another_is_named():
    agents = {"desk": DESK, "billing": BILLING}
    assert loaded(agents).starts == "desk"
    assert loaded(agents, agent={"starts": "billing"}).starts == "billing"


def test_a_single_agent_goes_by_its_name():
    config = load_config("default", env=KEYS)
    assert (config.agents, config.starts) == ({}, "assistant")
    [agent] = build_agents(config, env=KEYS).values()
    assert agent.instructions == config.agent.instructions
    assert (agent.hands_off_to, agent.voice) == ((), None)


def test_each_can_hand_over_to_all_others_or_to_those_it_names():
    agents = {"desk": DESK, "billing": BILLING | {"hands_off_to": []}, "sales": BILLING}
    built = build_agents(loaded(agents), env=KEYS)
    assert built["desk"].hands_off_to == ("billing", "sales")
    assert built["billing"].hands_off_to == ()


def test_what_all_share_comes_before_what_is_ones_own():
    config = loaded({"desk": DESK, "billing": BILLING}, agent={"instructions": "Be brief."})
    built = build_agents(config, env=KEYS)
    assert built["billing"].instructions == "Be brief.\n\nYou are billing."
    assert built["desk"].greeting == config.agent.greeting
    assert built["billing"].greeting is None


def test_the_others_are_told_a_description_or_the_first_sentence_of_the_instructions():
    agents = {"desk": DESK, "billing": BILLING | {"description": "Knows invoices."}}
    built = build_agents(loaded(agents), env=KEYS)
    assert built["desk"].description == "You are the desk."
    assert built["billing"].description == "Knows invoices."


def test_the_tools_of_all_are_there_for_each_beside_its_own():
    billing = BILLING | {"tools": ["tests.calls.tools:get_weather"]}
    config = loaded({"desk": DESK, "billing": billing}, tools=["tests.calls.tools:fail"])
    built = build_agents(config, env=KEYS)
    assert [tool.name for tool in built["desk"].tools] == ["fail"]
    assert [tool.name for tool in built["billing"].tools] == ["fail", "get_weather"]


def test_a_voice_is_changed_back_by_who_has_none_of_its_own():
    billing = BILLING | {"voice": "bob", "tts": {"speed": 1.1}}
    config = loaded(
        {"desk": DESK, "billing": billing}, tts={"settings": {"voice": "alice", "speed": 1}}
    )
    built = build_agents(config, env=KEYS)
    desk, other = built["desk"].voice, built["billing"].voice
    assert desk is not None
    assert other is not None
    assert desk.given_fields() == {"voice": "alice", "speed": 1.0}
    assert other.given_fields() == {"voice": "bob", "speed": 1.1}


def test_agents_with_one_voice_change_nothing_of_it():
    built = build_agents(loaded({"desk": DESK, "billing": BILLING}), env=KEYS)
    assert [agent.voice for agent in built.values()] == [None, None]


def test_what_one_agent_changes_another_must_have_a_value_for():
    config = loaded({"desk": DESK, "billing": BILLING | {"tts": {"speed": 1.1}}})
    with pytest.raises(ProviderError) as caught:
        check_providers(config, env=KEYS)
    assert str(caught.value) == (
        "config: agents.desk.tts.speed: is missing, while another agent has one; give it one, or "
        "set 'tts.settings.speed' for all"
    )


def test_a_setting_that_the_voice_does_not_have_is_told_where_it_was_written(write):
    file = write(
        "bot.yaml",
        """
        extends: default
        agents:
          desk: {instructions: You are the desk.}
          billing:
            instructions: You are billing.
            tts: {sped: 1.1}
        """,
    )
    with pytest.raises(ProviderError) as caught:
        check_providers(load_config(file, env=KEYS), env=KEYS)
    assert str(caught.value) == (
        "bot.yaml: agents.billing.tts.sped: ElevenLabsTTSService has no such setting; "
        "did you mean 'speed'?"
    )


WRONG = [
    ({"desk": {}}, "agents.desk.instructions: is missing"),
    ({"desk": DESK | {"voise": "x"}}, "agents.desk.voise: unknown key; did you mean 'voice'?"),
    (
        {"desk": DESK | {"hands_off_to": ["biling"]}, "billing": BILLING},
        "agents.desk.hands_off_to[0]: there is no agent 'biling'; did you mean 'billing'?",
    ),
    (
        {"desk": DESK | {"hands_off_to": ["desk"]}, "billing": BILLING},
        "agents.desk.hands_off_to[0]: an agent cannot hand over to itself",
    ),
    (
        {"the desk": DESK},
        "agents.the desk: 'the desk' cannot be the id of an agent; use at most 48 letters, digits, "
        "'_' and '-'",
    ),
    (
        {"desk": DESK | {"greeting": {"say": "x", "generate": "y"}}},
        "agents.desk.greeting: expected either 'say' or 'generate', got a mapping",
    ),
    ({"desk": "x"}, "agents.desk: expected a mapping, got 'x'"),
    ({"desk": DESK | {"greeting": {"sya": "x", "say": "y"}}}, "greeting.sya: unknown key; did you"),
]


@pytest.mark.parametrize(("agents", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_agent_is_told_by_file_key_cause_and_remedy(agents, said):
    assert said in complaint(several(agents), KEYS)


def test_an_agent_that_begins_must_be_there():
    started = several({"desk": DESK}, agent={"starts": "dsk"})
    assert "agent.starts: there is no agent 'dsk'; did you mean 'desk'?" in complaint(started, KEYS)
    alone = {"extends": "default", "agent": {"starts": "desk"}}
    said = "agent.starts: there is no agent 'desk'; name some under 'agents'"
    assert said in complaint(alone, KEYS)


def test_who_changes_their_own_voice_alone_extends_the_others(write):
    parent = """
        extends: default
        agents:
          desk: {instructions: You are the desk., greeting: {generate: Greet.}, voice: alice}
          billing: {instructions: You are billing., voice: bob}
        """
    write("parent.yaml", parent)
    child = """
        extends: parent.yaml
        agents:
          desk: {greeting: Hello., voice: carol}
          billing:
        """
    config = load_config(write("child.yaml", child), env=KEYS)
    assert list(config.agents) == ["desk", "billing"]
    assert (config.agents["desk"].voice, config.agents["billing"].voice) == ("carol", "bob")
    greeting = config.agents["desk"].greeting
    assert greeting is not None
    assert (greeting.say, greeting.generate) == ("Hello.", None)
    assert config.redacted()["agents"]["desk"]["greeting"] == {"say": "Hello."}


def test_another_tts_takes_the_voices_of_the_parent_away(write):
    parent = """
        extends: default
        agents:
          desk: {instructions: You are the desk., voice: alice}
          billing: {instructions: You are billing., voice: bob, tts: {speed: 1.1}}
        """
    write("parent.yaml", parent)
    child = """
        extends: parent.yaml
        tts: {provider: cartesia}
        agents: {billing: {voice: carol}}
        """
    agents = load_config(write("child.yaml", child), env=KEYS).agents
    assert [agent.speaks_with for agent in agents.values()] == [{}, {"voice": "carol"}]


def test_two_tools_of_one_agent_have_two_names():
    twice = {"tools": ["tests.calls.tools:fail"]}
    config = loaded({"desk": DESK | twice, "billing": BILLING}, **twice)
    with pytest.raises(ConfigError, match=r"agents.desk.tools\[0\]: there are two tools called"):
        build_agents(config, env=KEYS)


def test_the_tools_of_agents_are_imported_to_be_checked():
    config = loaded({"desk": DESK | {"tools": ["tests.calls.tools:nothing"]}})
    with pytest.raises(ConfigError, match=r"agents.desk.tools\[0\]: module .* has no 'nothing'"):
        check_references(config)


def test_what_hands_over_has_its_name_for_itself(write, monkeypatch):
    write("my_hand_off.py", "async def hand_off_to_all():\n    'Hand over.'")
    monkeypatch.setattr(sys, "path", list(sys.path))
    config = loaded({"desk": DESK | {"tools": ["my_hand_off:hand_off_to_all"]}})
    with pytest.raises(
        ConfigError, match="'hand_off_to_all' is the name of a tool that hands over"
    ):
        build_agents(config, env=KEYS)


def test_the_example_of_the_page_is_a_bot(write, monkeypatch):
    [example] = re.findall(r"(?s)```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"))
    write("invoices.py", "async def find_invoice(number: str):\n    'Find an invoice.'")
    monkeypatch.setattr(sys, "path", list(sys.path))
    config = load_config(write("acme.yaml", example), env=KEYS)
    check_references(config)
    check_providers(config, env=KEYS)
    built = build_agents(config, env=KEYS)
    assert config.starts == "desk"
    assert {name: agent.hands_off_to for name, agent in built.items()} == {
        "desk": ("billing", "repairs"),
        "billing": ("desk", "repairs"),
        "repairs": ("desk",),
    }
    voices = [agent.voice.given_fields() for agent in built.values() if agent.voice]
    assert [voice["speed"] for voice in voices] == [1.0, 1.0, 1.1]
    assert len({voice["voice"] for voice in voices}) == 3
