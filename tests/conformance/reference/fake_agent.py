"""The agents of the scenarios, with the three tools that the scripts call."""

import asyncio

from livekit.agents import Agent, function_tool
from script import Script, Tool

WEATHER = Tool(seconds=0.2, returns="The weather in Tokyo is sunny today.")


class Assistant(Agent):
    """Greets if the script says so, and takes its time in the hook after each user turn."""

    def __init__(self, script: Script) -> None:
        super().__init__(instructions=script.instructions, id=script.agent_id)
        self._script = script

    async def on_enter(self) -> None:
        if self._script.greeting is not None:
            self.session.say(self._script.greeting)

    async def on_user_turn_completed(self, turn_ctx, new_message) -> None:
        if self._script.hook_seconds:
            await asyncio.sleep(self._script.hook_seconds)

    @function_tool
    async def get_weather(self, location: str) -> str:
        """The weather at a place."""
        tool = self._script.tools.get("get_weather", WEATHER)
        await asyncio.sleep(tool.seconds)
        return tool.returns

    @function_tool
    async def fail(self) -> str:
        """A tool that does not work."""
        raise RuntimeError("the tool fails")

    @function_tool
    async def transfer(self) -> Agent:
        """Hands the call over to billing."""
        return Billing()


class Billing(Agent):
    """The agent that a call is handed over to."""

    def __init__(self) -> None:
        super().__init__(instructions="You are a billing assistant.", id="billing")

    async def on_enter(self) -> None:
        self.session.say("Billing here.")
