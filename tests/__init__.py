"""The tests; a package so that a config can name `tests.scripted` providers."""
