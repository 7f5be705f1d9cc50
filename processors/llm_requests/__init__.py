"""What an LLM was asked, request by request, and what it answered.

"Why did it say that" has its answer in what the model was told, which is neither the report nor the
context at the end of a call: tools, instructions and settings change, replies are begun early and
thrown away, and each provider is given a form of its own. So every request is noted where Pipecat
has it in the provider's form, and the frames of its answer carry its id to the log.
"""

from processors.llm_requests.request import LLMRequest
from processors.llm_requests.tap import LLMTap

__all__ = ["LLMRequest", "LLMTap"]
