"""The recorder on a bot that somebody else built: same folder, same report, none of our turn-taking.

`attach` lives in `bot.attached.call`; `parley.py` reaches it from a project that has a `bot.py` of
its own.
"""
