"""Calls to be drawn: one with everything in it and a recording, a hostile one, one of an hour."""

import json
import math
import struct
import wave
from pathlib import Path

from eventlog.reader import LoggedReport, origin_of

BEGIN = 1_790_000_000.0
RATE = 16_000

EVIL = "</script><script>window.evil=1</script><!-- <img src=x onerror=window.evil=1> \u2028\u2029"
RIGHT_TO_LEFT = "\u202e\u0634\u0643\u0631\u0627, \u05e9\u05dc\u05d5\u05dd 123 \u2067abc"
LONG = "word " * 20_000


def state(who, old, new, at):
    return {
        "type": f"{who}_state_changed",
        "old_state": old,
        "new_state": new,
        "created_at": BEGIN + at,
    }


def transcript(text, at, *, final=False):
    return {
        "type": "user_input_transcribed",
        "transcript": text,
        "is_final": final,
        "speaker_id": None,
        "language": "en",
        "created_at": BEGIN + at,
    }


def message(name, role, text, at, *, started, stopped, interrupted=False, **metrics):
    spoken = {"started_speaking_at": BEGIN + started, "stopped_speaking_at": BEGIN + stopped}
    item = {
        "id": name,
        "type": "message",
        "role": role,
        "content": [text],
        "interrupted": interrupted,
        "transcript_confidence": 0.9 if role == "user" else None,
        "extra": {},
        "metrics": spoken | metrics,
        "created_at": BEGIN + at,
        "hash": None,
    }
    return {"type": "conversation_item_added", "item": item, "created_at": BEGIN + at}


def tools(at, *calls):
    """Each call is its name, arguments, output, whether it failed, and when it began."""
    made = [
        {"name": name, "arguments": arguments, "created_at": BEGIN + began}
        for name, arguments, _, _, began in calls
    ]
    outputs = [{"output": output, "is_error": failed} for _, _, output, failed, _ in calls]
    return {
        "type": "function_tools_executed",
        "function_calls": made,
        "function_call_outputs": outputs,
        "created_at": BEGIN + at,
    }


def error(kind, label, at, *, recoverable=True):
    detail = {"type": kind, "timestamp": at, "label": label, "recoverable": recoverable}
    return {"type": "error", "error": detail, "source": label, "created_at": BEGIN + at}


def false_interruption(at, *, resumed):
    return {"type": "agent_false_interruption", "resumed": resumed, "created_at": BEGIN + at}


def close(at):
    return {"type": "close", "error": None, "reason": "user_initiated", "created_at": BEGIN + at}


def report(events, **more):
    return {"job_id": "job", "room_id": "", "room": "demo-room", "events": events} | more


def logged(data, source=Path("report.json")):
    return LoggedReport(data, source, 0, origin_of(data))


def everything():
    """A call of 30 s in which all that a page shows happens once."""
    turn = {"end_of_turn_delay": 0.62, "transcription_delay": 0.4}
    parts = [
        {"name": "transcription", "seconds": 0.4},
        {"name": "endpointing", "seconds": 0.22},
        {"name": "llm", "seconds": 0.5},
        {"name": "tools", "seconds": 0.9},
        {"name": "llm", "seconds": 0.3},
        {"name": "tts", "seconds": 0.25},
        {"name": "playback", "seconds": 0.03},
    ]
    answer = sum(part["seconds"] for part in parts)
    reply = "It rains in Bergen, 9 degrees, and it will go on raining until"
    events = [
        state("agent", "initializing", "listening", 0.1),
        state("agent", "listening", "speaking", 1.0),
        message("a0", "assistant", "Connected and ready.", 2.6, started=1.0, stopped=2.5),
        state("agent", "speaking", "listening", 2.6),
        state("user", "listening", "speaking", 4.0),
        transcript("What is", 4.6),
        transcript("What is the weather", 5.1),
        state("user", "speaking", "listening", 6.2),
        transcript("What is the weather in Bergen?", 6.4, final=True),
        message(
            "u1",
            "user",
            "What is the weather in Bergen?",
            6.62,
            started=4.0,
            stopped=6.0,
            **turn,
        ),
        state("agent", "listening", "thinking", 6.63),
        error("tts_error", "some.TTS", 7.0),
        tools(
            8.0,
            ("get_weather", '{"city": "Bergen"}', "rain, 9", False, 7.1),
            ("get_wind", "{}", "no such station", True, 7.2),
        ),
        state("agent", "thinking", "speaking", 8.6),
        state("user", "listening", "speaking", 10.0),
        state("agent", "speaking", "listening", 10.4),
        state("user", "speaking", "listening", 10.8),
        state("agent", "listening", "speaking", 12.4),
        false_interruption(12.4, resumed=True),
        state("user", "listening", "speaking", 17.0),
        transcript("Thank", 17.5),
        state("agent", "speaking", "listening", 17.6),
        message(
            "a1",
            "assistant",
            reply,
            17.7,
            started=6.0 + answer,
            stopped=17.6,
            interrupted=True,
            e2e_latency=answer,
            llm_node_ttft=0.5,
            tts_node_ttfb=0.25,
        ),
        transcript("Thank you.", 18.4, final=True),
        state("user", "speaking", "listening", 18.2),
        message("u2", "user", "Thank you.", 18.7, started=17.0, stopped=18.0, **turn),
        state("agent", "listening", "thinking", 18.7),
        state("agent", "thinking", "speaking", 19.4),
        message(
            "a2",
            "assistant",
            "You are welcome.",
            21.0,
            started=19.4,
            stopped=20.9,
            e2e_latency=1.4,
            llm_node_ttft=0.45,
            tts_node_ttfb=0.3,
        ),
        state("agent", "speaking", "listening", 21.0),
        state("user", "listening", "away", 27.0),
        close(30.0),
    ]
    ours = {
        "schema": 1,
        "turns": [
            {
                "user_item": "u1",
                "assistant_item": "a1",
                "e2e_latency": answer,
                "parts": parts,
                "providers": {"stt": "deepgram", "llm": "openai", "tts": "cartesia"},
            }
        ],
        "providers": {
            "stt": {"provider": "deepgram", "service": "s", "model": "nova-3"},
            "llm": {"provider": "openai", "service": "s", "model": "gpt-4.1"},
            "tts": {"provider": "elevenlabs", "service": "s", "fallback": ["cartesia"]},
        },
        "switches": [
            {
                "at": BEGIN + 7.05,
                "slot": "tts",
                "provider": "cartesia",
                "previous": "elevenlabs",
                "reason": "connection refused",
            }
        ],
        "failures": [
            {
                "at": BEGIN + 7.0,
                "source": "tts",
                "provider": "elevenlabs",
                "category": "connection",
                "message": "connection refused",
            }
        ],
        "recorder": {"signals": 120, "losses": {"journal": 2}},
        "config": {"name": "default"},
        "close_detail": {"who": "caller", "what": "hung up"},
    }
    options = {"min_endpointing_delay": 0.2, "max_tool_steps": 3, "user_away_timeout": 15.0}
    return report(events, options=options, parley=ours)


def with_recording(folder: Path) -> Path:
    """A report with everything in it, and beside it its recording; returns the report's path."""
    data = everything() | {
        "audio_recording_path": str(folder / "audio.wav"),
        "audio_recording_started_at": BEGIN + 0.5,
    }
    write_tones(
        folder / "audio.wav", seconds=29.5, user=[(3.5, 5.5)], bot=[(0.5, 2.0), (8.1, 17.1)]
    )
    path = folder / "report.json"
    path.write_text(json.dumps(data))
    return path


def write_tones(path: Path, *, seconds, user, bot):
    """A stereo recording in which each side is a tone in some stretches of time."""
    frames = bytearray()
    for number in range(round(seconds * RATE)):
        at = number / RATE
        for pitch, stretches in ((300, user), (200, bot)):
            loud = any(begin <= at < end for begin, end in stretches)
            swell = abs(math.sin(at * 7))
            wanted = math.sin(at * pitch * math.tau) * swell if loud else 0.0
            frames += struct.pack("<h", round(wanted * 16_000))
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(frames))


def hostile():
    """A report in which every text and many a number means harm."""
    texts = [EVIL, RIGHT_TO_LEFT, LONG, "\ud800 half a pair", "\0\x1b[2J"]
    events = [state("agent", EVIL, EVIL, 0.0)]
    for number, text in enumerate(texts):
        at = 2.0 * number + 1
        events += [
            transcript(text, at),
            transcript(text, at + 0.3, final=True),
            message(f"u{number}", "user", text, at + 0.5, started=at - 0.5, stopped=at),
            tools(at + 0.6, (text, text, text, True, at + 0.5)),
            error(text, text, at + 0.7),
            message(
                f"a{number}",
                "assistant",
                text,
                at + 1.5,
                started=at + 1.0,
                stopped=at + 1.4,
                interrupted=True,
                e2e_latency=1.0,
                llm_node_ttft=99.0,
                tts_node_ttfb=-4.0,
            ),
        ]
    events += [
        {"type": EVIL, "created_at": BEGIN + 12},
        message("x", "user", "from the year 0", 12.5, started=-BEGIN, stopped=-BEGIN),
        message("y", "assistant", "for ever", 13, started=12.9, stopped=1e300, e2e_latency=1e300),
        {"type": "error", "error": 7, "created_at": BEGIN + 13},
        {"type": "function_tools_executed", "function_calls": 3, "created_at": BEGIN + 13},
        close(14.0),
    ]
    ours = {
        "schema": 1,
        "providers": {EVIL: {"provider": EVIL, "model": LONG}},
        "turns": [7, {"assistant_item": "a0", "parts": [{"name": EVIL, "seconds": 0.5}, 3]}],
        "switches": [EVIL, {"at": "never", "slot": EVIL}],
        "failures": [{"at": 1e300, "message": LONG}],
        "recorder": {"losses": {EVIL: EVIL}},
        "versions": {EVIL: [EVIL]},
    }
    return report(
        events,
        room=EVIL,
        job_id=RIGHT_TO_LEFT,
        agent_name=LONG,
        tags=[EVIL, 3],
        options={"max_tool_steps": EVIL},
        audio_recording_path="/etc/passwd",
        audio_recording_started_at=BEGIN,
        parley=ours,
    )


def an_hour(turns=333):
    """A call of an hour with 5,000 events: fifteen in each turn."""
    events = [state("agent", "initializing", "listening", 0)]
    for turn in range(turns):
        at = turn * 10.8
        text = f"This is what the user says in turn {turn}"
        words = text.split()
        reply = f"And this is the answer number {turn}, " + "which takes a while to say " * 3
        events += [
            state("user", "listening", "speaking", at + 1),
            *[transcript(" ".join(words[: 2 * n]), at + 1 + n / 2) for n in range(1, 5)],
            state("user", "speaking", "listening", at + 3.6),
            transcript(text, at + 3.8, final=True),
            message(
                f"u{turn}",
                "user",
                text,
                at + 4,
                started=at + 1,
                stopped=at + 3.4,
                transcription_delay=0.4,
                end_of_turn_delay=0.6,
            ),
            state("agent", "listening", "thinking", at + 4),
            *([error("llm_error", "some.LLM", at + 4.1)] if turn % 40 == 7 else []),
            tools(at + 4.5, ("look_up", "{}", "found", False, at + 4.2)),
            state("agent", "thinking", "speaking", at + 5 + turn % 7 / 10),
            state("user", "listening", "away", at + 6),
            state("user", "away", "listening", at + 7),
            message(
                f"a{turn}",
                "assistant",
                reply,
                at + 10,
                started=at + 5 + turn % 7 / 10,
                stopped=at + 9.9,
                interrupted=turn % 11 == 3,
                e2e_latency=1.6 + turn % 7 / 10,
                llm_node_ttft=0.6,
                tts_node_ttfb=0.3,
            ),
            state("agent", "speaking", "listening", at + 10),
        ]
    events.append(close(turns * 10.8))
    return report(events)
