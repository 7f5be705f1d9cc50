"""`python -m bot`: the same bot behind Pipecat's own development runner.

`parley serve` has a page of its own and needs no internet; this is for whoever works with Pipecat's
clients and the runner's other transports (`python -m bot --help`). The configuration is what
PARLEY_CONFIG names.
"""

from pipecat.runner.run import main

from bot.cloud import bot, readyz

__all__ = ["bot", "readyz"]

if __name__ == "__main__":
    main()
