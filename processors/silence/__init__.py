"""Providers that go mute: they raise no error, and nobody takes over from them.

Pipecat's clients wait for ten minutes or for ever for what does not come. Here it becomes an error
of the service, so that the log names who is to blame and the call's limit on failures applies. What
a service owes, and since when, is what `processors.failover` goes by as well.
"""

from processors.silence.called_off import CalledOff
from processors.silence.llm import LLMSilence
from processors.silence.realtime import RealtimeSilence
from processors.silence.stt import STTSilence
from processors.silence.tts import TTSSilence

__all__ = ["CalledOff", "LLMSilence", "RealtimeSilence", "STTSilence", "TTSSilence"]
