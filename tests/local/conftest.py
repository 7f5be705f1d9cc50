import pytest

from bot.local.voice import Voice


@pytest.fixture(scope="session")
def voice() -> Voice:
    """The voice of the caller, loaded once: it holds no state of a test."""
    return Voice.load()
