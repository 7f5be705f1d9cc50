"""The embedded providers: speech, language and voice with no key and no network."""
