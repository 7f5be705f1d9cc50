"""One request to an LLM: what it was told, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipecat.metrics.metrics import LLMTokenUsage
from pipecat.processors.aggregators.llm_context import LLMContext

from processors.llm_requests.plain import is_given, offered, plain, said

COMPLETED = "completed"
"""It was answered to the end, whether or not all of it was heard."""
CUT = "cut"
"""It was called off while it was being answered."""
WITHDRAWN = "withdrawn"
"""It was begun before the end of the user's turn, and the reply was never given."""
FAILED = "failed"
"""The provider failed, and `error` says how."""
UNFINISHED = "unfinished"
"""The call ended first."""

_MESSAGES = ("messages", "input")
_SYSTEM = ("system", "system_instruction", "instructions")


@dataclass
class LLMRequest:
    """A request from the moment at which the LLM is given a context.

    Attributes:
        id: Its id, one of its own among those of a call.
        at: When it was sent (epoch seconds).
        early: Whether the user's turn was not certain to be over.
        outcome: How it ended, empty while it is under way.
        given: What the provider was given: `messages`, `tools`, `settings`, and `system` where
            the provider takes it apart from the messages.
        text: What came back as text, so far.
        calls: The tools that it asked for.
        first_at: When the first of an answer came.
        ttfb: What the service measured of that (seconds).
    """

    id: str
    at: float
    context: LLMContext
    agent: str
    provider: str
    model: str
    early: bool
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    params: object = None
    text: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    first_at: float | None = None
    ttfb: float | None = None
    tokens: LLMTokenUsage | None = None
    outcome: str = ""
    error: str = ""
    processed: bool = False
    released: bool = False

    def sent(self, params: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        """Take what the provider is given, as it is now: a context changes while it is read."""
        rest = dict(params)
        messages = _taken(rest, _MESSAGES)
        system = _taken(rest, _SYSTEM)
        tools = rest.pop("tools", None)
        self.given = {
            **({"system": plain(system)} if isinstance(system, str | list) and system else {}),
            "messages": plain(messages or []),
            "tools": offered(tools) if tools and is_given(tools) else [],
            "settings": {**said(settings), **said(rest)},
        }

    def ends(self, outcome: str) -> None:
        """Note how it ended; what was noted first stands."""
        self.outcome = self.outcome or outcome

    @property
    def settled(self) -> bool:
        """Whether nothing can come of it any more that is not known."""
        return self.processed and (self.released or not self.early or self.outcome == WITHDRAWN)

    def as_line(self, ended_at: float) -> dict[str, Any]:
        """Return what is kept of it; see docs/why.md."""
        waited = None if self.first_at is None else round(self.first_at - self.at, 6)
        tokens = self.tokens.model_dump(exclude_none=True) if self.tokens else None
        return {
            "id": self.id,
            "at": self.at,
            "ended_at": ended_at,
            "agent": self.agent,
            "provider": self.provider,
            "model": self.model,
            "early": self.early,
            "outcome": self.outcome or COMPLETED,
            "error": self.error or None,
            "ttfb": waited if self.ttfb is None else self.ttfb,
            "tokens": tokens,
            **({"messages": [], "tools": [], "settings": {}} | dict(self.given)),
            "answer": {"text": self.text, "calls": self.calls},
        }


def _taken(params: dict[str, Any], names: tuple[str, ...]) -> Any:
    found = None
    for name in names:
        value = params.pop(name, None)
        found = value if found is None else found
    return found
