"""`python -m bot.cli`, the same as `parley`."""

from bot.cli import main

main()
