"""What tools gave back is told to the LLM even if the user only coughed meanwhile.

Pipecat's assistant aggregator keeps results while the user speaks, since the end of the user's turn
asks the LLM anyway. A turn without words asks nobody, and the bot would be silent for good.
"""

from __future__ import annotations

from typing import Any

from pipecat.frames.frames import LLMRunFrame
from pipecat.processors.aggregators.llm_response_universal import (
    LLMUserAggregator,
    UserTurnStoppedMessage,
)

from processors.floor import Floor


def answer_after_empty_turns(user: LLMUserAggregator, floor: Floor) -> None:
    """Have the LLM asked at the end of a turn without words, if results wait for it."""

    @user.event_handler("on_user_turn_stopped")
    async def stopped(
        aggregator: LLMUserAggregator, _strategy: Any, message: UserTurnStoppedMessage
    ) -> None:
        if not message.content and floor.forgets_answer:
            await aggregator.queue_frame(LLMRunFrame())

    del stopped
