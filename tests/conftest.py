"""What tests of several folders share."""

import signal
from pathlib import Path

import pytest

from tests.played_demo import Demo, clone_into, play


def pytest_configure() -> None:
    """Let Ctrl-C be heard: what a shell runs in the background ignores it, with its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, played whole by `make demo` in a folder that looks like a fresh clone."""
    folder = tmp_path_factory.mktemp("clone")
    clone_into(folder)
    return play(folder)


# Whole calls take as long as calls do, whole processes as long as those, and random cases are many:
# `make check` leaves them to `make test`.
TAKE_THEIR_TIME = (
    "attach/test_names.py",
    "calls",
    "cli/test_providers.py",
    "cloud",
    "config/test_every_provider.py",
    "doctor/test_command.py",
    "doctor/test_online.py",
    "eventlog/export/test_judge.py",
    "eventlog/export/test_parquet.py",
    "eventlog/export/test_partitions.py",
    "eventlog/prune/test_command.py",
    "eventlog/search/test_command.py",
    "eventlog/tail/test_command.py",
    "eventlog/test_recorder_any_call.py",
    "eventlog/test_timeline_live.py",
    "scripted",
    "serve",
    "test_memory_transport.py",
    "wire/test_default_config.py",
    "wire/test_flux.py",
    "wire/test_realtime_call.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here).as_posix() if here in item.path.parents else ""
        if place.startswith(TAKE_THEIR_TIME):
            item.add_marker("slow")
