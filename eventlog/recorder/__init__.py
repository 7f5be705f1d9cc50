"""The fold from signals to events and items, one state machine split by who acts."""

from eventlog.recorder.recorder import Recorder

__all__ = ["Recorder"]
