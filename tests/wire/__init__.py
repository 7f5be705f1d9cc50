"""Loopback providers: servers on 127.0.0.1 that speak the wire protocols of real vendors.

A whole call can then be tested through the client classes that production uses, so that what is
tested includes URLs, handshakes, message shapes and the vendors' SDKs.
"""
