"""The report's options, as far as they can be read from somebody else's strategies.

An option is null where the bot has no such thing or does not let it be seen: a number that nobody
set would be taken for a fact. The names of attributes are those of Pipecat 1.14.
"""

from __future__ import annotations

from typing import Any

from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregator
from pipecat.turns.user_mute import AlwaysUserMuteStrategy
from pipecat.turns.user_start import MinWordsUserTurnStartStrategy, VADUserTurnStartStrategy
from pipecat.turns.user_stop import (
    DeferredUserTurnStopStrategy,
    EagerUserTurnStopStrategy,
    SpeechTimeoutUserTurnStopStrategy,
    TurnAnalyzerUserTurnStopStrategy,
)

from bot.config.turn import REPORTED


def options_in_force(
    aggregator: LLMUserAggregator | None, user_away_timeout: float | None
) -> dict[str, Any]:
    """Return the ten options of the report, in its order.

    Args:
        aggregator: The bot's user aggregator, None if it has none.
        user_away_timeout: The recorder's own, in seconds.
    """
    known: dict[str, Any] = {"user_away_timeout": user_away_timeout}
    if aggregator is not None:
        known |= _interruptions(aggregator) | _endpointing(aggregator)
        # Pipecat has no pause between two speeches.
        known["min_consecutive_speech_delay"] = 0.0
    return {name: known.get(name) for name in REPORTED}


def _interruptions(aggregator: LLMUserAggregator) -> dict[str, Any]:
    starts, params = _strategies(aggregator, "start"), _params(aggregator)
    mutes = getattr(params, "user_mute_strategies", None) or []
    muted = any(isinstance(mute, AlwaysUserMuteStrategy) for mute in mutes)
    interrupts = [bool(getattr(start, "_enable_interruptions", True)) for start in starts]
    words = [s for s in starts if isinstance(s, MinWordsUserTurnStartStrategy)]
    vad = getattr(getattr(params, "vad_analyzer", None), "params", None)
    at_once = any(isinstance(start, VADUserTurnStartStrategy) for start in starts)
    return {
        "allow_interruptions": any(interrupts) and not muted,
        "discard_audio_if_uninterruptible": muted,
        "min_interruption_duration": getattr(vad, "start_secs", None) if at_once else None,
        # Any other strategy takes the floor without counting words.
        "min_interruption_words": getattr(words[0], "_min_words", None)
        if words and len(words) == len(starts)
        else 0,
    }


def _endpointing(aggregator: LLMUserAggregator) -> dict[str, Any]:
    stops = [_unwrapped(stop) for stop in _strategies(aggregator, "stop")]
    params = _params(aggregator)
    vad = getattr(getattr(params, "vad_analyzer", None), "params", None)
    silence: float = getattr(vad, "stop_secs", 0.0)
    least, most = None, None
    # Of several that may end a turn, or one that listens to somebody else, no delay is known.
    stop = stops[0] if len(stops) == 1 and vad is not None else None
    if isinstance(stop, SpeechTimeoutUserTurnStopStrategy):
        least = silence + float(getattr(stop, "_user_speech_timeout", 0.0))
        most = getattr(params, "user_turn_stop_timeout", None)
    elif isinstance(stop, TurnAnalyzerUserTurnStopStrategy):
        least = silence
        analyzer = getattr(stop, "_turn_analyzer", None)
        most = getattr(getattr(analyzer, "params", None), "stop_secs", None)
    return {
        "min_endpointing_delay": least,
        "max_endpointing_delay": most,
        "preemptive_generation": any(isinstance(s, EagerUserTurnStopStrategy) for s in stops),
    }


def _params(aggregator: LLMUserAggregator) -> Any:
    return getattr(aggregator, "_params", None)


def _strategies(aggregator: LLMUserAggregator, which: str) -> list[Any]:
    controller = getattr(aggregator, "_user_turn_controller", None)
    strategies = getattr(controller, "user_turn_strategies", None)
    return list(getattr(strategies, which, None) or [])


def _unwrapped(stop: Any) -> Any:
    return stop.inner if isinstance(stop, DeferredUserTurnStopStrategy) else stop
