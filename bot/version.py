"""The version of Parley, also where it is not an installed distribution (a cloud image)."""

__version__ = "0.1.0"
