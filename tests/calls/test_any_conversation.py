"""Any conversation, held by the real call in virtual time: what must hold whatever happens."""

from hypothesis import HealthCheck, given, settings

from tests.calls import any_log_rules  # noqa: F401 - its rules hold as well
from tests.calls.any_call import play
from tests.calls.any_drawn import scripts
from tests.calls.any_rules import faults
from tests.calls.any_script import Script


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(scripts())
def test_no_word_is_lost_nothing_unheard_is_logged_and_the_call_ends(script: Script) -> None:
    """A call that waits or spins for ever fails in `play` itself."""
    assert faults(play(script)) == []
