"""The recorder on a bot that somebody else built: same folder, same report, no turn-taking of ours.

`attach` lives in `bot.attached.call`; the package `parley` reaches it from a project that has a
bot.py of its own.
"""
