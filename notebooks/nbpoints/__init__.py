"""Run, check and compare parameterized notebooks of any folder: a point is a notebook with its parameters."""
