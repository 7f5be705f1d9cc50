"""What the log, the context and the answers of any conversation must be; see `any_rules`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eventlog.checker import check
from tests.calls.any_call import Played
from tests.calls.any_rules import cut_since, failed, items, rule, text_of
from tests.calls.any_script import Generate


@rule
def the_report_is_sound(played: Played) -> Iterator[str]:
    for finding in check(played.logged):
        yield str(finding)


@rule
def it_comes_to_rest(played: Played) -> Iterator[str]:
    if not played.rested:
        return
    if played.restless:
        yield played.restless
    elif played.muted:
        yield "the STT is muted while the bot does nothing"


@rule
def what_was_heard_is_logged(played: Played) -> Iterator[str]:
    logged = Counter(word for item in items(played, "assistant") for word in text_of(item).split())
    unrecorded = {
        word for text, say in played.says.items() if not say.recorded for word in text.split()
    }
    for word, heard in played.heard.items():
        times = logged[word]
        if word in unrecorded:
            if times:
                yield f"{word!r} was not to be logged"
            continue
        long_enough = heard.seconds > (0.02 if played.script.word_times else 0.15)
        in_time = times > 0 or heard.ended_at < played.closing_at - 0.1
        if times != 1 and in_time and long_enough:
            yield f"{word!r} was heard ({heard.seconds:.2f} s) and is {times} times in the log"


@rule
def what_is_logged_is_in_the_context(played: Played) -> Iterator[str]:
    unspoken = failed(played)
    for role in ("user", "assistant"):
        # What the close of the call overtook is in the log; the context is of no use any more.
        told = [item for item in items(played, role) if item["at"] < played.closing_at]
        logged = _without(unspoken, [text_of(item) for item in told])
        known = _without(
            unspoken,
            [
                message["content"]
                for message in played.context
                if message.get("role") == role and message.get("content")
            ],
        )
        if role == "user":
            # A turn whose hook was cut short is one with the next in the log.
            if not " ".join(known).startswith(" ".join(logged)):
                yield f"{role}: the log has {logged}, the context {known}"
            continue
        if logged != known[: len(logged)] or len(known) > len(items(played, role)):
            yield f"{role}: the log has {logged}, the context {known}"


@rule
def turns_are_answered(played: Played) -> Iterator[str]:
    for item in items(played, "user"):
        text = text_of(item)
        if item["at"] >= played.closing_at - 0.01:
            continue
        asked = [
            request
            for request in played.requests
            if text in [m["content"] for m in request.messages if m.get("role") == "user"]
        ]
        if cut_since(played, item["at"]):
            continue
        if not asked:
            if played.rested:
                yield f"the LLM was never asked to answer {text!r}"
            continue
        last = asked[-1]
        words = (last.answer or {}).get("content", "").split()
        if last.cancelled or not words or (last.answer or {}).get("error"):
            continue
        said = {word for synthesis in played.spoken for word in synthesis.text.split()}
        if not set(words) & said and played.rested:
            yield f"{text!r} was answered, and the answer was never spoken"


@rule
def turns_are_answered_once(played: Played) -> Iterator[str]:
    said = {word for synthesis in played.spoken for word in synthesis.text.split()}
    extra = sum(
        isinstance(action, Generate) and not action.instructions for action in played.script.actions
    )
    groups: Counter[tuple[str, ...]] = Counter()
    for request in played.requests:
        words = set((request.answer or {}).get("content", "").split())
        if words & said:
            groups[
                tuple(
                    str(m.get("content")) for m in request.messages if m.get("role") != "assistant"
                )
            ] += 1
    twice = {key[-1]: times for key, times in groups.items() if times > 1}
    if sum(times - 1 for times in twice.values()) > extra:
        yield f"answered more than once: {twice}"


@rule
def tool_results_are_answered(played: Played) -> Iterator[str]:
    if not played.rested:
        return
    for number, request in enumerate(played.requests):
        called = [call_id for call_id in played.ran if call_id.startswith(f"call_{number + 1}_")]
        is_last = number + 1 == len(played.requests) and not cut_since(played, request.at)
        given_up = any("max_tool_steps" in error for error in played.errors)
        if called and is_last and not given_up:
            yield f"what {called} gave was never told to the LLM"


def _without(words: set[str], texts: list[str]) -> list[str]:
    kept = (" ".join(word for word in text.split() if word not in words) for text in texts)
    return [text for text in kept if text]
