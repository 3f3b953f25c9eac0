"""The code that the notebooks of the collection share. Rooms, in the order in which they may import:

errors, paths, parameters, data, methods, run, figures, results, claims, batch, checks, sources.
"""

__version__ = "0.1.0"
