"""A call as it stands now, folded from its events one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

EventDict = Mapping[str, Any]
"""One event in the log's JSON form, as `eventlog.events.to_dict` gives it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One moment in one line, in raw words: whoever prints it makes them harmless.

    Attributes:
        at: Epoch seconds.
        who: One of user, agent, tool, error, call.
        text: What happened, or the words.
        said: Whether it is part of the conversation.
        cut: Whether the words were interrupted.
    """

    at: float
    who: str
    text: str
    said: bool = False
    cut: bool = False


class Conversation:
    """Takes events in their order and knows where the call stands.

    Attributes:
        agent: The bot's state, in the schema's words.
        user: The user's state.
        hearing: What the user is saying, as understood so far; empty between turns.
        began_at: Epoch seconds of the first event, None before it.
        closed: Why the call ended, None while it lasts.
    """

    def __init__(self) -> None:
        self.agent = "initializing"
        self.user = "listening"
        self.hearing = ""
        self.began_at: float | None = None
        self.closed: str | None = None
        self._finals: list[str] = []
        self._tellers: dict[str, Callable[[EventDict], list[Line]]] = {
            "agent_state_changed": self._agent_state,
            "user_state_changed": self._user_state,
            "user_input_transcribed": self._transcribed,
            "conversation_item_added": self._added,
            "agent_false_interruption": self._false_interruption,
            "function_tools_executed": _tools,
            "error": _error,
            "close": self._close,
        }

    def take(self, event: EventDict) -> list[Line]:
        """Fold one event in; returns the moments that it makes, often one, sometimes none."""
        if self.began_at is None:
            self.began_at = event["created_at"]
        teller = self._tellers.get(event["type"])
        return teller(event) if teller else []

    def _agent_state(self, event: EventDict) -> list[Line]:
        self.agent = event["new_state"]
        cut = self.agent == "listening" and self.user == "speaking"
        text = f"stops {event['old_state']}: the user speaks" if cut else f"is {self.agent}"
        return [Line(event["created_at"], "agent", text)]

    def _user_state(self, event: EventDict) -> list[Line]:
        self.user = event["new_state"]
        return [Line(event["created_at"], "user", f"is {self.user}")]

    def _transcribed(self, event: EventDict) -> list[Line]:
        text, final = event["transcript"], event["is_final"]
        self.hearing = " ".join([*self._finals, text])
        if final:
            self._finals.append(text)
        heard = "heard" if final else "heard so far"
        return [Line(event["created_at"], "user", f"{heard}: {text}")]

    def _added(self, event: EventDict) -> list[Line]:
        item = event["item"]
        who = "user" if item.get("role") == "user" else "agent"
        if who == "user":
            self.hearing = ""
            self._finals.clear()
        words = " ".join(part for part in item.get("content", ()) if isinstance(part, str))
        cut = item.get("interrupted") is True
        return [Line(event["created_at"], who, words, said=True, cut=cut)]

    def _false_interruption(self, event: EventDict) -> list[Line]:
        fate = "goes on" if event["resumed"] else "has stopped"
        return [Line(event["created_at"], "agent", f"was cut off by mistake and {fate}")]

    def _close(self, event: EventDict) -> list[Line]:
        self.closed = event["reason"]
        return [Line(event["created_at"], "call", f"closed: {self.closed}")]


def _tools(event: EventDict) -> list[Line]:
    calls: list[EventDict] = event["function_calls"]
    outputs: list[EventDict | None] = event["function_call_outputs"]
    return [
        Line(event["created_at"], "tool", f"{call['name']}({call['arguments']}) -> {_gave(output)}")
        for call, output in zip(calls, outputs, strict=True)
    ]


def _gave(output: EventDict | None) -> str:
    if output is None:
        return "no output"
    failed = "failed: " if output["is_error"] else ""
    return f"{failed}{output['output'] or '(empty)'}"


def _error(event: EventDict) -> list[Line]:
    failure = event["error"]
    fate = "" if failure["recoverable"] else ", not recoverable"
    return [Line(event["created_at"], "error", f"{failure['type']} {failure['label']}{fate}")]
