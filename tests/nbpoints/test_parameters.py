"""The parameters cell is read without running it, and only values that arrive unchanged are let through."""

from __future__ import annotations

import ast
import datetime
import json
import math
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from nbpoints.errors import InputError
from nbpoints.notebook import Cell
from nbpoints.parameters import declare as parameters
from nbpoints.parameters import periods, types
from nbpoints.parameters.declare import Parameter

CELL = '''\
%matplotlib inline
"""What can be changed."""
from typing import Literal, Optional

month: str = "2025-05"  # month of the figures [2024-05..2026-08]
rate_pct: float = 15  # tariff rate in percent [0..100]
currency: Literal["JPY", "USD"] = "JPY"  # currency of the figures
side: str = "jp"  # whose customs {jp, us}
draws: Optional[int] = None  # how many draws [1..]
partners: list[str] = [
    "kr",  # Korea
    "de",
]  # partners shown {kr, de, mx}
rates: "dict[str, float]" = {"kr": 15}  # a partner's own rate [0..50]
address: str = "https://example.org/?a=1"
year = 2025
'''


def declared(line: str) -> Parameter:
    """Read the only parameter of a cell."""
    return next(iter(parameters.from_cells([Cell(1, "code", line, ("parameters",))], "x.ipynb").values()))


def refusal(function, *arguments) -> str:
    with pytest.raises(InputError) as caught:
        function(*arguments)
    sentence = str(caught.value)
    assert sentence.endswith((".", "?")) and "\n" not in sentence
    return sentence


def test_every_line_of_the_cell_is_read(write_notebook):
    found = parameters.read(write_notebook("01_x", CELL))
    assert list(found) == ["month", "rate_pct", "currency", "side", "draws", "partners", "rates", "address", "year"]
    assert found["month"] == Parameter("month", "str", "2025-05", "month of the figures", (), "2024-05", "2026-08", 5)
    assert (found["rate_pct"].default, type(found["rate_pct"].default)) == (15.0, float)
    assert found["currency"].choices == ("JPY", "USD")
    assert (found["draws"].type, found["draws"].allowed) == ("int | None", "1 or more")
    assert (found["partners"].default, found["partners"].help) == (["kr", "de"], "partners shown")
    assert found["rates"].type == "dict[str, float]"
    assert found["address"].default == "https://example.org/?a=1"
    assert found["year"].type == "int"


@pytest.mark.parametrize(
    ("line", "value", "says"),
    [
        ("x: int = 1", True, "True is bool, not int"),
        ("x: int = 1", "2025", "'2025' is str, not int"),
        ("x: int = 1", 1.0, "1.0 is float, not int"),
        ("x: float = 1.0", "15", "'15' is str, not float"),
        ("x: float = 1.0", True, "True is bool, not float"),
        ("x: float = 1.0", 2**53 + 1, "is int, not float"),
        ("x: str = ''", 5, "5 is int, not str"),
        ("x: bool = True", 1, "1 is int, not bool"),
        ("x: bool = True", None, "None is NoneType, not bool"),
        ("x: list[int] = []", [1, "2"], "item 2: '2' is str, not int"),
        ("x: dict[str, list[int]] = {}", {"a": [1.5]}, "key 'a': item 1: 1.5 is float"),
        ("x: int | None = None", "1", "'1' is str, not int | None"),
        ("x: Literal['a', 'b'] = 'a'", "c", "choose from a, b"),
        ("x: Literal[1, 2] = 1", True, "True is not allowed"),
        ("x: str = 'jp'  # side {jp, us}", "jpp", "choose from jp, us. Did you mean 'jp'?"),
        ("x: str = 'a, b'  # which {\"a, b\", c}", "a", 'choose from "a, b", c.'),
        ("x: int = 5  # n [0..10]", 11, "11 is out of range; allowed: 0 to 10"),
        ("x: float = 5  # n [..10]", 10.1, "allowed: up to 10"),
        ("x: str = '2025-05'  # m [2024-05..2026-08]", "2025-13", "'2025-13' is not a valid month (such as 2025-05)"),
        ("x: str = '2025-05'  # m [2024-05..2026-08]", "2024-04", "out of range; allowed: 2024-05 to 2026-08"),
        ("x: str = '2025-05'  # m [2024-05..2026-08]", "2025Q1", "is not a valid month"),
        ("x: str = '2025-01-31'  # d [2025-01-01..]", "2025-02-29", "is not a valid day"),
        ("x: list[str] = ['2025Q1']  # q [2020Q1..2026Q4]", ["2025Q5"], "is not a valid quarter"),
        ("x: dict[str, float] = {}  # r [0..50]", {"kr": 51}, "51.0 is out of range"),
        ("x = 1", "a", "'a' is str, not int"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(line, value, says):
    sentence = refusal(declared(line).check, value)
    assert sentence.startswith("x: ") and says in sentence


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("x: int | None = 3", None),
        ("x: Optional[Literal['a']] = None", "a"),
        ("x: Union[int, str] = 1", "a"),
        ("x: float | int = 1.5", 3),
        ("x: list[list[int]] = []", [[1], []]),
        ("x: typing.List[str] = []", ["a"]),
        ("x: Annotated[int, 'unit'] = 1", 2),
        ("x: dict = {}", {"a": [None, True]}),
        ("x = None", {"anything": 1}),
        ("x: str = '2025-05'  # m [2024-05..2026-08]", "2026-08"),
        ("x: str | None = None  # m [2024-05..2026-08]", None),
        ("x: int = 5  # n [0..10]", 0),
    ],
)
def test_a_value_that_fits_comes_back_as_it_is(line, value):
    checked = declared(line).check(value)
    assert checked == value and type(checked) is type(value)


def test_only_an_int_for_a_float_is_converted():
    checked = declared("x: dict[str, float] = {}").check({"kr": 15})
    assert checked == {"kr": 15.0} and type(checked["kr"]) is float


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("x: tuple = (1, 2)", "(1, 2) is a tuple, which cannot travel unchanged; write a list"),
        ("x: tuple[int, int] = [1, 2]", "values of type tuple[int, int] cannot be passed unchanged; write a list"),
        ("x: date = '2025-05-01'", "write ISO text"),
        ("x: dict[int, str] = {}", "keys of a dict must be str"),
        ("x = {2020: 'a'}", "2020 is a dict key of type int"),
        ("x: Frame = None", "values of type Frame cannot be passed"),
        ("x: Literal[1.5] = 1.5", "a choice must be"),
        ("x = date(2025, 5, 1)", "the default 'date(2025, 5, 1)' is not a literal"),
        ("x: int", "x has no default"),
        ("x = y = 1", "write one parameter a line"),
        ("for x in 1, 2: pass", "write one parameter a line"),
        ("x = 1\nx = 2", "x is set a second time"),
        ("x: int = 'a'", "'a' is str, not int"),
        ("x: int = 11  # n [0..10]", "11 is out of range"),
        ("x: str = 'a'  # m [b..c]", "neither a number nor a period"),
        ("x: int = 1  # n [a..b]", "is not a number"),
        ("x: str = '2025'  # y [2024..2025-05]", "is not a range"),
        ("x: int = 5  # n [10..0]", "is not a range"),
        ("x: int = 1  # n {1, b}", "is not of the parameter's type, int"),
        ("x = = 1", "not valid Python"),
        ("x = " + "[" * 500 + "]" * 500, "not valid Python"),
        ("x = 1e999", "is not a number that JSON can carry"),
    ],
)
def test_a_faulty_cell_is_named_with_its_place(cell, says):
    sentence = refusal(declared, cell)
    assert sentence.startswith("x.ipynb, cell 1") and says in sentence


@pytest.mark.parametrize(
    ("comment", "allowed"),
    [
        ("rate [0..1].", "0 to 1"),
        ("rate [0..1] ;", "0 to 1"),
        ("rate [.5..1]", "0.5 to 1"),
        ("type: float rate [0..1]", "0.0 to 1"),
        (r"\beta_{1} of the model", ""),
        ("see [1], [12] and [...]", ""),
        ("a share (0.1 or more), etc...", ""),
        ("type: ignore[assignment]", ""),
    ],
)
def test_a_bound_is_read_as_meant_and_prose_stays_prose(comment, allowed):
    assert declared(f"x: float = 1  # {comment}").allowed == allowed.replace("0.0", "0")


def test_choices_with_a_full_stop_are_read():
    assert declared("x: str = 'a'  # which {a, b}.").choices == ("a", "b")


@pytest.mark.parametrize(
    "comment",
    [
        "rate [0...1]",
        "rate [0..1]; see README",
        "[0..1] is the rate",
        "rate [0…1]",
        "rate [0..1...]",
        "rate [..]",
        "rate 0..1",
        "rate (0..1)",
        "rate [0, 1]",
        "rate [0-1]",
        "rate [0 to 1]",
        "{0, 1} as in the law",
        "which {}",
        '@param {type:"slider", min:0, max:1}',
    ],
)
def test_what_looks_like_a_bound_is_never_taken_for_prose(comment):
    """Every value would pass without a word."""
    assert refusal(declared, f"x: float = 1  # {comment}").startswith("x.ipynb, cell 1, line 1: x: ")


def test_papermill_type_comments_count():
    parameter = declared("k = 3  # type: float how many")
    assert (parameter.type, parameter.default, parameter.help) == ("float", 3.0, "how many")
    assert declared("k: int = 3  # type: float").type == "int"


@pytest.mark.parametrize(("text", "value"), [(".5", 0.5), ("+5", 5.0), ("5.", 5.0), ("-.5e1", -5.0)])
def test_a_number_is_a_number(text, value):
    assert declared("x: float = 1").parse(text) == value
    assert declared("x: str = 'a'").parse(text) == text


def test_a_decimal_comma_is_named():
    assert "'27,5' is str, not float; write a decimal point: 27.5." in refusal(declared("x: float = 1").parse, "27,5")


def test_a_default_that_is_no_literal_is_named_itself():
    assert "the default 'dict(filters=16)' is not a literal" in refusal(declared, "x = dict(filters=16)  # type: dict")


def test_without_a_parameters_cell_there_are_none():
    assert parameters.from_cells([Cell(1, "code", "x = 1")], "x.ipynb") == {}


def test_two_tagged_cells_are_refused():
    twice = [Cell(1, "code", "x = 1", ("parameters",)), Cell(2, "code", "y = 1", ("parameters",))]
    assert "cells 1 and 2" in refusal(parameters.from_cells, twice, "x.ipynb")


def test_check_gives_the_full_set_and_every_fault(write_notebook):
    path = write_notebook("01_x", CELL)
    values = parameters.check(path, {"rate_pct": 27, "side": "us"})
    assert values["rate_pct"] == 27.0 and values["side"] == "us" and values["month"] == "2025-05"
    sentence = refusal(parameters.check, path, {"mnth": 1, "year": "2025"})
    assert sentence.startswith("01_x.ipynb: mnth: no such parameter. Did you mean 'month'?")
    assert "year: '2025' is str, not int" in sentence


@pytest.mark.parametrize(
    ("line", "text", "value"),
    [
        ("x: str = 'a'", "2025", "2025"),
        ("x: str = 'a'", "null", "null"),
        ("x: str = 'a'", '"q"', '"q"'),
        ("x: int = 1", "100", 100),
        ("x: float = 1", "15", 15.0),
        ("x: float = 1", "1e-3", 0.001),
        ("x: bool = True", "false", False),
        ("x: bool = True", "False", False),
        ("x: str | None = 'a'", "null", None),
        ("x: str | None = 'a'", "2025-05", "2025-05"),
        ("x: list[str] = []", '["a", "b"]', ["a", "b"]),
        ("x: dict[str, float] = {}", '{"kr": 15}', {"kr": 15.0}),
        ("x: Literal['a', 2] = 2", "2", 2),
        ("x: Literal['a', 2] = 2", "a", "a"),
        ("x = None", "abc", "abc"),
    ],
)
def test_text_of_the_command_line_is_read_by_the_type(line, text, value):
    parsed = declared(line).parse(text)
    assert parsed == value and type(parsed) is type(value)


@pytest.mark.parametrize(
    ("line", "text", "says"),
    [
        ("x: int = 1", "3.5", "3.5 is float, not int"),
        ("x: int = 1", "many", "'many' is str, not int"),
        ("x: int = 1", "9" * 5000, "not int"),
        ("x: float = 1", "NaN", "nan is not a number"),
        ("x: list[str] = []", "a,b", "not list[str]"),
        ("x: str = '2025-05'  # m [2024-05..2026-08]", "2025", "'2025' is not a valid month"),
    ],
)
def test_text_that_does_not_fit_is_refused(line, text, says):
    assert says in refusal(declared(line).parse, text)


def random_value(rng: random.Random, depth: int = 0) -> object:
    """Make a JSON value, with the awkward ones among them."""
    leaves = [
        lambda: None,
        lambda: rng.random() < 0.5,
        lambda: rng.randint(-(10**30), 10**30),
        lambda: rng.choice([0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, rng.gauss(0, 1e6)]),
        lambda: "".join(rng.choice("aé'\"\\\n{}\0$%#日🚗") for _ in range(rng.randint(0, 8))),
    ]
    if depth > 3 or rng.random() < 0.5:
        return rng.choice(leaves)()
    items = [random_value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    return items if rng.random() < 0.5 else {f"k{at}'": item for at, item in enumerate(items)}


def same(a: object, b: object) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(same, a.values(), b.values()))
    return a == b and (not isinstance(a, float) or math.copysign(1, a) == math.copysign(1, b))


def test_what_is_let_through_survives_source_and_json_unchanged():
    rng = random.Random(20250516)
    for value in (random_value(rng) for _ in range(2000)):
        source = parameters.literal(value)
        assert same(ast.literal_eval(source), value) and same(eval(source), value)
        assert same(json.loads(json.dumps(value)), value)


STRANGERS = [
    (1, 2),
    {1, 2},
    frozenset(),
    range(3),
    b"bytes",
    1j,
    datetime.date(2025, 5, 1),
    datetime.datetime(2025, 5, 1),
    pd.Timestamp("2025-05-01"),
    pd.Period("2025-05"),
    pd.NaT,
    Path("x"),
    Decimal("1.5"),
    Fraction(1, 2),
    np.int64(1),
    np.float64(1.5),
    np.bool_(True),
    np.str_("a"),
    np.array([1, 2]),
    float("nan"),
    float("inf"),
    {2020: 1},
    {None: 1},
    "\ud800",
    10**5000,
    ...,
    int,
]


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value], lambda value: {"a": [value]}])
@pytest.mark.parametrize("value", STRANGERS, ids=lambda value: type(value).__name__)
def test_what_cannot_travel_is_refused_at_any_depth(value, wrap):
    refusal(parameters.literal, wrap(value))
    refusal(declared("x = None").check, wrap(value))


def test_a_value_within_itself_is_refused():
    loop: list = []
    loop.append(loop)
    assert "nested deeper" in refusal(parameters.literal, loop)


def test_periods_step_and_return():
    following = {"2024": "2025", "2024Q4": "2025Q1", "2024-12": "2025-01", "2024-02-28": "2024-02-29"}
    following["FY2024"] = "FY2025"
    for text, later in following.items():
        assert periods.text(periods.form(text), periods.ordinal(text) + 1) == later
    for text in ("2025-00", "0000", "2025Q0", "2025-1", "２０２５", 2025, None):
        assert periods.form(text) is None


@pytest.mark.parametrize("text", ["int", "list[str]", "dict[str, list[float]]", "Literal['a', 1]", "int | str | None"])
def test_a_type_reads_as_it_is_written(text):
    assert str(types.parse(text)) == text


def test_a_long_comment_goes_on_below():
    source = 'a: int = 1  # number\n            # of draws [1..5]\n# apart\nb: str = "x"  # unit\n  # {x,\n  #  y}'
    read = parameters.from_cells([Cell(1, "code", source, ("parameters",))], "01.ipynb")
    assert (read["a"].help, read["a"].high) == ("number of draws", 5)
    assert (read["b"].help, read["b"].choices) == ("unit", ("x", "y"))
