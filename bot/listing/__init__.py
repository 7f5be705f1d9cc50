"""Which providers there are and what each can do, found out without importing them.

Nothing of Pipecat is loaded but the data of its registry, so that the list is there at once and is
whole, whatever is installed.
"""
