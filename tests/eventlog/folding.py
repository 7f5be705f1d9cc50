"""Calls written as signals: what the tests of the recorder are made of.

Times are seconds from `T0`, multiples of an eighth where a test compares exact numbers: those are
exact in binary, so differences of them are, too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from eventlog import report as reports
from eventlog.checker import check
from eventlog.header import CallHeader, Provider
from eventlog.journal import JournalLine
from eventlog.reader import LoggedReport, Origin, origin_of
from eventlog.recorder import Recorder
from eventlog.signals import (
    AssistantText,
    CallStarted,
    Closed,
    CloseReason,
    FalseInterruption,
    Interrupted,
    InterruptionSettled,
    LLMAnswered,
    LLMFirstToken,
    ParticipantJoined,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    PlaybackStopped,
    ReplyRequested,
    SayRequested,
    Signal,
    ToolCall,
    ToolCancelled,
    ToolFinished,
    ToolsRequested,
    ToolStarted,
    Transcribed,
    TTSFirstAudio,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTurnCompleted,
    UserTurnEnded,
)

T0 = 1_770_536_864.0

OPTIONS = {
    "allow_interruptions": True,
    "discard_audio_if_uninterruptible": True,
    "min_interruption_duration": 0.5,
    "min_interruption_words": 0,
    "min_endpointing_delay": 0.5,
    "max_endpointing_delay": 3.0,
    "max_tool_steps": 3,
    "user_away_timeout": 15.0,
    "min_consecutive_speech_delay": 0.0,
    "preemptive_generation": False,
}


def header(**fields: Any) -> CallHeader:
    """The header of a call without anything special."""
    known: dict[str, Any] = {
        "session": "s1",
        "job_id": "s1",
        "room": "room",
        "seed": "seed",
        "agent_name": "assistant",
        "options": OPTIONS,
        "config_name": "local",
        "versions": {"parley": "0.1.0"},
        "providers": {"stt": Provider(provider="scripted", service="S")},
        "created_at": T0 - 1,
    }
    return CallHeader(**(known | fields))


class Script:
    """Writes the signals of a call; the methods are the moments that most calls have."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []

    def add(self, kind: type[Signal], at: float, **fields: Any) -> Script:
        """One signal `at` seconds into the call; other times count from there, too."""
        for name in ("onset", "end", "silent_at"):
            if name in fields:
                fields[name] += T0
        self.signals.append(kind(at=T0 + at, **fields))
        return self

    def start(self, at: float = 0.0) -> Script:
        """The pipeline runs and somebody is there."""
        return self.add(CallStarted, at).add(ParticipantJoined, at)

    def speaks(self, onset: float, end: float, *, hold: float = 0.25) -> Script:
        """The user makes a sound; the VAD needs `hold` to be sure of its start and its end."""
        self.add(UserSpeechStarted, onset + hold, onset=onset)
        return self.add(UserSpeechStopped, end + hold, end=end)

    def hears(self, at: float, text: str, *, final: bool = True, **fields: Any) -> Script:
        """The STT gives words."""
        return self.add(Transcribed, at, text=text, final=final, **fields)

    def turn_ends(self, at: float, text: str, *, hook: float = 0.0, **fields: Any) -> Script:
        """The end of turn is declared and its hook runs."""
        self.add(UserTurnEnded, at, text=text)
        return self.add(UserTurnCompleted, at + hook, hook=hook, **fields)

    def user_turn(self, onset: float, text: str, *, lasts: float = 1.0) -> Script:
        """A whole turn: words 0.375 s after the speech, its end 0.5 s after it."""
        end = onset + lasts
        self.speaks(onset, end).hears(end + 0.375, text, confidence=0.5)
        return self.turn_ends(end + 0.5, text)

    def asks(self, at: float, *, token: float = 0.25, continues: bool = False) -> Script:
        """The LLM is asked and begins to answer `token` seconds later."""
        self.add(ReplyRequested, at, continues=continues)
        return self.add(LLMFirstToken, at + token)

    def answers(self, at: float, text: str = "") -> Script:
        """The LLM's answer is complete."""
        return self.add(LLMAnswered, at, characters=len(text))

    def plays(self, start: float, stop: float, text: str, *, first: float = 0.125) -> Script:
        """An utterance is heard from `start` to `stop`; the TTS had audio `first` before."""
        self.add(TTSFirstAudio, start - first).add(PlaybackStarted, start)
        return self.add(AssistantText, stop - 0.0625, text=text).add(PlaybackStopped, stop)

    def reply(self, at: float, text: str, *, lasts: float = 1.0, **fields: Any) -> Script:
        """A whole reply, heard one second after the LLM was asked."""
        self.asks(at, **fields).answers(at + 0.5, text)
        return self.plays(at + 1, at + 1 + lasts, text)

    def says(self, at: float, text: str, *, lasts: float = 1.0, **fields: Any) -> Script:
        """A text is spoken half a second after it was asked for."""
        self.add(SayRequested, at, text=text, **fields)
        return self.plays(at + 0.5, at + 0.5 + lasts, text)

    def tools(self, at: float, *names: str, prefix: str = "call") -> Script:
        """The LLM asks for tools, and they begin to run."""
        calls = [
            ToolCall(call_id=f"{prefix}_{n}", name=name, arguments='{"city":"Graz"}')
            for n, name in enumerate(names)
        ]
        self.add(ToolsRequested, at, calls=calls)
        for call in calls:
            self.add(ToolStarted, at + 0.125, call_id=call.call_id)
        return self

    def tool_ends(self, at: float, number: int = 0, *, prefix: str = "call", **end: Any) -> Script:
        """A tool gives its output."""
        end.setdefault("output", "sunny")
        return self.add(ToolFinished, at, call_id=f"{prefix}_{number}", **end)

    def tool_is_cancelled(self, at: float, number: int = 0, *, prefix: str = "call") -> Script:
        """A tool is called off."""
        return self.add(ToolCancelled, at, call_id=f"{prefix}_{number}")

    def cut(self, at: float, heard: str | None, *, late: float = 0.0625) -> Script:
        """The bot is cut off while it speaks; what was heard is known `late` seconds later."""
        self.add(Interrupted, at).add(PlaybackStopped, at)
        if heard is not None:
            self.add(AssistantText, at + late, text=heard)
        return self.add(InterruptionSettled, at + late)

    def pauses(self, at: float, *, silent: float = 0.0625) -> Script:
        """The bot is held; what was handed out already is heard for `silent` more seconds."""
        return self.add(PlaybackPaused, at, silent_at=at + silent)

    def resumes(self, at: float) -> Script:
        """What was held goes on, because no words came."""
        self.add(PlaybackResumed, at)
        return self.add(FalseInterruption, at, resumed=True)

    def interrupts(self, at: float) -> Script:
        """Everything is called off while nothing is heard."""
        return self.add(Interrupted, at).add(InterruptionSettled, at)

    def close(
        self, at: float, reason: CloseReason = CloseReason.USER_INITIATED, **f: Any
    ) -> Script:
        """The call ends."""
        return self.add(Closed, at, reason=reason, **f)

    def told(self, *, despite: frozenset[str] = frozenset(), realtime: bool = False) -> Told:
        """Fold the script; the report must be sound, and come out the same through a journal.

        `despite` names rules of the checker that are stricter than what the script is about;
        `realtime` has the bot be one realtime model.
        """
        told = Told(self.signals, realtime=realtime)
        assert [finding for finding in check(told.logged) if finding.rule not in despite] == []
        assert Told(through_json(self.signals), realtime=realtime).data == told.data
        assert json.loads(reports.text(told.data)) == told.data
        return told


class Told:
    """What the log makes of a call."""

    def __init__(self, signals: list[Signal], *, realtime: bool = False) -> None:
        fields: dict[str, Any] = {}
        if realtime:
            options = OPTIONS | {"min_endpointing_delay": 0.0}
            fields = {
                "providers": {"realtime": Provider(provider="scripted", service="S")},
                "options": options,
            }
        self.recorder = Recorder("seed", "assistant", {"realtime": "scripted"} if realtime else {})
        self.returned = [event for signal in signals for event in self.recorder.take(signal)]
        at = max(signals[-1].at, self.recorder.timeline.moment(0.0))
        self.data = reports.build(header(**fields), self.recorder, timestamp=at)

    @property
    def logged(self) -> LoggedReport:
        """The report as a reader has it."""
        assert origin_of(self.data) is Origin.PARLEY
        return LoggedReport(self.data, Path("report.json"), 0, Origin.PARLEY)

    @property
    def story(self) -> list[str]:
        """The events, one line each, without times and ids."""
        return story(self.data)

    def items(self, role: str) -> list[dict[str, Any]]:
        """The messages of one side, in the order of the history."""
        items = self.data["chat_history"]["items"]
        return [item for item in items if item.get("role") == role]

    def event(self, kind: str, number: int = 0) -> dict[str, Any]:
        """One event of a type."""
        return [event for event in self.data["events"] if event["type"] == kind][number]


def through_json(signals: list[Signal]) -> list[Signal]:
    """The signals after the journal's encoding and decoding."""
    encoded = msgspec.json.encode([{"n": n, "s": signal} for n, signal in enumerate(signals, 1)])
    return [line.s for line in msgspec.json.decode(encoded, type=list[JournalLine])]


def story(report: dict[str, Any]) -> list[str]:
    """The events of a report, one line each, without times and ids."""
    return [_line(event) for event in report["events"]]


def _line(event: dict[str, Any]) -> str:
    match event["type"]:
        case "agent_state_changed":
            return f"agent {event['old_state']} > {event['new_state']}"
        case "user_state_changed":
            return f"user {event['old_state']} > {event['new_state']}"
        case "user_input_transcribed":
            return f"{'final' if event['is_final'] else 'interim'}: {event['transcript']}"
        case "speech_created":
            return f"speech: {event['source']}"
        case "conversation_item_added":
            item = event["item"]
            cut = " (cut)" if item["interrupted"] else ""
            return f"{item['role']}{cut}: {item['content'][0]}"
        case "function_tools_executed":
            return "tools: " + ", ".join(call["name"] for call in event["function_calls"])
        case "close":
            return f"close: {event['reason']}"
        case "error":
            return f"error: {event['error']['type']}"
        case other:
            return str(other)


LISTENS = "agent initializing > listening"
THINKS = "agent listening > thinking"
SPEAKS = "agent thinking > speaking"
STOPS = "agent speaking > listening"
USER_SPEAKS = "user listening > speaking"
USER_STOPS = "user speaking > listening"
REPLY = "speech: generate_reply"
SAY = "speech: say"
END = "close: user_initiated"
