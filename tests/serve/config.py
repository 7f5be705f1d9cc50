"""A configuration whose providers follow a script."""

import json
from pathlib import Path

SCRIPTED = {
    "agent": {"name": "assistant", "greeting": "Connected and ready."},
    "vad": {
        "provider": "tests.scripted.vad:EnergyVAD",
        "args": {"start_secs": 0.05, "stop_secs": 0.5},
    },
    "stt": {
        "provider": "tests.scripted.stt:ScriptedSTT",
        "args": {"utterances": [{"text": "Hello how are you today", "final_after": 0.2}]},
    },
    "llm": {
        "provider": "tests.scripted.llm:ScriptedLLM",
        "args": {"answers": [{"input": "Hello how are you today", "content": "I am fine."}]},
    },
    "tts": {"provider": "tests.scripted.tts:ScriptedTTS", "args": {"duration": 0.5}},
    "turn": {"detector": "none"},
}


def scripted(folder: Path) -> dict[str, object]:
    """The configuration, its logs in `folder`."""
    return {**SCRIPTED, "log": {"directory": str(folder / "sessions")}}


def scripted_file(folder: Path) -> Path:
    """The same as a file (JSON is YAML)."""
    path = folder / "scripted.yaml"
    path.write_text(json.dumps(SCRIPTED), encoding="utf-8")
    return path
