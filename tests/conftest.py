"""What tests of several folders share."""

from pathlib import Path

import pytest

from tests.played_demo import Demo, clone_into, play


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, played whole by `make demo` in a folder that looks like a fresh clone."""
    folder = tmp_path_factory.mktemp("clone")
    clone_into(folder)
    return play(folder)


# Whole calls take as long as calls do: `make check` leaves them to `make test`.
REAL_TIME = (
    "calls",
    "cloud",
    "serve",
    "wire/test_default_config.py",
    "wire/test_flux.py",
    "scripted/test_scenario.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here).as_posix() if here in item.path.parents else ""
        if place.startswith(REAL_TIME):
            item.add_marker("slow")
