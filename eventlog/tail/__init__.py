"""A call in the terminal while it goes on: its journal, folded as its report will be.

The journal holds signals; what they come to is worked out by the recorder's own fold, so a line
that is shown here is the line that `parley log show` has of the same event afterwards.
"""
