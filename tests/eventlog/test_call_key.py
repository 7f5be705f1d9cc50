"""Which reports are of one call, and which only look so."""

import json
from pathlib import Path

import pytest

from eventlog.call_key import call_key, has_key
from tests.eventlog.reading import LIVEKIT_FILES

JOBS = [(report["job_id"], report["events"][0]["created_at"]) for report in
        (json.loads(Path(file).read_text()) for file in LIVEKIT_FILES)]  # fmt: skip


def test_calls_of_livekits_that_have_one_job_id_are_told_apart_by_when_they_began():
    jobs = [job for job, _ in JOBS]
    assert len(set(jobs)) < len(jobs)
    assert len({call_key(*job) for job in JOBS}) == len(set(JOBS)) == len(JOBS)


def test_a_number_is_the_same_moment_however_it_is_written():
    assert call_key("a", 5) == call_key("a", 5.0) != call_key("a", 5.000001)


@pytest.mark.parametrize("job_id", [None, "", " ", 7, [], {}])
def test_a_report_without_a_job_is_of_no_known_call(job_id):
    assert not has_key(job_id, 1.0)


def test_a_report_without_an_event_is_of_no_known_call():
    assert not has_key("a", None)
    assert has_key("a", 0.0)
