"""The code that the notebooks of the collection share; which room may import which stands in pyproject.toml."""

__version__ = "0.2.0"
