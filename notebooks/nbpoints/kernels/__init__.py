"""Kernels that start warm, and what they were seen to read."""
