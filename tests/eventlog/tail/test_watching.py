"""A call that is watched: what is shown of it is what its report has, whatever becomes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventlog import file_lock
from eventlog.journal import FILE_NAME, JournalError
from eventlog.moments import moments
from eventlog.reader import Origin, ReadError
from eventlog.tail.call import State, WatchedCall
from eventlog.tail.finding import newest
from eventlog.tail.telling import LONGEST_TOOL, Telling
from eventlog.tail.watching import follow, show_last, wait_for_call, wait_for_report
from eventlog.view import View
from tests.eventlog.folding import Script, Told
from tests.eventlog.legal_call import calls
from tests.eventlog.tail.growing import Growing, Shown
from tests.eventlog.test_journal import journal_of


def two_turns() -> Script:
    script = Script().start().says(1, "Hello.").user_turn(4, "What is the weather?")
    script.asks(5.5).tools(6, "get_weather").tool_ends(6.5).reply(6.75, "Sunny.", continues=True)
    return script.user_turn(10, "Thanks.").reply(11.5, "You are welcome.").close(15)


def whole(data: dict) -> list:
    return list(moments(View.of(data, Origin.PARLEY)))


def watched(folder: Path, last: int = 1000) -> tuple[WatchedCall, Shown, Telling]:
    """A call as a person begins to watch it."""
    call, shown, telling = WatchedCall(folder), Shown(), Telling()
    call.look()
    show_last(call, shown, last, telling)
    return call, shown, telling


def never() -> None:
    raise AssertionError("nothing more was to be waited for")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls(), st.data())
def test_what_is_shown_of_any_call_is_what_its_report_has(tmp_path_factory, call, data):
    """However the journal is cut into what one look sees, and whenever watching begins."""
    folder = tmp_path_factory.mktemp("call")
    signals = call.script.signals
    told = Told(signals)
    journal = journal_of(folder, signals).read_bytes()
    places = st.integers(journal.index(b"\n") + 1, len(journal))
    cuts = sorted(data.draw(st.lists(places, max_size=8)))
    growing = folder / "growing"
    growing.mkdir()
    pieces = [journal[a:b] for a, b in zip([0, *cuts], [*cuts, len(journal)], strict=True)]
    with (growing / FILE_NAME).open("wb", buffering=0) as file:
        file_lock.hold(file.fileno())
        file.write(pieces.pop(0))
        watching, shown, telling = watched(growing)
        follow(watching, shown, telling, sleep=lambda _: file.write(pieces.pop(0)))
    assert shown.events == told.data["events"]
    assert shown.moments == [replace(moment, text=shortened(moment)) for moment in whole(told.data)]
    assert watching.state is State.CLOSED


def shortened(moment) -> str:
    long = moment.who == "tool" and len(moment.text) > LONGEST_TOOL
    return moment.text[:LONGEST_TOOL] + "…" if long else moment.text


def test_events_are_shown_as_they_come_and_watching_ends_with_the_call(tmp_path):
    script = two_turns()
    growing = Growing(tmp_path / "a", script.signals)
    growing.grow(3)
    call, shown, telling = watched(tmp_path / "a")
    assert [moment.text for moment in shown.moments] == ["is listening", "has a line to say"]
    seen = []

    def sleep(_seconds: float) -> None:
        seen.append(len(shown.events))
        growing.grow()

    follow(call, shown, telling, sleep)
    growing.end()
    assert shown.events == Told(script.signals).data["events"]
    assert shown.moments == whole(Told(script.signals).data)
    assert seen == sorted(seen)
    assert len(set(seen)) > 10


def test_only_the_last_events_are_shown_of_those_before(tmp_path):
    script = two_turns()
    journal_of(tmp_path, script.signals)
    call, shown, _ = watched(tmp_path, last=2)
    assert call.state is State.CLOSED
    assert shown.events == Told(script.signals).data["events"][-2:]
    assert [moment.text for moment in shown.moments] == ["is listening", "closed: user_initiated"]
    assert watched(tmp_path, last=0)[1].moments == []


def test_a_half_written_line_is_waited_for(tmp_path):
    journal = journal_of(tmp_path, two_turns().signals)
    data = journal.read_bytes()
    half = data.index(b"\n") + 30
    growing = tmp_path / "growing"
    growing.mkdir()
    with (growing / FILE_NAME).open("wb", buffering=0) as file:
        file_lock.hold(file.fileno())
        file.write(data[:half])
        call, shown, telling = watched(growing)
        assert (shown.events, call.state) == ([], State.LIVE)
        follow(call, shown, telling, sleep=lambda _: file.write(data[half:]))
    assert len(shown.events) == len(Told(two_turns().signals).data["events"])


def test_a_header_on_its_way_is_waited_for(tmp_path):
    data = journal_of(tmp_path, two_turns().signals).read_bytes()
    growing = tmp_path / "growing"
    growing.mkdir()
    path = growing / FILE_NAME
    path.write_bytes(data[:10])
    call, shown, telling = watched(growing)
    assert call.state is State.LIVE
    follow(call, shown, telling, sleep=lambda _: path.write_bytes(data))
    assert call.state is State.CLOSED


def test_a_process_that_is_gone_is_noticed(tmp_path):
    script = Script().start().says(1, "Hello.")
    growing = Growing(tmp_path / "a", script.signals)
    call, shown, telling = watched(tmp_path / "a")
    assert call.state is State.LIVE
    follow(call, shown, telling, sleep=lambda _: growing.end())
    assert call.state is State.GONE
    assert shown.moments[-2].text == "Hello."


def test_a_journal_that_has_gone_is_read_on_in_the_report(tmp_path):
    script = two_turns()
    told = Told(script.signals)
    growing = Growing(tmp_path / "a", script.signals)
    growing.grow(12)
    call, shown, telling = watched(tmp_path / "a")

    def rotate(_seconds: float) -> None:
        growing.report(told.data)
        growing.path.unlink()

    follow(call, shown, telling, rotate)
    assert call.state is State.CLOSED
    assert shown.events == told.data["events"]
    assert shown.moments == whole(told.data)


def test_a_call_that_was_recovered_meanwhile_ends_with_its_report(tmp_path):
    """Its journal has no close; the report that was made of it has one."""
    from eventlog.recovery import recover_folder

    growing = Growing(tmp_path / "a", Script().start().says(1, "Hello.").signals)
    call, shown, telling = watched(tmp_path / "a")

    def recover(_seconds: float) -> None:
        growing.end()
        recover_folder(growing.folder)

    follow(call, shown, telling, recover)
    assert call.state is State.CLOSED
    assert shown.events[-1]["type"] == "close"


def test_a_finished_call_is_read_from_its_report(tmp_path):
    script = two_turns()
    growing = Growing(tmp_path / "a", script.signals)
    growing.end()
    growing.report(Told(script.signals).data)
    growing.path.write_text("damaged since\n")
    call, shown, telling = watched(tmp_path / "a")
    assert shown.moments == whole(Told(script.signals).data)
    follow(call, shown, telling, sleep=lambda _: never())


def test_the_report_is_waited_for_but_not_for_ever(tmp_path):
    growing = Growing(tmp_path / "a", two_turns().signals)
    growing.end()
    call, _, _ = watched(tmp_path / "a")
    naps = []
    assert not wait_for_report(call, naps.append)
    assert sum(naps) == pytest.approx(10)
    told = Told(two_turns().signals)
    assert wait_for_report(call, lambda _: growing.report(told.data))


def test_the_call_under_way_is_preferred_and_otherwise_waited_for(tmp_path):
    Growing(tmp_path / "old", two_turns().signals).end()
    begun = []

    def sleep(_seconds: float) -> None:
        begun.append(Growing(tmp_path / "new", two_turns().signals))

    assert newest(tmp_path) == tmp_path / "old"
    assert wait_for_call(tmp_path, sleep) == tmp_path / "new"
    assert len(begun) == 1
    assert wait_for_call(tmp_path, lambda _: never()) == tmp_path / "new"
    begun[0].end()


def test_a_long_output_of_a_tool_is_shortened(tmp_path):
    script = Script().start().user_turn(1, "Hm?").asks(2.5).tools(3, "read_book")
    script.tool_ends(3.5, output="word " * 1000).reply(4, "Long.", continues=True).close(9)
    journal_of(tmp_path, script.signals)
    _, shown, _ = watched(tmp_path)
    [tool] = [moment for moment in shown.moments if moment.who == "tool"]
    assert len(tool.text) == LONGEST_TOOL + 1


def test_what_is_no_journal_or_no_report_is_named(tmp_path):
    (tmp_path / FILE_NAME).write_text("no header\n")
    with pytest.raises(JournalError, match="line 1"):
        WatchedCall(tmp_path).look()
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(ReadError, match=r"report\.json"):
        WatchedCall(tmp_path).look()
