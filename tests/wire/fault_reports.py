"""What the report of a call with a broken provider has to say."""

from bot.session import SessionReport
from eventlog.checker import check
from eventlog.reader import read

from .faulty_call import PROVIDERS, FaultyCall
from .loopback import KEY


def sound(report: SessionReport) -> bool:
    """Whether a report keeps every rule and no secret."""
    assert report.path is not None
    assert KEY not in report.path.read_text()
    return [str(f) for logged in read(report.path) for f in check(logged)] == []


def blames(report: SessionReport, name: str) -> bool:
    """Whether the call closed with an error that names the provider."""
    provider = PROVIDERS[name]
    detail = report.data["parley"]["close_detail"]
    assert report.close_reason == "error"
    assert report.error is not None
    assert report.error["type"] == f"{provider.slot}_error"
    counts = {"stt": 0, "llm": 0, "tts": 0, **report.data["errors"]}
    assert counts[provider.slot] > 0
    return detail["provider"] == provider.vendor


def only_blamed(held: FaultyCall, name: str) -> bool:
    """Whether each error that was told is this provider's."""
    provider = PROVIDERS[name]
    labels = [event.error.label for event in held.errors]
    return all(f".{provider.vendor}." in label for label in labels)


def said(report: SessionReport) -> list[str]:
    items = report.data["chat_history"]["items"]
    return [i["content"][0] for i in items if i["type"] == "message" and i["role"] == "assistant"]


def message(report: SessionReport) -> str:
    """What the first failure was, in words."""
    return report.data["parley"]["failures"][0]["message"]
