"""Calls in the formats of others, so that their tools take over where ours end.

One module a format; what several of them tell of a call (its exchanges, its tools) stands once in
`exchanges` and `tool_runs`.
"""
