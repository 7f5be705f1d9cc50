"""A call in a process of its own, in which the bot answers at length until somebody ends it."""

import asyncio
import sys
from pathlib import Path

from bot.call import Call
from bot.config import load_config
from bot.memory import MemoryTransport
from eventlog.events import AgentState, AgentStateChanged, Event
from tests.calls.playing import config_of
from tests.scripted.scenario import load


async def main(directory: Path) -> None:
    scenario = load("interruption")
    transport = MemoryTransport()
    config = load_config(config_of(scenario, directory))
    call = Call(config, transport, handle_signals=True)

    def tell(event: Event) -> None:
        if isinstance(event, AgentStateChanged) and event.new_state is AgentState.SPEAKING:
            print("speaking", flush=True)

    call.listen(tell)
    running = asyncio.create_task(call.run())
    # Only the first utterance: nothing interrupts the twelve seconds of answer.
    start, end = scenario.user_speech[0]
    from tests.scripted.speech import speech

    transport.far_end.speak_at(start, speech(end - start), 16000)
    await transport.far_end.join()
    await running


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
