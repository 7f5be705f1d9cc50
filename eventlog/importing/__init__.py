"""Reports from elsewhere brought into our store, one folder a call.

LiveKit's users have session reports in files of any name, and dumps of many. In a store like that
of our own calls everything else works on them: timelines beside them, statistics, search, pruning.
"""
