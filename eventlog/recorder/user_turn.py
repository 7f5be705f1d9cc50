"""The user's side of one turn: what was said, when it really began and ended.

The delays of a report are measured from the end of speech, so everything hangs on attributing
speech to the right turn. A stretch of sound that gave no words belongs to none: it must not make a
later turn start early, as it does in LiveKit's own reports (a cough there can pin the start of the
next turn; see livekit/agents#6093 for the stale anchor that follows).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import UnsetType

from eventlog.items import UserMetrics

# Seconds of silence within which words may still be on their way from the STT: a stretch that is
# followed so soon by another one belongs to the same turn, although nobody knows its words yet.
WORDS_DUE = 1.0


@dataclass
class Stretch:
    """One stretch of speech between two decisions of the VAD (epoch seconds)."""

    onset: float
    end: float | None = None
    has_words: bool = False


@dataclass
class UserTurn:
    """Everything heard since the last committed turn."""

    stretches: list[Stretch] = field(default_factory=list[Stretch])
    finals: list[float] = field(default_factory=list[float])
    confidences: list[float] = field(default_factory=list[float])
    texts: list[str] = field(default_factory=list[str])

    def speech_started(self, onset: float) -> None:
        """Open a stretch; earlier ones that gave no words in time are forgotten."""
        latest = self.stretches[-1] if self.stretches else None
        if latest is None or latest.end is None or onset - latest.end > WORDS_DUE:
            self.stretches = [stretch for stretch in self.stretches if stretch.has_words]
        self.stretches.append(Stretch(onset))

    def speech_stopped(self, end: float) -> None:
        """Close the open stretch."""
        if self.stretches and self.stretches[-1].end is None:
            self.stretches[-1].end = max(end, self.stretches[-1].onset)

    def transcribed(self, at: float, text: str, *, final: bool, confidence: float | None) -> None:
        """Take note of words: whatever has been heard so far has given them."""
        for stretch in self.stretches:
            stretch.has_words = True
        if final:
            self.finals.append(at)
            self.confidences.append(confidence or 0.0)
            self.texts.append(text.strip())

    def rest_after(self, at: float) -> UserTurn:
        """Return the turn that begins at `at` when all before is dropped: speech may go on."""
        lasting = bool(self.stretches) and self.stretches[-1].end is None
        return UserTurn([Stretch(max(at, self.stretches[-1].onset))] if lasting else [])

    def followed_by(self, later: UserTurn) -> UserTurn:
        """Return the one turn that this one and `later` are, because nothing came between."""
        return UserTurn(
            self.stretches + later.stretches,
            self.finals + later.finals,
            self.confidences + later.confidences,
            self.texts + later.texts,
        )

    @property
    def started_at(self) -> float | None:
        """True onset of the turn's speech, None if the VAD heard none."""
        return self.stretches[0].onset if self.stretches else None

    @property
    def stopped_at(self) -> float | None:
        """True end of the turn's speech, None while it lasts or if there was none."""
        return self.stretches[-1].end if self.stretches else None

    @property
    def last_final_at(self) -> float | None:
        """When the last final transcript came in."""
        return self.finals[-1] if self.finals else None

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the final segments, None without any (typed text)."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else None

    def metrics(self, ended_at: float, hook: float) -> UserMetrics:
        """Work out the metrics of the user's item (specification, section 4).

        Args:
            ended_at: When the end of turn was declared (epoch seconds).
            hook: Seconds spent in the hook of the turn.

        Without speech heard by the VAD, or without a final transcript, only the hook's time
        is known.
        """
        started, stopped, final = self.started_at, self.stopped_at, self.last_final_at
        if started is None or stopped is None or final is None:
            return UserMetrics(on_user_turn_completed_delay=hook)
        transcription = max(0.0, final - stopped)
        return UserMetrics(
            started_speaking_at=started,
            stopped_speaking_at=stopped,
            transcription_delay=transcription,
            end_of_turn_delay=max(ended_at - stopped, transcription),
            on_user_turn_completed_delay=hook,
        )


def answered_from(metrics: UserMetrics) -> float | None:
    """Return the instant that an answer's latency counts from, None if the user did not speak."""
    stopped = metrics.stopped_speaking_at
    return None if isinstance(stopped, UnsetType) else stopped
