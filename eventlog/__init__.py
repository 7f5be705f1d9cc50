"""The event log: signals in, LiveKit's session report out, and the tools to read it.

Nothing here knows of Pipecat, so ten thousand reports are read without loading a pipeline.
"""
