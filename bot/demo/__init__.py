"""A recorded call played again: a simulated caller talks to a real bot, in real time.

Whoever has just installed Parley sees within a minute what a call is and what it leaves behind:
the greeting, two turns, a barge-in, a farewell, and the log of it all. The script is data
(`script`), the caller plays it (`caller`), and `play` puts both into a call.
"""
