"""Which call a report is of."""

import json

from eventlog.importing.identity import digest, identity_of
from tests.eventlog.reading import dumped, livekit


def test_a_call_is_known_by_its_job_and_has_the_folder_that_a_call_of_ours_would_have():
    assert identity_of(dumped()).name == "AJ_r4vi52EqoUt8"


def test_what_was_added_to_a_report_later_leaves_it_the_same_call():
    later = dumped()
    later["events"].append({"type": "close", "created_at": later["timestamp"] + 1})
    later["timestamp"] += 1
    assert identity_of(later) == identity_of(dumped())


def test_calls_of_one_job_that_began_at_other_times_are_two():
    one, two = (identity_of(livekit("1.3.12", name)) for name in ("plain_turn", "two_turns"))
    assert (one.value, one.name) == (two.value, two.name)
    assert one != two
    assert one.name_with_time == "AJ_reference-20261122T075510-227464Z"
    assert one.name_with_time != two.name_with_time


def test_an_id_that_might_lead_elsewhere_is_hashed():
    for job in ("../../etc", "a/b", "a" * 65, ".", "\ud800", "\u2028", "a b"):
        name = identity_of(dumped() | {"job_id": job}).name
        assert len(name) == 32
        assert name.isalnum()


def test_without_a_job_it_is_the_room_and_the_time_it_began():
    for job in ("", None, 7):
        found = identity_of(dumped() | {"job_id": job})
        assert found.kind == "room"
        assert found.name == "RM_VnavPcRVaF2E-20260208T074746-081748Z"


def test_without_any_id_it_is_the_content():
    bare = dumped() | {"job_id": None, "room_id": ""}
    found = identity_of(bare)
    assert found.kind == "content"
    assert found == identity_of(json.loads(json.dumps(bare)))
    assert found != identity_of(bare | {"timestamp": 1.0})
    assert len(found.name) == 32


def test_a_time_of_no_age_is_part_of_a_name_all_the_same():
    odd = {"job_id": "", "room_id": "RM_x", "events": [{"created_at": 1e300}]}
    assert len(identity_of(odd).name) == 32


def test_two_reports_have_one_digest_if_they_say_the_same_in_any_order_of_keys():
    turned = dict(reversed(dumped().items()))
    assert digest(turned) == digest(dumped())
    assert digest(dumped() | {"room": "\ud800"}) != digest(dumped())
