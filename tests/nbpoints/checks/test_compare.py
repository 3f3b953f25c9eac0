"""Numbers within a tolerance, words exactly, tables by row and column, results by name."""

from __future__ import annotations

import books
import pytest
from nbpoints.checks import outputs, tables
from nbpoints.checks.compare import close, report, texts, values

HTML = (
    "<div><style scoped>.x {{ color: red }}</style><table><thead>"
    "<tr><th></th><th colspan='2'>exports</th></tr>"
    "<tr><th>period</th><th>value_jpy_bn</th><th>share_pct</th></tr></thead>"
    "<tbody><tr><th>2025-05</th><td>{}</td><td>{}</td></tr><tr><th>2025-06</th><td>3.0</td><td>4.0</td></tr></tbody>"
    "</table><p>{}</p></div>"
)


def lines(found) -> list[str]:
    return [str(one) for one in found]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("0.3", "0.30000000000000004"),
        ("a  12.5\nb   7.0", "a 12.50000001\nb  7.0"),
        ("-0.0 percent", "0.0 percent"),
        ("1,234,567.8 yen", "1234567.8 yen"),
        ("1e-17", "3e-18"),
        ("−5.25", "-5.25"),
        ("nan", "nan"),
    ],
)
def test_noise_is_green(was, now):
    """What differs between two machines without meaning anything."""
    assert texts(was, now) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("451.7", "452.1"),
        ("2025-05", "2025-06"),
        ("-5.2", "5.2"),
        ("8,612,345", "8,612,346"),
        ("1.0001", "1.0002"),
        ("nan", "1.0"),
        ("5 percent", "5 per cent"),
        ("exports", "Exports"),
        ("a\nb", "a b"),
        ("1 2", "1 2 3"),
    ],
)
def test_changes_are_red(was, now):
    """What a reader would notice."""
    assert len(texts(was, now)) == 1


def test_gaps_and_nested_values():
    """A gap equals only a gap; places inside JSON are named."""
    assert not close(float("nan"), 0.0)
    assert lines(values({"a": {"b": [1, "x"]}}, {"a": {"b": [1, "y"], "c": None}})) == [
        "a.b[1]: was 'x', is 'y'",
        "a.c: was absent, is None",
    ]
    assert lines(values({"a": True}, {"a": 1})) == ["a: was True, is 1"]


def test_table_names_row_and_column():
    """One cell off by a thousandth is one line."""
    old = books.display(html=HTML.format("451.7", "53.1", "2 rows"), plain="...")
    new = books.display(html=HTML.format("451.7", "53.1531", "2 rows"), plain=",,,")
    found = outputs.compare([old], [new])
    assert lines(found) == ["row 2025-05, column exports / share_pct: was 53.1, is 53.1531"]
    assert found[0].kind == "number"


def test_swapped_columns_renamed_rows_and_text_around_are_told():
    """Structure counts as much as figures."""
    old = tables.from_html(HTML.format(1, 2, ""))[0][0]
    assert old.columns == ["exports / value_jpy_bn", "exports / share_pct"]
    swapped = tables.Table(old.columns[::-1], old.labels, old.cells)
    assert lines(tables.compare(old, swapped))[0].startswith("columns in order: was")
    renamed = tables.Table(old.columns, ["2025-05", "2025-07"], old.cells)
    assert lines(tables.compare(old, renamed)) == ["rows: gone: 2025-06; new: 2025-07"]
    around = [books.display(html=HTML.format(1, 2, text)) for text in ("provisional", "revised")]
    assert "was 'provisional', is 'revised'" in lines(outputs.compare([around[0]], [around[1]]))[0]


def test_markdown_tables_are_tables():
    """A sentence and a pipe table in one output."""
    text = "The shares:\n\n| month | share |\n|:--|--:|\n| May | {} |\n"
    old, new = (books.display(markdown=text.format(value)) for value in ("53.1", "53.2"))
    assert lines(outputs.compare([old], [new])) == ["row May, column share: was 53.1, is 53.2"]


def test_results_compare_by_the_tighter_tolerance():
    """Each result has its own tolerance, and widening it is a change itself."""
    noise = outputs.compare([books.result("gap", 8.6, tolerance=1e-3)], [books.result("gap", 8.6001, tolerance=1e-3)])
    assert noise == []
    found = outputs.compare([books.result("gap", 8.6)], [books.result("gap", 8.6001, tolerance=1e-3)])
    assert lines(found) == ["result gap: was 8.6, is 8.6001", "result gap, tolerance: was 1e-06, is 0.001"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"unit": "ratio"}, "result share, unit: was 'percent', is 'ratio'"),
        ({"digits": 2}, "result share, digits: was 1, is 2"),
        ({"name": "part"}, "result share is missing: 'share = 53.1 percent'"),
        ({"value": -53.1}, "result share: was 53.1, is -53.1"),
    ],
)
def test_results_compare_in_name_and_unit(change, line):
    """Everything that a result says is compared."""
    new = books.result(**{"name": "share", "value": 53.1, **change})
    assert line in lines(outputs.compare([books.result("share", 53.1)], [new]))


def test_streams_join_and_order_counts():
    """How a stream was cut is chance, the order of outputs is not."""
    parts = [{"output_type": "stream", "name": "stdout", "text": text} for text in ("a\n", "b\n", "a\nb\n")]
    assert outputs.compare(parts[:2], parts[2:]) == []
    results = [books.result("one", 1.0), books.result("two", 2.0)]
    assert outputs.compare(results, results[::-1])


def test_report_puts_numbers_first_and_cuts_long_lists():
    """What an economist quotes comes first."""
    found = [*values("a", "b", place="x"), *values(list(range(20)), [n + 1 for n in range(20)], place="y")]
    told = report(found, most=3).splitlines()
    assert told[0] == "numbers"
    assert told[4] == "  and 17 more"
    assert told[5:] == ["text", "  x: was 'a', is 'b'"]


def test_notebooks_pair_cells_by_source():
    """An inserted cell does not shift the others."""
    shown = [books.display(plain=text) for text in ("1.0", "2.0", "2.5")]
    old = books.book(books.code("a", shown[0]), books.code("b", shown[1]))
    new = books.book(books.code("a", shown[0]), books.code("new"), books.code("b", shown[2]))
    assert lines(outputs.compare_notebooks(old, new)) == ["cell 3: the code cell is new", "cell 3: was 2.0, is 2.5"]
