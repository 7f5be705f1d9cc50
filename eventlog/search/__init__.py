"""Search over the transcripts of many calls: who said it, in which call, and when.

Searched is what `parley log show` tells as said: the messages of user and agent, as the log has
them (an interrupted reply holds the words that were heard), and the calls of tools with their
outputs. Interim transcripts and words that became no message are not.
"""
