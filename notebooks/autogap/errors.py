"""What a user is told when the input is wrong; the engine's own words, under the collection's name."""

from __future__ import annotations

from nbpoints.errors import InputError, did_you_mean

__all__ = ["InputError", "did_you_mean"]
