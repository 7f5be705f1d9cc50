"""Providers that follow a script: exact timings, no model, no network.

They are given in a config as `provider: tests.scripted.stt:ScriptedSTT` with plain YAML `args`, so
that whole calls run through the same code as with real providers.
"""
