"""Who spoke how long."""

from eventlog.stats.talk_time import talk_time

USER, AGENT = True, False


def test_who_speaks_at_the_end_spoke_until_then():
    found = talk_time([(2.0, AGENT, True)], 0.0, 5.0)
    assert (found.call, found.agent, found.nobody) == (5.0, 3.0, 2.0)


def test_speech_over_speech_counts_for_both():
    changes = [(0.0, AGENT, True), (2.0, USER, True), (3.0, AGENT, False), (4.0, USER, False)]
    found = talk_time(changes, 0.0, 6.0)
    assert (found.agent, found.user, found.both, found.nobody) == (3.0, 2.0, 1.0, 2.0)


def test_changes_that_are_dated_back_are_put_in_order():
    in_order = [(1.0, USER, True), (2.0, USER, False), (2.5, AGENT, True)]
    assert talk_time(in_order[::-1], 0.0, 4.0) == talk_time(in_order, 0.0, 4.0)
