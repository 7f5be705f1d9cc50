"""Who has the call, and how another agent takes it over.

The LLM sees one tool without arguments for each agent that it can hand over to. Small models choose
between names far better than they fill in arguments, and each name comes with a description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import (
    Frame,
    FunctionCallResultProperties,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    LLMUpdateSettingsFrame,
    TTSSpeakFrame,
    TTSUpdateSettingsFrame,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.settings import LLMSettings

from bot.agents.agent import Agent
from bot.agents.build import build_agents
from bot.config import BotConfig
from bot.tools import HAND_OFF
from processors.frames import AgentEntersFrame
from processors.hand_off import HandOffs

Queue = Callable[[Frame], Awaitable[None]]


class Agents:
    """The agents of one call.

    Args:
        config: What the bot is.
        tts: The TTS that the voices of the configuration belong to; None for a realtime model.
        queue: Puts a frame at the start of the call's pipeline.
        env: Where variables of providers are looked up.

    Attributes:
        current: The one that has the call.
        hand_offs: What their tools have asked for.

    Raises:
        ConfigError: What an agent can call, or how it speaks, cannot be built.
    """

    def __init__(
        self, config: BotConfig, tts: FrameProcessor | None, queue: Queue, *, env: Mapping[str, str]
    ) -> None:
        self._agents = build_agents(config, env=env)
        self.current = self._agents[config.starts]
        self.hand_offs = HandOffs(config.turn.max_tool_steps)
        self._tts = tts
        self._queue = queue
        self._found: list[FunctionSchema] = []
        self._met = {config.starts}

    @property
    def several(self) -> bool:
        """Whether there is anybody to hand over to."""
        return len(self._agents) > 1

    @property
    def tools(self) -> list[FunctionSchema | DirectFunction]:
        """What the LLM can call now."""
        others = [self._agents[other] for other in self.current.hands_off_to]
        hand_offs = [self._hand_off_to(other) for other in others]
        return [*self.current.tools, *self._found, *hand_offs]

    @property
    def tool_names(self) -> set[str]:
        """The names of all that any of them can call."""
        own = {tool.name for agent in self._agents.values() for tool in agent.tools}
        return own | {f"{HAND_OFF}{agent}" for agent in self._agents}

    def found(self, tools: Iterable[FunctionSchema]) -> None:
        """Give all of them further tools, which came to light when the call began."""
        self._found += tools

    async def enter(self, agent_id: str, opens: bool) -> None:
        """Give the call to another agent.

        All of it goes the way of the conversation, in one order: what the old agent was still to
        say is said in the old voice, and nothing is asked of the new one before it is there.

        Args:
            agent_id: Who takes over.
            opens: Whether it speaks now, rather than answering what the user is saying.
        """
        self.current = agent = self._agents[agent_id]
        if not opens:
            self._met.add(agent_id)
        # Whoever takes over from a provider that fails has to know who it is, too.
        told = LLMSettings(system_instruction=agent.instructions)
        await self._queue(LLMUpdateSettingsFrame(delta=told, reach_inactive_services=True))
        if agent.voice is not None:
            await self._queue(TTSUpdateSettingsFrame(delta=agent.voice, service=self._tts))
        await self._queue(AgentEntersFrame(agent_id=agent_id, tools=self.tools, opens=opens))

    async def open(self, agent_id: str) -> None:
        """Have an agent that has just come in speak; an interruption may still take that away."""
        await self._queue(self._opening(self._agents[agent_id]))
        self._met.add(agent_id)

    def _opening(self, agent: Agent) -> Frame:
        greeting = agent.greeting
        if greeting is None or agent.id in self._met:
            # Nobody introduces themselves twice: who comes back goes on with the conversation.
            return LLMRunFrame()
        if greeting.say is not None:
            return TTSSpeakFrame(greeting.say)
        message: Any = {"role": "developer", "content": greeting.generate}
        return LLMMessagesAppendFrame(messages=[message], run_llm=True)

    def _hand_off_to(self, agent: Agent) -> FunctionSchema:
        async def hand_off(params: FunctionCallParams) -> None:
            refusal = self.hand_offs.ask(params.tool_call_id, agent.id)
            # Where there is a hand-off the new agent speaks next: nobody is asked about it.
            asks = FunctionCallResultProperties(run_llm=not self.hand_offs.under_way)
            await params.result_callback(refusal, properties=asks)

        return FunctionSchema(
            name=f"{HAND_OFF}{agent.id}",
            description=f"Hand the caller over to {agent.id}. {agent.description}".strip(),
            properties={},
            required=[],
            handler=hand_off,
        )
