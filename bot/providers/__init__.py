"""From a provider's name in YAML to a running Pipecat service.

Any service that Pipecat lists, any class by its path and the embedded ones are built the same way:
`settings` become the class's own `Settings`, `args` its constructor's arguments, and both are
checked against the class, so that a typing error is told and not ignored. There is no list of
factories to keep up with Pipecat's releases.
"""

from bot.providers.build import build, describe
from bot.providers.check import check_providers
from bot.providers.find import resolve
from bot.providers.vad import build_vad

__all__ = ["build", "build_vad", "check_providers", "describe", "resolve"]
