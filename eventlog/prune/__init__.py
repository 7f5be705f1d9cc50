"""Removing the calls that are older than anybody wants to keep them.

What is removed cannot be had back, so everything here errs on the side of keeping: only folders
that are a call's and nothing else, never a call that may still go on, nothing behind a link.
"""
