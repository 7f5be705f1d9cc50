"""What the LLM was asked, as a page has it: linked to its lines, each message once."""

import json

import pytest

from eventlog import llm_requests
from eventlog.reader import read
from eventlog.timeline.story import story
from eventlog.timeline.writing import write
from tests.eventlog import asked_calls as calls


def told(folder, lines=None):
    [report] = read(calls.in_folder(folder, lines))
    return story(report, None, folder / "timeline.html")


def messages_of(asked, shown):
    """The messages of one request, put together again as the page does."""
    talk = []
    for request in asked["requests"][: shown + 1]:
        talk = talk[: request["keep"]] + request["rest"]
    return [asked["messages"][place] for place in asked["requests"][shown]["told"] + talk]


def test_each_reply_and_each_tool_call_is_linked_to_the_request_that_it_answers(tmp_path):
    page = told(tmp_path)
    asked = [request["id"] for request in page["asked"]["requests"]]
    linked = [(line["who"], asked[line["asked"]]) for line in page["lines"] if "asked" in line]
    assert linked == [
        ("tool", "llm_2"),
        ("tool", "llm_2"),
        ("agent", "llm_3"),
        ("agent", "llm_4"),
    ]


def test_every_request_has_all_of_its_messages_though_each_is_there_once(tmp_path):
    asked = told(tmp_path)["asked"]
    assert [len(messages_of(asked, place)) for place in range(4)] == [3, 3, 5, 7]
    assert messages_of(asked, 3) == [
        ["system", "You tell the weather. You make no jokes."],
        ["assistant", "Connected and ready."],
        ["user", "What is the weather in Bergen?"],
        ["assistant", 'get_weather({"city": "Bergen"})'],
        ["tool", "rain, 9"],
        ["assistant", "It rains in Bergen, 9 degrees"],
        ["user", "Thank you."],
    ]
    assert len(asked["messages"]) == 8
    assert len(asked["tools"]) == len(asked["settings"]) == 1


def test_a_long_call_does_not_fill_its_page_with_repetitions(tmp_path):
    talk = [{"role": "user", "content": f"turn {n}: " + "word " * 40} for n in range(400)]
    lines = [
        json.dumps(calls.request(n, n / 20, [calls.SYSTEM, *talk[:n]], "Yes."))
        for n in range(1, 401)
    ]
    page = json.dumps(told(tmp_path, lines)["asked"])
    assert sum(map(len, lines)) > 15_000_000
    assert len(page) < 350_000


def test_a_request_says_what_came_of_it_and_when(tmp_path):
    withdrawn, tools, *_ = told(tmp_path)["asked"]["requests"]
    assert (withdrawn["early"], withdrawn["outcome"], withdrawn["text"]) == (
        *(True, "withdrawn", "Where?"),
    )
    assert (withdrawn["at"], withdrawn["ttfb"], withdrawn["took"]) == (5.1, 0.31, 0.8)
    assert tools["calls"] == [["get_weather", '{"city": "Bergen"}']]
    # Nobody wants to read of the tokens that there were none of.
    assert tools["tokens"] == [["prompt_tokens", "120"], ["completion_tokens", "9"]]


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        (
            {
                "system": "Be kind.",
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "Hi."}]},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "1", "name": "look", "input": {}}],
                    },
                ],
            },
            [
                ["system", "Be kind."],
                ["user", "Hi."],
                ["assistant", '{"type": "tool_use", "id": "1", "name": "look"}'],
            ],
        ),
        (
            {
                "messages": [
                    {"role": "user", "parts": [{"text": "Hi."}]},
                    {"role": "model", "parts": [{"text": "Ho"}, {"text": "ho."}]},
                ]
            },
            [["user", "Hi."], ["model", "Ho\nho."]],
        ),
        (
            {"messages": [{"type": "function_call_output", "output": "9"}, "what?", None]},
            [
                ["function_call_output", '{"type": "function_call_output", "output": "9"}'],
                ["?", "what?"],
                ["?", ""],
            ],
        ),
    ],
    ids=["anthropic", "google", "anything"],
)
def test_the_messages_of_every_provider_are_read(tmp_path, fields, messages):
    line = calls.request(1, 5, []) | fields
    assert messages_of(told(tmp_path, [json.dumps(line)])["asked"], 0) == messages


def test_a_file_that_is_damaged_gives_what_is_left_of_it_and_the_page_says_so(tmp_path):
    deep = '{"id": "llm_9", "messages": ' + "[" * 500 + "]" * 500 + "}"
    lines = [json.dumps(line) for line in calls.requests()]
    page = told(tmp_path, [*lines, "{", '{"at": 1}', deep, "[]", '"x"', '{"id": "llm_3'])
    assert len(page["asked"]["requests"]) == 4
    assert ["llm.jsonl", "lines that cannot be read: 6"] in page["facts"]["lost"]


@pytest.mark.parametrize(
    "line", ['{"id": "llm_3"}', '{"id": "llm_3", "messages": 1, "answer": [], "tokens": "x"}']
)
def test_a_line_of_the_wrong_shapes_is_shown_as_far_as_it_goes(tmp_path, line):
    page = told(tmp_path, [line])
    assert [line["asked"] for line in page["lines"] if "asked" in line] == [0]
    assert page["asked"]["requests"][0]["text"] == ""


def test_a_file_too_large_is_read_to_a_limit(tmp_path):
    path = calls.in_folder(tmp_path).with_name("llm.jsonl")
    found = llm_requests.read(path, most=2_000)
    assert found.is_cut
    assert 0 < len(found.found) < 4


def test_a_call_without_the_file_has_no_requests_and_no_log(tmp_path):
    path = calls.in_folder(tmp_path)
    (tmp_path / "llm.jsonl").unlink()
    (tmp_path / "log.txt").unlink()
    page = story(read(path)[0], None, tmp_path / "timeline.html")
    assert (page["asked"], page["log"]) == (None, None)
    assert not any("asked" in line for line in page["lines"])


def test_a_report_that_is_not_that_of_the_folder_takes_nothing_from_it(tmp_path):
    path = calls.in_folder(tmp_path)
    other = path.rename(tmp_path / "another.json")
    page = story(read(other)[0], None, tmp_path / "timeline.html")
    assert (page["asked"], page["log"]) == (None, None)


def test_the_log_is_linked_from_where_the_page_lies_with_what_it_warned_of(tmp_path):
    home = tmp_path / "a call #1"
    home.mkdir()
    [report] = read(calls.in_folder(home))
    page = story(report, None, tmp_path / "page.html")
    assert page["log"]["url"] == "a%20call%20%231/log.txt"
    [[at, said, who]] = page["log"]["warnings"]
    assert (at, who) == (6.9, "warning, bot.call:run:1")
    assert said.startswith("slow ")


def test_no_word_of_a_request_is_markup_on_the_page(tmp_path):
    [report] = read(calls.in_folder(tmp_path))
    write(report, tmp_path / "timeline.html")
    page = (tmp_path / "timeline.html").read_text()
    assert page.count("</script") == 3
    assert "\u2028" not in page
