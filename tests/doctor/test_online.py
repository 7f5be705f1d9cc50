"""The real SDKs of the vendors against loopback: what each answer is told as."""

import socket
from collections.abc import Mapping
from typing import Any

import pytest

from bot.config import load_config
from bot.doctor.findings import Finding, Status
from bot.doctor.online.ask import ask_online
from tests.doctor.vendors import Vendors

# For the tests in which everybody answers: a slow machine must not look like a dead network.
PATIENCE = 30.0
WRONG = "wrong-key-that-nobody-may-see"
KEYS = {
    "stt deepgram": "DEEPGRAM_API_KEY",
    "llm openai": "OPENAI_API_KEY",
    "tts elevenlabs": "ELEVENLABS_API_KEY",
    "Daily's rooms": "DAILY_API_KEY",
}


async def asked(
    vendors: Vendors,
    changes: Mapping[str, Any] | None = None,
    *,
    seconds: float = PATIENCE,
    broken: tuple[str, ...] = (),
    **env: str,
) -> list[Finding]:
    """Everything that is found, after making sure that no key is in it."""
    everything = {**vendors.env, **env}
    config = load_config({"extends": "default", **(changes or {})}, env=everything)
    found: list[Finding] = []
    await ask_online(config, everything, broken=broken, seconds=seconds, tell=found.append)
    told = "\n".join(f"{finding.message} {finding.remedy}" for finding in found)
    keys = [value for name, value in everything.items() if name.endswith("_KEY") and value]
    assert [key for key in keys if key in told] == []
    return found


def lines(found: list[Finding], who: str) -> list[tuple[str, str, str]]:
    """Status, message and remedy of what was found about one service."""
    about = [finding for finding in found if finding.message.startswith(who)]
    return [
        (finding.status.value, finding.message.removeprefix(f"{who}: "), finding.remedy)
        for finding in about
    ]


async def test_keys_models_and_voices_that_are_right_are_told_as_such(vendors: Vendors):
    found = await asked(vendors)
    assert {finding.status for finding in found} == {Status.OK}
    assert lines(found, "stt deepgram") == [
        ("ok", "Deepgram accepts the key", ""),
        ("ok", "model nova-3-general exists", ""),
    ]
    assert lines(found, "llm openai")[1:] == [("ok", "model gpt-4.1-mini exists", "")]
    assert lines(found, "tts elevenlabs") == [
        ("ok", "ElevenLabs accepts the key", ""),
        ("ok", "model eleven_flash_v2_5 exists", ""),
        ("ok", "voice JBFqnCBsd6RMkjVDRZzb exists", ""),
    ]
    assert lines(found, "Daily's rooms") == [("ok", "Daily accepts the key", "")]


@pytest.mark.parametrize(("who", "variable"), KEYS.items())
async def test_a_wrong_key_is_told_by_its_variable_and_the_others_are_asked_all_the_same(
    vendors: Vendors, who: str, variable: str
):
    found = await asked(vendors, **{variable: WRONG})
    [(status, message, remedy)] = lines(found, who)
    assert status == "failed"
    assert "refuses the key (401)" in message
    assert remedy == f"set {variable} to a key that works"
    others = [finding for finding in found if not finding.message.startswith(who)]
    assert len({finding.message.partition(":")[0] for finding in others}) == 3
    assert {finding.status for finding in others} == {Status.OK}


@pytest.mark.parametrize(
    ("who", "slot", "model", "near"),
    [
        ("stt deepgram", "stt", "nova-3-genral", "nova-3-general"),
        ("llm openai", "llm", "gpt-4.1-mnii", "gpt-4.1-mini"),
        ("tts elevenlabs", "tts", "eleven_flash_v2.5", "eleven_flash_v2_5"),
    ],
)
async def test_a_model_that_does_not_exist_is_told_with_the_one_that_was_meant(
    vendors: Vendors, who: str, slot: str, model: str, near: str
):
    found = await asked(vendors, {slot: {"settings": {"model": model}}})
    [line] = [line for line in lines(found, who) if line[0] == "failed"]
    assert line[1].endswith(f"has no model '{model}'")
    assert line[2] == f"did you mean '{near}'?"


async def test_a_model_that_resembles_none_is_told_without_a_guess(vendors: Vendors):
    found = await asked(vendors, {"llm": {"settings": {"model": "zzzz"}}})
    assert (
        "failed",
        "the server has no model 'zzzz'",
        "look it up among those of the server",
    ) in lines(found, "llm openai")


async def test_short_names_and_own_models_of_deepgram_exist(vendors: Vendors):
    for model in ("nova-2", "our-clinic", "c1"):
        found = await asked(vendors, {"stt": {"settings": {"model": model}}})
        assert lines(found, "stt deepgram")[-1] == ("ok", f"model {model} exists", "")


@pytest.mark.parametrize(
    ("voice", "hint"),
    [
        ("JBFqnCBsd6RMkjVDRZzc", "did you mean 'JBFqnCBsd6RMkjVDRZzb'?"),
        ("George", "voices go by their ids: that of George is 'JBFqnCBsd6RMkjVDRZzb'"),
        ("no-such-voice-at-all", "look it up among those of ElevenLabs"),
    ],
)
async def test_a_voice_that_does_not_exist_is_told_with_the_id_that_was_meant(
    vendors: Vendors, voice: str, hint: str
):
    found = await asked(vendors, ELEVENLABS_VOICE_ID=voice)
    said = ("failed", f"ElevenLabs has no voice '{voice}'", hint)
    assert lines(found, "tts elevenlabs")[-1] == said


async def test_a_voice_of_deepgram_is_looked_for_among_its_voices(vendors: Vendors):
    for voice, status in (("aura-2-thalia-en", "ok"), ("aura-2-thalai-en", "failed")):
        found = await asked(
            vendors,
            {
                "tts": {
                    "provider": "deepgram",
                    "settings": {"voice": voice},
                    "args": {"base_url": vendors.env["DEEPGRAM_URL"]},
                }
            },
        )
        assert lines(found, "tts deepgram")[-1][0] == status


@pytest.mark.parametrize(
    ("variable", "who", "address"),
    [
        ("DEEPGRAM_URL", "stt deepgram", "ws://{}"),
        ("OPENAI_BASE_URL", "llm openai", "http://{}/v1"),
        ("ELEVENLABS_URL", "tts elevenlabs", "ws://{}"),
        ("DAILY_API_URL", "Daily's rooms", "http://{}/v1"),
    ],
)
async def test_a_server_that_is_not_there_is_told_as_refusing_connections(
    vendors: Vendors, variable: str, who: str, address: str
):
    with socket.socket() as taken:  # bound, so that nobody else takes it, but not listening
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        found = await asked(vendors, **{variable: address.format(host)})
    [(status, message, remedy)] = lines(found, who)
    assert status == "failed"
    assert message.endswith(f"at {host} refuses connections")
    assert remedy == "look at the base URL, and start that server"
    assert sum(finding.status is Status.FAILED for finding in found) == 1


async def test_a_server_that_never_answers_is_given_up_and_told_so(vendors: Vendors):
    for vendor in vendors.all:
        vendor.trouble = 0
    found = await asked(vendors, seconds=0.3)
    assert len(found) == 4
    for finding in found:
        assert finding.status is Status.FAILED
        assert "did not answer within 0.3 s" in finding.message


async def test_too_many_requests_are_no_wrong_key(vendors: Vendors):
    for vendor in vendors.all:
        vendor.trouble = 429
    found = await asked(vendors)
    assert len(found) == 4
    for finding in found:
        assert finding.status is Status.WARNING
        assert "too many requests (429)" in finding.message
    assert [len(vendor.requests) for vendor in vendors.all] == [1, 1, 1, 1]


async def test_a_forbidden_account_is_told_in_the_vendors_words_without_the_key(vendors: Vendors):
    vendors.openai.trouble = 403
    found = await asked(vendors)
    [(status, message, _)] = lines(found, "llm openai")
    assert status == "failed"
    assert "(403)" in message
    assert "territory not supported" in message


@pytest.mark.parametrize("status", [500, 503])
async def test_trouble_of_the_vendor_is_told_as_its_own(vendors: Vendors, status: int):
    vendors.elevenlabs.trouble = status
    [(_, message, _)] = lines(await asked(vendors), "tts elevenlabs")
    assert message.endswith(f"has trouble of its own ({status})")


async def test_a_key_of_limited_rights_is_only_warned_about(vendors: Vendors):
    """It may well do for a call, and the other questions are asked all the same."""
    limited = {"detail": {"status": "missing_permissions", "message": "missing user_read"}}
    vendors.elevenlabs.trouble = 401
    vendors.elevenlabs.bodies[401] = limited
    vendors.deepgram.trouble = 403
    vendors.openai.trouble = 403
    vendors.openai.bodies[403] = {"error": {"message": "Missing scopes: api.model.read"}}
    found = await asked(vendors)
    stt, llm, tts = (lines(found, who) for who in list(KEYS)[:3])
    assert [(line[0], line[1].rpartition("let it read ")[2]) for line in [*stt, *llm, *tts]] == [
        ("warning", "its projects"),
        ("warning", "its models"),
        ("warning", "its models"),
        ("warning", "its user"),
        ("warning", "its models"),
        ("warning", "its voices"),
    ]


async def test_an_answer_in_another_tongue_is_told_as_such(vendors: Vendors):
    # ElevenLabs is asked at Daily's address.
    found = await asked(vendors, ELEVENLABS_URL=vendors.env["DAILY_API_URL"])
    [(status, _, remedy)] = lines(found, "tts elevenlabs")
    assert status == "failed"
    assert remedy


async def test_any_server_that_speaks_openais_interface_is_asked(vendors: Vendors):
    groq = {"provider": "groq", "args": {"base_url": f"{vendors.openai.url}/v1"}}
    for model, status in (("gpt-4o", "ok"), ("gpt-4oo", "failed")):
        llm = {**groq, "settings": {"model": model}}
        found = await asked(vendors, {"llm": llm}, GROQ_API_KEY=vendors.openai.key)
        assert lines(found, "llm groq")[-1][0] == status
    [(_, _, remedy)] = lines(await asked(vendors, {"llm": llm}, GROQ_API_KEY=WRONG), "llm groq")
    assert remedy == "set GROQ_API_KEY to a key that works"


async def test_of_flux_the_key_is_asked_for_and_an_unlisted_model_is_no_failure(vendors: Vendors):
    url = f"{vendors.env['DEEPGRAM_URL']}/v2/listen"
    flux = {"provider": "deepgram-flux", "args": {"url": url}, "settings": {"model": "flux-x"}}
    found = await asked(vendors, {"stt": flux})
    assert lines(found, "stt deepgram-flux") == [
        ("ok", "Deepgram accepts the key", ""),
        ("warning", "Deepgram does not list the model flux-x, which may exist", ""),
    ]
    [(status, _, remedy)] = lines(
        await asked(vendors, {"stt": flux}, DEEPGRAM_API_KEY=WRONG), "stt deepgram-flux"
    )
    assert (status, remedy) == ("failed", "set DEEPGRAM_API_KEY to a key that works")


@pytest.mark.parametrize(
    ("model", "last"),
    [
        ("gpt-4o", ("ok", "model gpt-4o exists", "")),
        ("gpt-4oo", ("failed", "OpenAI has no model 'gpt-4oo'", "did you mean 'gpt-4o'?")),
    ],
)
async def test_a_realtime_model_of_openai_is_asked_for_over_rest(
    vendors: Vendors, model: str, last: tuple[str, str, str]
):
    everything = dict(vendors.env)
    address = vendors.openai.url.replace("http://", "ws://")
    config = load_config(
        {
            "realtime": {
                "provider": "openai-realtime",
                "settings": {"model": model},
                "args": {"base_url": f"{address}/v1/realtime"},
            },
            "agent": {"greeting": {"generate": "Greet the caller."}},
        },
        env=everything,
    )
    found: list[Finding] = []
    await ask_online(config, everything, broken=(), seconds=PATIENCE, tell=found.append)
    assert lines(found, "realtime openai-realtime") == [
        ("ok", "OpenAI accepts the key", ""),
        last,
    ]


async def test_a_provider_that_nobody_can_ask_is_told_honestly(vendors: Vendors):
    cartesia = {"provider": "cartesia", "settings": {"voice": "v"}}
    found = await asked(vendors, {"tts": cartesia}, CARTESIA_API_KEY="cartesia-key")
    assert lines(found, "tts cartesia") == [
        ("warning", "there is no online check for this provider", "")
    ]


async def test_a_service_that_cannot_be_built_is_not_asked_for(vendors: Vendors):
    found = await asked(vendors, broken=("stt",))
    assert lines(found, "stt deepgram")[0][0] == "warning"
    assert vendors.deepgram.requests == []


async def test_without_a_key_for_daily_nobody_is_asked(vendors: Vendors):
    found = await asked(vendors, DAILY_API_KEY="")
    assert "DAILY_API_KEY is not set" in lines(found, "Daily")[0][1]
    assert vendors.daily.requests == []


async def test_a_host_whose_name_is_unknown_is_told_as_no_network(vendors: Vendors):
    found = await asked(vendors, DEEPGRAM_URL="wss://deepgram.invalid")
    [(status, message, _)] = lines(found, "stt deepgram")
    assert status == "failed"
    assert "Deepgram at deepgram.invalid cannot be looked up" in message
