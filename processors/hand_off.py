"""The hand-off between agents: asked for by a tool, made when its result gets to the context.

Only then has everything been heard that the old agent said before it handed over, and only then do
the context, the instructions, the tools and the voice tell the same story. A result is never swept
away by an interruption, so a hand-off is made as a whole, or was called off with its tool.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    Frame,
    FunctionCallCancelFrame,
    FunctionCallResultFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.floor import Floor
from processors.frames import AgentChangedFrame, AgentEntersFrame, UserTurnCompletedFrame

Enter = Callable[[str, bool], Awaitable[None]]
"""Gives the call to the agent of an id; it opens by itself if the second argument is true."""
Open = Callable[[str], Awaitable[None]]
"""Has the agent of an id say what it says first."""


class HandOffs:
    """Which hand-off is under way, and whether another one may be.

    Args:
        max_in_turn: How often the call may change hands for one turn of the user. Agents that find
            each other responsible would never answer.
    """

    def __init__(self, max_in_turn: int) -> None:
        self._max_in_turn = max_in_turn
        self._made = 0
        self._call_id: str | None = None
        self._agent_id = ""

    @property
    def under_way(self) -> bool:
        """Whether a tool has handed over and its result is still to get to the context."""
        return self._call_id is not None

    def ask(self, call_id: str, agent_id: str) -> str:
        """Have the tool call `call_id` hand over to `agent_id`.

        Returns:
            Empty if it will, else what the LLM is to be told instead.
        """
        if self.under_way:
            return f"The caller is already being handed over to {self._agent_id}."
        if self._made >= self._max_in_turn:
            return "Nobody else can take over now. Answer the caller yourself."
        self._call_id, self._agent_id = call_id, agent_id
        return ""

    def take(self, call_id: str) -> str | None:
        """Return the agent that the result of this call hands over to, None if it is another's."""
        if call_id != self._call_id:
            return None
        self._call_id = None
        self._made += 1
        return self._agent_id

    def called_off(self, call_id: str) -> None:
        """The tool was called off before it gave a result."""
        if call_id == self._call_id:
            self._call_id = None

    def turn_began(self) -> None:
        """The user said something new: who is responsible may be asked anew."""
        self._made = 0


class HandOff(FrameProcessor):
    """Stands before the assistant's aggregator, and gives the call away when it is time.

    Args:
        hand_offs: What the tools have asked for.
        floor: Where it is noted that an answer is owed while the user speaks.
        enter: Gives the call to another agent.
    """

    def __init__(self, hand_offs: HandOffs, floor: Floor, enter: Enter) -> None:
        # It holds nothing back, so frames need not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._hand_offs = hand_offs
        self._floor = floor
        self._enter = enter
        self._user_speaks = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on; the result of a hand-off is followed by the new agent."""
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM:
            return
        if isinstance(frame, FunctionCallResultFrame):
            agent_id = self._hand_offs.take(frame.tool_call_id)
            if agent_id is not None:
                await self._hand_over(agent_id)
        elif isinstance(frame, FunctionCallCancelFrame):
            self._hand_offs.called_off(frame.tool_call_id)
        elif isinstance(frame, UserTurnCompletedFrame):
            self._hand_offs.turn_began()
        elif isinstance(frame, UserStartedSpeakingFrame):
            self._user_speaks = True
        elif isinstance(frame, UserStoppedSpeakingFrame):
            self._user_speaks = False

    async def _hand_over(self, agent_id: str) -> None:
        # Who talks into a hand-off has the floor: the new agent answers that, and if it comes to
        # nothing, its LLM is asked all the same.
        self._floor.owes_answer = self._floor.owes_answer or self._user_speaks
        await self._enter(agent_id, not self._user_speaks)


class AgentEntry(FrameProcessor):
    """Stands behind the LLM, where an agent is in: what was asked before has been answered before.

    The LLM has just got the instructions and gets the tools here, before it reads another frame.
    Set further up, they would reach questions that still wait for the agent before.

    Args:
        context: The LLM's context, which holds the tools.
        opens: Has an agent speak.
    """

    def __init__(self, context: LLMContext, opens: Open) -> None:
        # The LLM must not go on before this is done, so frames do not wait in queues of its own.
        super().__init__(enable_direct_mode=True)
        self._context = context
        self._opens = opens

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every frame on; where an agent enters, tell that it is there."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, AgentEntersFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            return
        self._context.set_tools(frame.tools)
        await self.push_frame(AgentChangedFrame(agent_id=frame.agent_id))
        if frame.opens:
            await self._opens(frame.agent_id)
