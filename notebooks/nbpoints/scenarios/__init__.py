"""Scenario files: from a mapping of names to the points of a batch."""
