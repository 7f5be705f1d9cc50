"""Pipecat's side of Parley: what hears the frames of a call and what decides its turns."""
