"""What a run leaves on disk, and what has changed since."""
