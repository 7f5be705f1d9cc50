"""What Pipecat's classes do, read off them: checked on those whose ways are documented."""

import pytest

from bot.config.catalogue import entries, find
from bot.config.entry import Entry
from bot.listing.abilities import Abilities, abilities


def of(slot, name):
    entry = find(slot, name)
    assert entry is not None
    return abilities(slot, entry)


@pytest.mark.parametrize(
    "name", ["elevenlabs", "cartesia", "rime", "inworld", "azure", "hume", "soniox", "gradium"]
)
def test_voices_that_time_their_words_are_known(name):
    assert of("tts", name).word_times is True


def test_the_embedded_voice_times_its_words():
    assert of("tts", "piper-embedded").word_times is True


@pytest.mark.parametrize("name", ["openai", "deepgram", "deepgram-flux", "kokoro", "piper", "groq"])
def test_voices_that_do_not_are_known_too(name):
    assert of("tts", name).word_times is False


@pytest.mark.parametrize("name", ["deepgram", "cartesia", "azure", "google", "speechmatics"])
def test_streaming_recognisers_send_interim_transcripts(name):
    assert of("stt", name).interims is True


@pytest.mark.parametrize("name", ["whisper", "openai", "groq", "fal", "elevenlabs", "moonshine"])
def test_recognisers_of_whole_segments_send_none(name):
    assert of("stt", name).interims is False


def test_moonshines_own_streaming_sends_interim_transcripts():
    assert of("stt", "moonshine-streaming") == Abilities(None, True, "no", False)


@pytest.mark.parametrize(
    ("name", "turns", "eager"),
    [
        ("deepgram-flux", "always", True),
        ("deepgram-flux-sagemaker", "always", True),
        ("cartesia-turns", "always", True),
        ("assemblyai", "option", False),
        ("gladia", "option", False),
        ("soniox", "option", False),
        ("deepgram", "no", False),
        ("cartesia", "no", False),
        ("elevenlabs-realtime", "no", False),
        ("whisper", "no", False),
    ],
)
def test_who_finds_the_turns_of_the_user_is_known(name, turns, eager):
    able = of("stt", name)
    assert (able.turns, able.eager_turns) == (turns, eager)


def test_no_listed_voice_or_recogniser_is_a_riddle():
    for entry in entries("stt"):
        able = abilities("stt", entry)
        assert able.interims is not None, entry.name
        assert able.turns != "unknown", entry.name
    for entry in entries("tts"):
        assert abilities("tts", entry).word_times is not None, entry.name


def test_a_class_that_cannot_be_found_is_unknown():
    entry = Entry("x", "pipecat.services.nowhere.tts", "X", "pipecat-ai[x]")
    assert abilities("tts", entry) == Abilities()
