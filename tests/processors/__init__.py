"""What hears the frames of a call and what decides its turns."""
