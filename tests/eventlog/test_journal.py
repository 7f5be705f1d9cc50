"""The journal: everything that was appended can be read again, whatever happens to the file."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from eventlog.journal import FILE_NAME, Journal, JournalError, read
from eventlog.signals import (
    AnySignal,
    Closed,
    CloseReason,
    ErrorSource,
    Failed,
    ToolCall,
    Transcribed,
)
from tests.eventlog.folding import T0, Script, header

ROOT = Path(__file__).parent.parent.parent


def journal_of(folder, signals, losses=None):
    """Write a journal and return its path."""
    told = losses if losses is not None else []
    journal = Journal(folder / FILE_NAME, header(), lambda count, why: told.append((count, why)))
    for number, one in enumerate(signals, 1):
        journal.append(number, one)
    journal.close()
    return journal.path


@pytest.fixture
def call():
    return Script().start().user_turn(2, "Hällo “you”.").reply(3.5, "Yes.\nNo.").close(9).signals


def test_what_was_appended_is_read_back(tmp_path, call):
    losses = []
    assert read(journal_of(tmp_path, call, losses)) == (header(), call, 0)
    assert losses == []


def test_every_kind_of_signal_survives_the_journal(tmp_path):
    failure = Failed(at=T0, source=ErrorSource.LLM, label="x", recoverable=False)
    special = {
        "calls": [ToolCall(call_id="1", name="n", arguments="{}")],
        "source": ErrorSource.TTS,
        "reason": CloseReason.ERROR,
        "failure": failure,
        "counters": {"n": 1.5},
        "hook": 0.5,
        "characters": 3,
    }
    signals = []
    for kind in AnySignal.__args__:
        fields = {}
        for field in msgspec.structs.fields(kind):
            if field.required and field.name != "at":
                fallback = {float: T0, str: "text", bool: True}.get(field.type)
                fields[field.name] = special.get(field.name, fallback)
        signals.append(kind(at=T0, **fields))
    signals.append(Closed(at=T0, reason=CloseReason.ERROR, detail={"who": "x"}, failure=failure))
    assert read(journal_of(tmp_path, signals))[1] == signals


def test_only_its_owner_may_read_a_journal(tmp_path, call):
    assert stat.S_IMODE(journal_of(tmp_path, call).stat().st_mode) == 0o600


def test_a_journal_is_never_written_over(tmp_path, call):
    journal_of(tmp_path, call)
    with pytest.raises(FileExistsError):
        journal_of(tmp_path, call)


def test_a_line_that_broke_off_is_counted_and_the_rest_is_read(tmp_path, call):
    path = journal_of(tmp_path, call)
    path.write_bytes(path.read_bytes()[:-20])
    assert read(path) == (header(), call[:-1], 1)


def test_a_missing_line_is_counted_by_its_number(tmp_path, call):
    path = journal_of(tmp_path, call)
    lines = path.read_bytes().split(b"\n")
    del lines[3:5]
    path.write_bytes(b"\n".join(lines))
    assert read(path) == (header(), call[:2] + call[4:], 2)


def test_a_damaged_line_in_the_middle_is_counted_once(tmp_path, call):
    path = journal_of(tmp_path, call)
    lines = path.read_bytes().split(b"\n")
    lines[2] = b'{"n": 2, "s": {"signal": "unheard_of", "at": 1.0}}'
    path.write_bytes(b"\n".join(lines))
    assert read(path) == (header(), call[:1] + call[2:], 1)


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (b"", "line 1 is not the header"),
        (b"{", "line 1 is not the header"),
        (b"[1]", "line 1 is not the header"),
        (b'{"n": 1}', "line 1 is not the header"),
        (b'{"journal": 2}', "journal version 2 is not known here"),
        (b'{"journal": 1}', "the header is damaged"),
    ],
)
def test_a_wrong_header_is_named_with_its_file(tmp_path, first, says):
    path = tmp_path / FILE_NAME
    path.write_bytes(first + b"\n")
    with pytest.raises(JournalError, match=says) as error:
        read(path)
    assert str(path) in str(error.value)


def test_a_file_that_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(JournalError, match="cannot be read"):
        read(tmp_path / FILE_NAME)


def test_a_disk_that_fails_is_counted_and_said_once(tmp_path, call, monkeypatch):
    real, left = os.write, [4]

    def full(file, data):
        if threading.current_thread().name == "parley-journal":
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
        return real(file, data)

    monkeypatch.setattr(os, "write", full)
    losses = []
    path = journal_of(tmp_path, call, losses)
    assert losses == [(len(call) - 4, "No space left on device")]
    assert read(path)[1] == call[:4]


def test_a_line_that_the_disk_took_half_of_costs_itself_and_is_counted(tmp_path, call, monkeypatch):
    real, writes = os.write, []

    def half(file, data):
        if threading.current_thread().name == "parley-journal":
            writes.append(data)
            if len(writes) == 2:
                return real(file, data[:10])
            if len(writes) == 3:
                raise OSError(5, "Input/output error")
        return real(file, data)

    monkeypatch.setattr(os, "write", half)
    losses = []
    path = journal_of(tmp_path, call, losses)
    assert losses == [(1, "Input/output error")]
    found, lost = read(path)[1:]
    assert found == call[:1] + call[3:]
    assert lost == 2


def test_a_disk_that_hangs_is_not_waited_for(tmp_path, call, monkeypatch):
    release, losses = threading.Event(), []
    real = os.write

    def hang(file, data):
        if threading.current_thread().name == "parley-journal":
            release.wait(10)
        return real(file, data)

    monkeypatch.setattr(os, "write", hang)
    journal = Journal(tmp_path / FILE_NAME, header(), lambda count, why: losses.append(count))
    for number, one in enumerate(call, 1):
        journal.append(number, one)
    journal.close(timeout=0.05)
    assert losses
    release.set()
    journal.close(timeout=10)


def test_a_killed_process_leaves_what_it_appended_on_disk(tmp_path):
    """SIGKILL in the middle of appending: all but the last few milliseconds can be read."""
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from eventlog.journal import Journal\n"
        "from eventlog.signals import Transcribed\n"
        "from tests.eventlog.folding import header\n"
        f"journal = Journal(Path({str(tmp_path / FILE_NAME)!r}), header(), print)\n"
        "for n in range(1, 1_000_000):\n"
        "    journal.append(n, Transcribed(at=float(n), text='word', final=False))\n"
        "    if n % 10 == 0:\n"
        "        time.sleep(0.002)\n"
        "        print(n, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    appended = 0
    while appended < 200:
        appended = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    appended = int((process.stdout.read().split() or [appended])[-1])
    process.stdout.close()
    _, found, lost = read(tmp_path / FILE_NAME)
    assert found == [
        Transcribed(at=float(n), text="word", final=False) for n in range(1, len(found) + 1)
    ]
    # The writer has had two milliseconds for all but the latest ten of them.
    assert len(found) >= appended - 50
    assert lost <= 1
