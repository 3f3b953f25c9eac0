"""Run the points of a batch."""
