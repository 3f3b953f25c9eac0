"""All planted faults, in the order in which they are planted."""

from __future__ import annotations

from tests.mutation import in_notebooks, in_project, in_words
from tests.mutation.fault import FAULTS, Fault

__all__ = ["FAULTS", "Fault", "in_notebooks", "in_project", "in_words"]
