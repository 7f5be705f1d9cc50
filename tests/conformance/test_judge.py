"""What LiveKit wrote conforms to LiveKit's models, and what was damaged does not."""

import pytest

from tests.conformance.environment import FOLDER, python_with_livekit
from tests.conformance.livekit import judge
from tests.eventlog.reading import LIVEKIT_FILES, dumped, livekit, ours

pytestmark = pytest.mark.conformance

RUNS = [path.stem for path in LIVEKIT_FILES if path.parent.name == "1.3.12"]
ERRORS = ["llm_error", "stt_error", "tts_error", "realtime_model_error"]


def damaged(place, change):
    report = dumped()
    change(report["events"][place])
    return report


def with_a_null_in_the_history():
    report = dumped()
    report["chat_history"]["items"][1]["hash"] = None
    return report


def failing(failure):
    """A call with an error event, that an error of the same shape then closes."""
    report = dumped()
    close = report["events"][-1]
    at = close["created_at"]
    close.update(reason="error", error=failure)
    moment = {"type": "error", "error": dict(failure), "source": "openai", "created_at": at}
    report["events"].insert(-1, moment)
    return report


def failure(kind, **more):
    return {"type": kind, "timestamp": 1.5, "label": "openai", "recoverable": False} | more


CONFORMING = {
    "the dump": dumped(),
    "our further keys": ours(),
    **{f"1.3.12 {name}": livekit("1.3.12", name) for name in RUNS},
    **{kind: failing(failure(kind)) for kind in ERRORS},
}
DAMAGED = {
    "event 0: its model refuses it": damaged(0, lambda event: event.update(new_state="dancing")),
    "event 5: its model refuses it": damaged(5, lambda event: event.update(created_at="noon")),
    "event 1: : LiveKit has no `mood`": damaged(1, lambda event: event.update(mood="good")),
    "LiveKit writes `hash` too": damaged(3, lambda event: event["item"].pop("hash")),
    "LiveKit has no `ttft`": damaged(3, lambda event: event["item"]["metrics"].update(ttft=1.0)),
    "no event of LiveKit": damaged(5, lambda event: event.update(type="mystery")),
    "in the order type, ": damaged(5, lambda event: event.update(type=event.pop("type"))),
    ".items.1: LiveKit has no `hash`": with_a_null_in_the_history(),
    "LiveKit has no `cost`": failing(failure("llm_error", cost=1)),
    "event 40: its error has the shape of none": failing(failure("disk_error")),
}


@pytest.fixture(scope="session")
def verdicts():
    """All cases judged at once, since LiveKit takes seconds to import; findings by case."""
    python_with_livekit()
    cases = CONFORMING | DAMAGED
    found = judge(list(cases.values()))
    return {
        name: [one for one in found if one.startswith(f"{place}: ")]
        for place, name in enumerate(cases)
    }


@pytest.mark.parametrize("name", CONFORMING)
def test_what_livekit_would_write_conforms(verdicts, name):
    assert verdicts[name] == []


@pytest.mark.parametrize("problem", DAMAGED)
def test_a_damaged_report_does_not_conform_and_the_finding_says_where(verdicts, problem):
    assert any(problem in finding for finding in verdicts[problem]), verdicts[problem]


def test_the_environment_is_made_once_and_again_after_an_interruption(tmp_path, monkeypatch):
    made = []

    def make(command):
        made.append(command)
        (tmp_path / "env" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "env" / "bin" / "python").touch()

    monkeypatch.setattr("tests.conformance.environment._run", make)
    python_with_livekit(tmp_path / "env")
    steps = len(made)
    python_with_livekit(tmp_path / "env")
    assert len(made) == steps
    (tmp_path / "env" / "ready").unlink()
    python_with_livekit(tmp_path / "env")
    assert len(made) == 2 * steps


def test_the_environment_is_outside_ours():
    assert FOLDER.parent.name == ".cache"
    with pytest.raises(ModuleNotFoundError):
        __import__("livekit.agents")
