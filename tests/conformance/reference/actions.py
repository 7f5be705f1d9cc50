"""What the application itself does during a call: the `api` entries of a scenario."""

from typing import Any

from fake_input import Clock
from livekit.agents import AgentSession
from livekit.agents.types import NOT_GIVEN


async def act(session: AgentSession, told: list[dict[str, Any]], clock: Clock) -> None:
    """Do all that is told, each at its time; a `close` is the last."""
    for action in told:
        await clock.until(action["at"])
        await _ACTIONS[action["call"]](session, action)


async def _say(session: AgentSession, action: dict[str, Any]) -> None:
    session.say(action["text"], allow_interruptions=action.get("allow_interruptions", NOT_GIVEN))


async def _generate_reply(session: AgentSession, action: dict[str, Any]) -> None:
    session.generate_reply(
        user_input=action.get("user_input", NOT_GIVEN),
        instructions=action.get("instructions", NOT_GIVEN),
        allow_interruptions=action.get("allow_interruptions", NOT_GIVEN),
    )


async def _interrupt(session: AgentSession, action: dict[str, Any]) -> None:
    session.interrupt(force=action.get("force", False))


async def _send_text(session: AgentSession, action: dict[str, Any]) -> None:
    """As a room does with the text that a participant types."""
    session.interrupt()
    session.generate_reply(user_input=action["text"])


async def _close(session: AgentSession, _: dict[str, Any]) -> None:
    await session.aclose()


async def _shutdown(session: AgentSession, action: dict[str, Any]) -> None:
    session.shutdown(drain=action.get("drain", True))


_ACTIONS = {
    "say": _say,
    "generate_reply": _generate_reply,
    "interrupt": _interrupt,
    "send_text": _send_text,
    "close": _close,
    "shutdown": _shutdown,
}
