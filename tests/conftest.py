"""What tests of several folders share."""

import pytest

from tests.played_demo import Demo, clone_into, play


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, played whole by `make demo` in a folder that looks like a fresh clone."""
    folder = tmp_path_factory.mktemp("clone")
    clone_into(folder)
    return play(folder)
