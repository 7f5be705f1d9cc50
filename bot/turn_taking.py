"""What decides whose turn it is, put together from the `turn:` section.

The parts share three things of one call: the floor (what the bot is about), the running transcript
(what the user has said), and the reply that may have been begun early.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregatorParams
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from bot.config import BotConfig, ConfigError, TurnConfig
from bot.config.references import BrokenReferenceError, import_reference
from bot.providers import build_vad
from processors.barge_in import BargeInUserTurnStartStrategy
from processors.endpointing import EndpointingUserTurnStopStrategy
from processors.floor import Floor
from processors.heard_sound import HeardSound
from processors.playback import PausablePlayback
from processors.preemption import Preemption
from processors.running_transcript import RunningTranscript

# Pipecat ends a turn by force when nothing does; it must not come before our own longest wait.
_STOP_TIMEOUT_MARGIN = 2.0


@dataclass(frozen=True)
class TurnTaking:
    """The parts that decide whose turn it is.

    Attributes:
        floor: What the bot is about.
        playback: The bot's voice, to stand before the output.
        preemption: The reply begun early, None where none ever is.
        user_params: What Pipecat's user aggregator takes.
    """

    floor: Floor
    playback: PausablePlayback
    preemption: Preemption | None
    user_params: LLMUserAggregatorParams


def turn_taking(config: BotConfig, context: LLMContext) -> TurnTaking:
    """Build what a configuration's `turn:` asks for.

    Raises:
        ConfigError: A VAD or a turn detector cannot be imported or built.
    """
    turn = config.turn
    floor = Floor(
        allow_interruptions=turn.allow_interruptions,
        discard_audio=turn.discard_audio_if_uninterruptible,
    )
    playback = PausablePlayback(floor, speech_gap=turn.min_consecutive_speech_delay)
    transcript = RunningTranscript()
    vad = HeardSound(build_vad(config.vad))
    preemption = Preemption(floor, transcript, context) if turn.preemptive_generation else None
    start = BargeInUserTurnStartStrategy(
        floor,
        playback,
        transcript,
        min_duration=turn.min_interruption_duration,
        min_words=turn.min_interruption_words,
        resume=turn.resume_false_interruption,
        timeout=turn.false_interruption_timeout,
        sound=vad.sound,
    )
    stop = EndpointingUserTurnStopStrategy(
        min_delay=turn.min_endpointing_delay,
        max_delay=turn.max_endpointing_delay,
        barge_in=start,
        preemption=preemption,
        detector=build_detector(config),
    )
    user_params = LLMUserAggregatorParams(
        vad_analyzer=vad,
        user_turn_strategies=UserTurnStrategies(start=[start], stop=[stop]),
        user_turn_stop_timeout=max(5.0, turn.max_endpointing_delay + _STOP_TIMEOUT_MARGIN),
        # A turn without words is no turn: the bot does not ask what was said.
        empty_user_turn=None,
    )
    return TurnTaking(floor, playback, preemption, user_params)


def build_detector(config: BotConfig) -> BaseTurnAnalyzer | None:
    """Build what tells whether a sentence is finished; smart-turn loads its model, about 0.3 s.

    Raises:
        ConfigError: The detector cannot be imported.
    """
    turn = config.turn
    if turn.detector == "none":
        return None
    if turn.detector == "smart-turn":
        return _smart_turn(turn)
    try:
        return import_reference(turn.detector)()
    except BrokenReferenceError as error:
        file = config.file_of("turn", "detector")
        raise ConfigError(file, "turn.detector", str(error), error.hint) from error


def _smart_turn(turn: TurnConfig) -> BaseTurnAnalyzer:
    from pipecat.audio.turn.smart_turn.base_smart_turn import SmartTurnParams
    from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

    params = SmartTurnParams(stop_secs=max(turn.max_endpointing_delay, 0.1))
    return LocalSmartTurnAnalyzerV3(params=params)
