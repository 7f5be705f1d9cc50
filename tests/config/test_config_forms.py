"""Three services in a row or one realtime model: which of the two a configuration is."""

import pytest

from bot.config import ConfigError, load_config
from bot.providers.check import check_config
from tests.config.conftest import complaint

GREETING = {"greeting": {"generate": "Greet the caller."}}


def realtime(**more):
    return {"realtime": {"provider": "openai-realtime"}, "agent": GREETING, **more}


def test_a_realtime_model_takes_the_place_of_the_three_services():
    config = load_config(realtime(), env={})
    assert (config.stt, config.llm, config.tts) == (None, None, None)
    assert list(config.services) == ["realtime"]
    assert config.services["realtime"].key == "realtime"
    check_config(config, env={"OPENAI_API_KEY": "dummy"})


def test_what_is_shown_of_it_can_be_loaded_and_promises_nothing_else():
    shown = load_config(realtime(), env={}).redacted()
    assert {"stt", "llm", "tts"}.isdisjoint(shown)
    assert set(shown["turn"]) == {"max_tool_steps", "user_away_timeout"}
    assert load_config(shown, env={}).redacted() == shown


def test_what_is_shown_of_three_services_has_no_realtime_model():
    assert "realtime" not in load_config("default", env={}).redacted()


@pytest.mark.parametrize("slot", ["stt", "llm", "tts"])
def test_none_of_the_three_may_stand_beside_it(slot):
    said = complaint(realtime(**{slot: {"provider": "openai"}}))
    assert said == (
        f"config: {slot}: cannot stand beside 'realtime', which hears, thinks and speaks in one; "
        f"leave out either '{slot}' or 'realtime'"
    )


def test_the_form_of_a_file_wins_over_that_of_the_file_it_extends(tmp_path):
    child = tmp_path / "mine.yaml"
    child.write_text(
        "extends: default\n"
        "agent: {greeting: {generate: Greet the caller.}}\n"
        "realtime: {provider: openai-realtime}\n"
    )
    assert list(load_config(child, env={}).services) == ["realtime"]
    back = tmp_path / "back.yaml"
    back.write_text(
        "extends: mine.yaml\n"
        "stt: {provider: deepgram}\nllm: {provider: openai}\ntts: {provider: elevenlabs}\n"
    )
    assert list(load_config(back, env={}).services) == ["stt", "llm", "tts"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"turn": {"min_interruption_words": 2}},
            "config: turn.min_interruption_words: has no effect with a realtime model, which "
            "decides by itself whose turn it is; leave it out; what stays: max_tool_steps, "
            "user_away_timeout",
        ),
        (
            {"hooks": {"on_user_turn_completed": "mine:hook"}},
            "config: hooks.on_user_turn_completed: cannot be called with a realtime model, which "
            "answers before the words are known; leave it out",
        ),
        (
            {"log": {"llm": True}},
            "config: log.llm: keeps nothing of a realtime model, which answers without being sent "
            "requests; leave it out",
        ),
        (
            {"agent": {"greeting": "Hello."}},
            "config: agent.greeting.say: cannot be said word for word by a realtime model; tell it "
            "what to say: 'generate'",
        ),
        (
            {"agent": {}},
            "config: agent.greeting: is missing: a realtime model is given its tools with its "
            "first words; add 'greeting: {generate: Greet the caller.}'",
        ),
        (
            {"realtime": {"provider": "openai-realtime", "fallback": ["xai-realtime"]}},
            "config: realtime.fallback: unknown key; options of the service go under "
            "'realtime.settings' or 'realtime.args'",
        ),
        (
            {"realtime": {"provider": "opnai-realtime"}},
            "config: realtime.provider: unknown realtime provider 'opnai-realtime'; did you mean "
            "'openai-realtime'?",
        ),
    ],
    ids=["turn", "hook", "requests", "say", "greeting", "fallback", "name"],
)
def test_what_it_cannot_hold_is_refused_by_file_and_key(more, said):
    assert complaint(realtime(**more)) == said


def test_the_options_that_hold_are_in_the_report_and_the_others_as_they_are_in_force():
    turn = load_config(realtime(turn={"max_tool_steps": 2}), env={}).turn
    options = turn.report_options(realtime=True)
    assert list(options) == list(turn.report_options())
    assert options["max_tool_steps"] == 2
    assert options["min_interruption_duration"] == options["min_endpointing_delay"] == 0.0
    assert options["preemptive_generation"] is False


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            {"realtime": {"provider": "pipecat.services.openai.llm:OpenAILLMService"}},
            "is no realtime model, but an LLM; name it under 'llm', with an 'stt' and a 'tts'",
        ),
        (
            {
                "stt": {"provider": "deepgram"},
                "tts": {"provider": "elevenlabs"},
                "llm": {
                    "provider": "pipecat.services.openai.realtime.llm:OpenAIRealtimeLLMService"
                },
            },
            "is a realtime model, not an LLM; name it under 'realtime', in the place of 'stt', "
            "'llm' and 'tts'",
        ),
    ],
    ids=["an-llm", "a-realtime-model"],
)
def test_neither_kind_may_stand_in_the_place_of_the_other(section, said):
    config = load_config({"agent": GREETING, **section}, env={})
    with pytest.raises(ConfigError) as caught:
        check_config(config, env={})
    assert said in str(caught.value)


def test_a_key_that_is_not_set_is_told_by_its_variable():
    with pytest.raises(ConfigError) as caught:
        check_config(load_config(realtime(), env={}), env={})
    assert "realtime.args.api_key: the environment variable OPENAI_API_KEY is not set" in str(
        caught.value
    )
