"""What the calls with broken providers share."""

from typing import Any

import pytest
from pipecat.services import websocket_service
from pipecat.services.deepgram import stt as deepgram_stt


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Pipecat's clients wait a moment between attempts, where they wait four seconds."""

    def moment(*args: Any, **kwargs: Any) -> float:
        return 0.2

    for module in (websocket_service, deepgram_stt):
        monkeypatch.setattr(module, "exponential_backoff_time", moment)
