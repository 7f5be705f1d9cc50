"""Calls in which there is a noise while the bot replies."""

from functools import partial

from tests.calls.on_the_line import STOP, LineCall, Scene

ONE = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."
TWO = "One two three four five six. Seven eight nine ten eleven twelve thirteen fourteen fifteen."
# Seconds of sound that pause the bot, the default.
MIN_DURATION = 0.5
# Seconds in which the bot falls silent: what of its voice was on its way is heard. A fifth of it is
# the length of the caller's frames, at whose ends the bot hears of a sound.
TO_SILENCE = 0.12


async def noises(line: LineCall, *, after: tuple[float, ...], seconds: float) -> None:
    """The bot replies; each time that so much of it has been heard, there is a noise."""
    await line.call.generate_reply("Go ahead.")
    for heard in after:
        await line.heard_for(heard)
        await line.utter(seconds)
    await line.heard_all()


def noisy(
    *after: float, timeout: float, reply: str = ONE, seconds: float = 0.8, word_times: bool = True
) -> Scene:
    return Scene(
        partial(noises, after=after, seconds=seconds),
        answers=[{"content": reply}],
        voice={"seconds_per_character": 0.05, "word_times": word_times},
        turn={"false_interruption_timeout": timeout},
    )


def resumes_after(scene: Scene) -> float:
    """Seconds from the end of a noise until the bot goes on."""
    return STOP + scene.turn["false_interruption_timeout"]
