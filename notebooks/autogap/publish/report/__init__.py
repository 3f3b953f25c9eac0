"""The collection on paper: one PDF a notebook, and one for all, set by Typst from executed points."""
