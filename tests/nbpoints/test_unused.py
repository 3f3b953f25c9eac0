"""A parameter that nothing reads is found, so that no batch varies a value in vain."""

from __future__ import annotations

import pytest
from nbpoints.notebook import Cell
from nbpoints.parameters.unused import unread


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["print(f'{a:>{b}}')", "def f():\n    return c"], ""),
        (["def f(a):\n    return a", "[b for b in range(3)]", "(lambda c: c)(1)"], "abc"),
        (["a = 3\nprint(a)", "b = int(b)", "c += 1"], "a"),
        (["if b:\n    a = 3\nprint(a, c)"], ""),
        (["%%time\nprint(a)", "!ls {b}", "files = %sx ls $c"], ""),
        (["%%bash\necho"], ""),
        (["run.start('01_x', a=a, b=b, c=int(c))"], "ab"),
        (["frame.query('x == @a')", "globals()['b']"], ""),
        (["a = 1", "globals()['b']"], "a"),
        (["'a', \"b\", c.real", "x.a"], "ab"),
        (["def f():\n    global a\n    a += 1", "class A:\n    x = b", "try:\n    c\nfinally:\n    pass"], ""),
        (["a, b = 1, 2", "import c"], "abc"),
        (["smf.ols('y ~ I(x > a)', data=d)", "feols(fml='y ~ x * b | c', data=d)"], ""),
        (["pd.eval('a * 2')", "get_ipython().user_ns['b']"], ""),
        (["%run -i other.py"], ""),
        (["%run other.py", "frame.groupby('a').sum('b')", "title('The month of c')"], "abc"),
    ],
)
def test_a_parameter_that_no_later_cell_reads_is_found(sources, expected):
    notebook = [Cell(1, "code", "print(a, b, c)"), Cell(2, "code", "a = b = c = 1", ("parameters",))]
    notebook += [Cell(number, "code", source) for number, source in enumerate(sources, 3)]
    assert "".join(unread(notebook, ["a", "b", "c"])) == expected


def test_what_papermill_injected_reads_and_sets_nothing():
    notebook = [
        Cell(1, "code", "a = 1", ("parameters",)),
        Cell(2, "code", "a = 2", ("injected-parameters",)),
        Cell(3, "markdown", "a"),
        Cell(4, "code", "print(a)"),
    ]
    assert unread(notebook, ["a"]) == []
    assert unread(notebook[:3], ["a"]) == ["a"]
