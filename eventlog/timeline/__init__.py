"""A call as a picture: one HTML file with its lanes, its waits, its words and its sound.

A call that went wrong is a matter of who did what at the same moment, and no list of lines shows
that. The file needs nothing beside it but the recording, so it can be mailed, attached to a ticket
and opened in ten years. What is drawn is worked out here (`story`); the modules in `page/` draw.
"""
