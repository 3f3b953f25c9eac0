"""A point is named after what it passes, the same in every order and safely on every file system."""

from __future__ import annotations

import itertools

import pytest
from nbpoints.parameters.names import passed, point_name


def test_names_do_not_depend_on_order():
    values = {"b": 1, "a": "x", "c": [1.0, 2.5]}
    defaults = {"a": "", "b": 0, "c": []}
    orders = map(dict, itertools.permutations(values.items()))
    names = {point_name("08_topic", order, defaults) for order in orders}
    assert names == {"topic@a=x,b=1,c=1+2.5"}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"x": 15.0}, "topic@x=15"),
        ({"x": True}, "topic@x=true"),
        ({"x": None}, "topic@x=none"),
        ({"x": {"kr": 15.0, "de": 2.5}}, "topic@x=de-2.5+kr-15"),
        ({"x": 0}, "topic"),
        ({"x": 0.0}, "topic@x=0"),
    ],
)
def test_names_are_readable(values, name):
    assert point_name("08_topic", values, {"x": 0}) == name


def test_what_is_passed_differs_in_value_or_in_type():
    defaults = {"a": [1], "b": [1], "c": {"x": 1, "y": 2}, "d": 0.0, "e": "x"}
    values = {"a": [True], "b": [1.0], "c": {"y": 2, "x": 1}, "d": -0.0, "e": "x"}
    assert passed(values, defaults) == {"a": [True], "b": [1.0], "d": -0.0}


@pytest.mark.parametrize(
    "awkward",
    [
        ["", " ", "a b", "a-b", "a/b", "../../etc", "é", "a+b", "~", "x" * 300, "x" * 301, "日本", "a\nb", "con."],
        [["a", "b"], ["a+b"], [], [""], ["a b"], ["a"] * 100],
        [{"a": "b"}, {"a-b": "c"}, {"a": "b-c"}, {"a": "b+c-d"}, {"a": "b", "c": "d"}, {}, {"a": [1]}, {"a": ["1-2"]}],
    ],
)
def test_names_are_safe_and_tell_different_values_apart(awkward):
    names = [point_name("08_topic", {"x": value}, {"x": 0}) for value in awkward]
    assert len(set(names)) == len(awkward)
    assert all(len(name) <= 120 and not set(name) & set('/\\ \n:*?"<>|') for name in names)
