"""Hooks, as a builder writes them."""

import asyncio
import json

from pipecat.processors.aggregators.llm_context import LLMContext

from bot.session import SessionReport
from processors.user_turn_gate import RefuseTurn


async def look_up(context: LLMContext, text: str) -> None:
    """Take a while, and tell the LLM what was found."""
    await asyncio.sleep(0.05)
    context.add_message({"role": "developer", "content": f"Known about {text!r}: nothing."})


async def refuse(context: LLMContext, text: str) -> None:
    """Leave the turn unanswered."""
    raise RefuseTurn


ended: list[SessionReport] = []


def keep_report(report: SessionReport) -> None:
    """Keep the report, which lies on disk by now."""
    assert report.path is not None
    assert json.loads(report.path.read_text())["job_id"] == report.data["job_id"]
    ended.append(report)


async def keep_report_async(report: SessionReport) -> None:
    """Keep the report, as an async function."""
    await asyncio.sleep(0)
    keep_report(report)


def fail(*_: object) -> None:
    """Fail, whatever is given."""
    raise RuntimeError("broken on purpose")


async def hang(*_: object) -> None:
    """Never come back."""
    await asyncio.Event().wait()
