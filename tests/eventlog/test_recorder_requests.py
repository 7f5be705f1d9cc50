"""Which request of the LLM's a reply and a tool call answer."""

from eventlog.signals import (
    LLMAnswered,
    LLMFirstToken,
    ProviderSwitched,
    ReplyDiscarded,
    ReplyRequested,
    ToolsRequested,
)
from tests.eventlog.folding import Script


def question():
    return Script().start().user_turn(2, "Rain?")


def asks(script, at, request, *, token=0.25, **fields):
    script.add(ReplyRequested, at, **fields)
    return script.add(LLMFirstToken, at + token, request=request)


def tools(script, at, request):
    """The LLM asks for one tool, which gives its output half a second later."""
    script.tools(at, "weather")
    [asked] = [s for s in script.signals if isinstance(s, ToolsRequested)]
    asked.request = request
    return script.tool_ends(at + 0.5)


def links(told):
    """The request of each linked item, by the item's words or name."""
    names = {
        item["id"]: item.get("name") or item["content"][0]
        for item in told.data["chat_history"]["items"]
        if item["type"] in ("message", "function_call")
    }
    return {names[item]: request for item, request in told.data["parley"]["requests"].items()}


def test_a_reply_is_linked_to_the_request_that_gave_its_first_token():
    script = asks(question(), 3.5, "llm_1").answers(4, "Yes.").plays(4.5, 5, "Yes.")
    assert links(script.close(9).told()) == {"Yes.": "llm_1"}


def test_what_nobody_asked_an_llm_for_is_linked_to_nothing():
    assert links(Script().start().says(1, "Hello.").close(9).told()) == {}


def test_a_tool_call_and_the_answer_after_it_are_of_two_requests():
    script = tools(question().add(ReplyRequested, 3.5), 4, "llm_1").add(
        LLMAnswered, 4.1, characters=0
    )
    asks(script, 4.75, "llm_2", continues=True).answers(5.25, "Sunny.").plays(5.75, 6, "Sunny.")
    assert links(script.close(9).told()) == {"weather": "llm_1", "Sunny.": "llm_2"}


def test_what_is_said_before_a_tool_is_of_the_request_that_asks_for_it():
    script = asks(question(), 3.5, "llm_1")
    tools(script, 4, "llm_1").answers(4.125, "One moment.").plays(4.5, 5, "One moment.")
    assert links(script.close(9).told()) == {"weather": "llm_1", "One moment.": "llm_1"}


def test_the_provider_that_answers_in_the_place_of_another_is_the_one_that_was_asked():
    script = question().add(ReplyRequested, 3.5)
    script.add(ProviderSwitched, 3.75, slot="llm", provider="b", previous="a", asks_again=True)
    script.add(LLMFirstToken, 4, request="llm_2").answers(4.25, "Yes.").plays(4.5, 5, "Yes.")
    assert links(script.close(9).told(despite=frozenset({"P09"}))) == {"Yes.": "llm_2"}


def test_a_reply_that_was_begun_early_and_given_up_is_linked_to_nothing():
    script = Script().start().speaks(2, 3).hears(3.375, "Rain?", confidence=0.5)
    asks(script, 3.375, "llm_1", token=0.0625, preemptive=True).add(ReplyDiscarded, 3.5)
    asks(script.turn_ends(3.5, "Rain?"), 3.625, "llm_2").answers(4, "No.").plays(4.5, 5, "No.")
    assert links(script.close(9).told()) == {"No.": "llm_2"}
