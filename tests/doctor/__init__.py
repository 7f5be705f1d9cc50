"""`parley doctor`, its online checks against vendors on loopback that the real SDKs talk to."""
