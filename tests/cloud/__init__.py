"""The bot in the image that Pipecat Cloud runs, as far as that can be had without Docker."""
