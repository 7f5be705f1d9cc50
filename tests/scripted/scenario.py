"""The scenarios that were played to LiveKit, ready to be played to us."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.memory import FarEnd, Utterance
from tests.scripted.speech import speech

_FOLDER = Path(__file__).parent.parent / "fixtures" / "livekit"
SCENARIOS = _FOLDER / "scenarios.json"
FURTHER = _FOLDER / "further_scenarios.json"
# The scripted STT tells two stretches of speech apart by the silence between them.
_GAP = 0.06


@dataclass(frozen=True)
class Scenario:
    """One call: what the providers answer, what the caller does, and which options hold.

    Attributes:
        name: Its name, which is also the file name of LiveKit's report.
        providers: For `vad`, `stt`, `llm` and `tts` a config's mapping of `provider` and `args`.
        options: The session's options, LiveKit's names, the defaults included.
        greeting: What the bot says at the start, if anything.
        user_speech: Start and end of the caller's speech, in seconds from the start.
        length: Length of the call in seconds.
        api: What the application does meanwhile: mappings of `at`, `call` and its arguments.
        raw: The entry as it stands in the file, with its note on tools.
    """

    name: str
    providers: Mapping[str, Mapping[str, Any]]
    options: Mapping[str, Any]
    greeting: str | None
    user_speech: tuple[tuple[float, float], ...]
    length: float
    api: tuple[Mapping[str, Any], ...]
    raw: Mapping[str, Any]

    def speak(self, far_end: FarEnd) -> list[Utterance]:
        """Queue all of the caller's speech, each at its second after the join."""
        return [
            far_end.speak_at(start, speech(end - start), 16000) for start, end in self.user_speech
        ]

    async def play(self, far_end: FarEnd) -> list[Utterance]:
        """Join, speak, stay for the length of the call, leave; or end with the bot's hanging up."""
        utterances = self.speak(far_end)
        await far_end.join()
        await far_end.connected()
        hung_up = asyncio.create_task(far_end.hung_up())
        await asyncio.wait({hung_up}, timeout=self.length)
        hung_up.cancel()
        await far_end.leave()
        return utterances


def load(name: str, path: Path | None = None) -> Scenario:
    """Read one scenario, from the file that has it.

    Raises:
        KeyError: If there is none of this name.
    """
    if path is None:
        path = SCENARIOS if name in names(SCENARIOS) else FURTHER
    document = json.loads(path.read_text(encoding="utf-8"))
    entry = document["scenarios"][name]
    speech = _apart(entry["user_speech"])
    return Scenario(
        name=name,
        providers=_providers(entry, speech),
        options={**document["setup"]["defaults"], **entry["options"]},
        greeting=entry["greeting"],
        user_speech=tuple((said["start"], said["end"]) for said in speech),
        length=entry["length"],
        api=tuple(entry["api"]),
        raw=entry,
    )


def names(path: Path = SCENARIOS) -> list[str]:
    """The names of all scenarios, in the file's order."""
    return list(json.loads(path.read_text(encoding="utf-8"))["scenarios"])


def _apart(speech: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The stretches of speech with a little silence between those that touch."""
    starts = [said["start"] for said in speech] + [float("inf")]
    return [
        {**said, "end": min(said["end"], following - _GAP)}
        for said, following in zip(speech, starts[1:], strict=True)
    ]


def _providers(
    entry: Mapping[str, Any], speech: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    utterances = [_utterance(said) for said in speech]
    answers = [
        {key: value for key, value in answer.items() if key != "retryable"}
        for answer in entry["llm"]
    ]
    return {
        "vad": {
            "provider": "tests.scripted.vad:EnergyVAD",
            "args": {"start_secs": 0.05, "stop_secs": 0.5},
        },
        "stt": {
            "provider": "tests.scripted.stt:ScriptedSTT",
            "args": {"utterances": utterances, "send_language": False},
        },
        "llm": {"provider": "tests.scripted.llm:ScriptedLLM", "args": {"answers": answers}},
        "tts": {"provider": "tests.scripted.tts:ScriptedTTS", "args": {"voices": entry["tts"]}},
    }


def _utterance(said: Mapping[str, Any]) -> dict[str, Any]:
    """LiveKit's scripted transcription: an interim of the first two words, then the whole."""
    utterance: dict[str, Any] = {"text": ""}
    if said["text"] and said["interim_at"] is not None:
        interim = " ".join(said["text"].split()[:2])
        utterance["interims"] = [{"text": interim, **_moment(said, said["interim_at"])}]
    # A final transcript that comes while the user still speaks is beyond the scripted STT.
    if said["final_at"] is not None and said["final_at"] >= said["end"]:
        utterance["text"] = said["text"]
        utterance["final_after"] = round(said["final_at"] - said["end"], 3)
    return utterance


def _moment(said: Mapping[str, Any], at: float) -> dict[str, float]:
    if at >= said["end"]:
        return {"after": round(at - said["end"], 3)}
    return {"after_start": round(at - said["start"], 3)}
