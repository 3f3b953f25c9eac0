"""The Python in code cells, beside IPython's magics."""

from __future__ import annotations

import ast
import re
import threading
import warnings

# a line of magic (%time), shell (!ls), help (?name, name?) or an assignment from the first two (files = !ls)
MAGIC = re.compile(r"^([ \t]*)(?:%(?!%)|!|\?|[\w.]+\?{1,2}[ \t]*$|[\w, \t]+=[ \t]*[%!]).*$", re.MULTILINE)

# cell magics whose text is Python all the same
_PYTHON_MAGIC = re.compile(r"\A\s*%%(?:time|timeit|capture|prun)\b.*")
# filters of warnings belong to the process, and Python 3.11 counts the depth of all threads that parse as one: https://github.com/python/cpython/issues/106905
_PARSING = threading.Lock()
# what a merge leaves in a file that it could not join
_CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)


def syntax(source: str) -> ast.Module | None:
    """Parse the Python of a code cell; lines of IPython magic count as ``pass``.

    Parameters
    ----------
    source : str
        The cell's text.

    Returns
    -------
    ast.Module or None
        None when the cell is not Python, such as one that begins with ``%%bash``.

    Examples
    --------
    >>> len(syntax("%matplotlib inline\\nx = 1").body), syntax("%%bash\\nls -l")
    (2, None)
    """
    with _PARSING, warnings.catch_warnings():
        # a stranger's invalid escape such as "\\d" is not our concern
        warnings.simplefilter("ignore")
        source = _PYTHON_MAGIC.sub("pass", source)
        for text in (source, MAGIC.sub(r"\1pass", source)):
            try:
                return ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def conflict_line(text: str) -> int:
    """Return the number of the line at which the markers of a merge conflict begin, or 0.

    Examples
    --------
    >>> conflict_line("a = 1\\n<<<<<<< HEAD\\nb = 2"), conflict_line("a << 7")
    (2, 0)
    """
    found = _CONFLICT.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0
