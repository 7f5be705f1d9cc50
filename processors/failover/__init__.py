"""When a provider fails, another one goes on with the call.

Pipecat's service switcher holds the providers of a slot and routes frames to one of them. What is
added here: what counts as a failure (an error, or silence while there is something to do), what the
next provider is given so that the turn at hand is not lost, and the way back to the first one.
"""

from processors.failover.llm_work import LLMWork
from processors.failover.stt_work import STTWork
from processors.failover.switcher import FailoverPolicy, LLMFailover, ServiceFailover
from processors.failover.tts_work import TTSWork

__all__ = ["FailoverPolicy", "LLMFailover", "LLMWork", "STTWork", "ServiceFailover", "TTSWork"]
