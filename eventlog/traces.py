"""The files beside a report that tell why: the process's log of the call, and what LLMs were asked.

They are written by whoever holds the call (bot/traces) and read by whoever looks at it.
"""

LOG_FILE = "log.txt"
LLM_FILE = "llm.jsonl"
