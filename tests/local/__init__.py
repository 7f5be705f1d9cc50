"""The embedded providers, tested with the real models of the extra."""
