"""A conversation is kept within a small model's context."""

from bot.local.conversation_window import estimated_tokens, fit

SYSTEM = {"role": "system", "content": "Be brief."}


def talk(turns: int) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": f"{n} " + "word " * 20} for n in range(turns)]


def test_a_conversation_that_fits_is_left_alone() -> None:
    messages = [SYSTEM, *talk(4)]
    assert fit(messages, 2000) == messages


def test_the_oldest_messages_go_first_and_the_instructions_and_the_last_one_stay() -> None:
    messages = [SYSTEM, *talk(41)]
    kept = fit(messages, 600)
    assert kept[0] == SYSTEM
    assert kept[1:] == messages[-len(kept) + 1 :]
    assert estimated_tokens(kept) <= 600


def test_the_beginning_stays_the_same_for_some_turns_so_that_the_cached_prompt_serves() -> None:
    beginnings = [fit([SYSTEM, *talk(n)], 600)[1]["content"] for n in range(30, 60)]
    assert len(set(beginnings)) <= 5


def test_a_last_message_longer_than_the_context_is_still_asked() -> None:
    last = {"role": "user", "content": "word " * 5000}
    assert fit([SYSTEM, *talk(3), last], 100) == [SYSTEM, last]
