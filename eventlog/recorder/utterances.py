"""The utterances of the bot that are not over, in the order in which they are heard.

That order is the one in which they were asked for, so the signals of the LLM, the TTS and the
playback need no ids: each belongs to the oldest utterance that still waits for it. Only a `say` and
a reply asked for at once may be spoken the other way round; the TTS's first audio tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from eventlog.recorder.speech import Utterance

Test = Callable[[Utterance], bool]


class Utterances:
    """What the bot is saying and is still to say.

    Attributes:
        attempt: The reply that was begun before the end of the user's turn. The LLM works on it,
            but whether it will ever be heard is not known, so it has no place in the order yet.
    """

    def __init__(self) -> None:
        self._all: list[Utterance] = []
        self.attempt: Utterance | None = None

    def __iter__(self) -> Iterator[Utterance]:
        return iter(list(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def add(self, utterance: Utterance) -> None:
        """Put an utterance at the end."""
        self._all.append(utterance)

    def remove(self, utterance: Utterance) -> None:
        """Take an utterance out."""
        self._all.remove(utterance)

    def keep(self, test: Test) -> None:
        """Take out all but those that pass `test`."""
        self._all = [utterance for utterance in self._all if test(utterance)]

    def clear(self) -> None:
        """Take all of them out."""
        self._all = []

    def first(self, test: Test) -> Utterance | None:
        """Return the oldest utterance that passes `test`."""
        return next(filter(test, self._all), None)

    def first_in_the_making(self, test: Test) -> Utterance | None:
        """Return the oldest that passes `test`, the reply that was begun early included."""
        early = [] if self.attempt is None else [self.attempt]
        return next(filter(test, [*self._all, *early]), None)

    def sounds_next(self, text: str | None) -> Utterance | None:
        """Return the one whose first audio came, now before all that have none; `text` tells."""

        def silent(u: Utterance) -> bool:
            return u.first_audio_at is None and u.started_at is None and not u.unspoken

        named = self.first(lambda u: silent(u) and _says(u, text)) if text else None
        utterance = named or self.first_in_the_making(
            lambda u: silent(u) and not (text and u.asked_text)
        )
        utterance = utterance or self.first_in_the_making(silent)
        if utterance in self._all:
            self._all.remove(utterance)
            ahead = next((i for i, u in enumerate(self._all) if silent(u)), len(self._all))
            self._all.insert(ahead, utterance)
        return utterance

    @property
    def heard(self) -> bool:
        """Whether one has begun to be heard and has not ended."""
        return any(utterance.playing for utterance in self._all)

    @property
    def unheard(self) -> Utterance | None:
        """The one whose audio comes next; one whose TTS failed comes last."""
        return self.first(lambda u: u.started_at is None and not u.unspoken) or self.first(
            lambda u: u.started_at is None
        )

    @property
    def audio_is_ready(self) -> bool:
        """Whether one that was not heard yet has its first audio."""
        return any(
            u.started_at is None and u.first_audio_at is not None and not u.unspoken
            for u in self._all
        )


def _says(utterance: Utterance, text: str) -> bool:
    asked = utterance.asked_text
    return asked is not None and asked.strip().startswith(text.strip())
