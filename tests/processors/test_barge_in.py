"""When the user's turn begins, and with it an interruption of the bot."""

from __future__ import annotations

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult

from processors.barge_in import BargeInUserTurnStartStrategy
from tests.processors.timeless import now, setup_of_a_strategy, timeless, until, wall


class Bot:
    """A strategy and the times at which it started the user's turn."""

    def __init__(self, min_duration=0.5):
        self.strategy = BargeInUserTurnStartStrategy(min_duration=min_duration)
        self.starts = []

    async def begin(self):
        await self.strategy.setup(setup_of_a_strategy())
        self.strategy.add_event_handler("on_user_turn_started", self._started)

    async def _started(self, strategy, params):
        assert params.enable_interruptions
        self.starts.append(round(now(), 6))
        await self.strategy.handle_user_turn_started()

    async def hears(self, at, frame):
        await until(at)
        return await self.strategy.process_frame(frame)

    async def speech_starts(self, at):
        await until(at)
        return await self.hears(at, VADUserStartedSpeakingFrame(start_secs=0.2, timestamp=wall()))

    async def speech_ends(self, at):
        await self.hears(at, VADUserStoppedSpeakingFrame(stop_secs=0.2))

    async def words(self, at, text, kind=InterimTranscriptionFrame):
        return await self.hears(at, kind(text=text, user_id="", timestamp=""))


async def speaking_bot():
    bot = Bot()
    await bot.begin()
    await bot.hears(0, BotStartedSpeakingFrame())
    return bot


@timeless
async def test_an_idle_bot_is_interrupted_by_the_first_sound():
    bot = Bot()
    await bot.begin()
    assert await bot.speech_starts(1) is ProcessFrameResult.STOP
    assert bot.starts == [1]


@timeless
async def test_a_speaking_bot_is_cut_by_speech_that_lasts():
    bot = await speaking_bot()
    assert await bot.speech_starts(1) is ProcessFrameResult.CONTINUE
    await until(9)
    # The VAD has heard 0.2 of the 0.5 seconds before it said so.
    assert bot.starts == [1.3]


@timeless
async def test_a_short_noise_without_words_changes_nothing():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    await bot.speech_ends(1.29)
    await until(9)
    assert bot.starts == []


@timeless
async def test_two_short_noises_do_not_add_up():
    bot = await speaking_bot()
    for start in (1, 1.3):
        await bot.speech_starts(start)
        await bot.speech_ends(start + 0.2)
    await until(9)
    assert bot.starts == []


@timeless
async def test_words_cut_a_speaking_bot_at_once():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    assert await bot.words(1.1, "stop") is ProcessFrameResult.STOP
    await until(9)
    assert bot.starts == [1.1]


@timeless
async def test_final_words_start_a_turn_without_any_sound():
    bot = await speaking_bot()
    await bot.words(1, "stop", TranscriptionFrame)
    assert bot.starts == [1]


@timeless
async def test_an_empty_transcript_is_not_words():
    bot = await speaking_bot()
    assert await bot.words(1, "  ") is ProcessFrameResult.CONTINUE
    assert bot.starts == []


@timeless
async def test_a_thinking_bot_is_protected_like_a_speaking_one():
    bot = Bot()
    await bot.begin()
    await bot.strategy.handle_user_turn_stopped()
    await bot.speech_starts(1)
    await bot.speech_ends(1.2)
    await bot.speech_starts(2)
    await until(9)
    assert bot.starts == [2.3]


@timeless
async def test_a_bot_that_has_spoken_is_idle_again():
    bot = Bot()
    await bot.begin()
    await bot.strategy.handle_user_turn_stopped()
    await bot.hears(1, BotStartedSpeakingFrame())
    await bot.hears(2, BotStoppedSpeakingFrame())
    await bot.speech_starts(3)
    assert bot.starts == [3]


@timeless
async def test_a_duration_shorter_than_the_vads_own_window_is_already_over():
    bot = Bot(min_duration=0.2)
    await bot.begin()
    await bot.hears(0, BotStartedSpeakingFrame())
    assert await bot.speech_starts(1) is ProcessFrameResult.STOP
    assert bot.starts == [1]


@timeless
async def test_a_clean_up_forgets_a_speech_that_had_begun():
    bot = await speaking_bot()
    await bot.speech_starts(1)
    await bot.strategy.cleanup()
    await until(9)
    assert bot.starts == []
