"""Scenario files become points, or all their faults are told at once, with lines."""

from __future__ import annotations

import json
import random

import pytest
from autogap import paths
from nbpoints.errors import InputError
from nbpoints.parameters.declare import Parameter
from nbpoints.scenarios import plan, scenarios, strict_yaml


@pytest.fixture
def names(load):
    """Return a function that gives the names of a scenario's points, without their notebook."""
    return lambda spec: [point.name.removeprefix("exports") for point in load(f"s: {spec}").points(["s"])]


@pytest.fixture
def faults(load):
    def faults(text: str) -> list[str]:
        with pytest.raises(InputError) as caught:
            load(text)
        return [fault.removeprefix("scenarios.yaml:") for fault in str(caught.value).splitlines()]

    return faults


def test_a_point_knows_all_and_passes_what_differs(load, folder):
    [point] = load("s: {notebooks: 03_exports, parameters: {rate: 20, month: 2025-05}}").points(["s"])
    assert point.scenario == "s" and point.notebook == folder / "03_exports.ipynb"
    assert point.parameters == {"month": "2025-05", "commodity": "cars", "rate": 20.0, "draws": 1}
    assert point.passed == {"rate": 20.0} and type(point.passed["rate"]) is float
    assert point.name == "exports@rate=20"


def test_the_baseline_is_every_notebook_with_its_defaults(folder):
    loaded = scenarios.load(folder / "scenarios.yaml", missing_ok=True)
    assert [(point.name, point.passed) for point in loaded.points()] == [("gap", {}), ("exports", {})]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{notebooks: 03, matrix: {draws: [2, 3], rate: [1, 2]}}", "@draws={2,3},rate={1,2}"),
        ("{notebooks: 03, zip: {draws: [2, 3], rate: [1, 2]}}", "@draws=2,rate=1 @draws=3,rate=2"),
        ("{notebooks: 03, cases: [{draws: 2}, {rate: 3}]}", "@draws=2 @rate=3"),
        ("{notebooks: 03, matrix: {draws: [2]}, cases: [{rate: 3}]}", "@draws=2 @rate=3"),
        ("{notebooks: 03, matrix: {month: {from: 2025-11, to: 2026-01}}}", "@month={2025-11,2025-12,2026-01}"),
        ("{notebooks: 03, matrix: {month: {from: 2026-06}}}", "@month={2026-06,2026-07,2026-08}"),
        ("{notebooks: 03, matrix: {month: {from: 2025-06, to: 2026-01, step: 6}}}", "@month={2025-06,2025-12}"),
        ("{notebooks: 03, matrix: {rate: {from: 0, to: 0.3, step: 0.1}}}", "@rate={0,0.1,0.2,0.3}"),
        ("{notebooks: 03, zip: {draws: {from: 2, to: 3}, rate: [1, 2]}}", "@draws=2,rate=1 @draws=3,rate=2"),
        ("{notebooks: 03, parameters: {rate: 1}, cases: [{}, {rate: 2}]}", "@rate=1 @rate=2"),
    ],
)
def test_values_meet_as_the_scenario_says(names, spec, expected):
    assert sorted(names(spec)) == sorted(braces(expected))


def braces(text: str) -> list[str]:
    """Write out `a={1,2}` as `a=1` and `a=2`."""
    head, brace, rest = text.partition("{")
    if not brace:
        return text.split()
    inner, _, tail = rest.partition("}")
    return [whole for value in inner.split(",") for whole in braces(head + value + tail)]


def test_exclude_takes_out_what_matches_whole(names):
    excludes = "[{draws: 2, rate: 2}, {draws: [3], rate: 1}]"
    spec = f"{{notebooks: 03, matrix: {{draws: [2, 3], rate: [1, 2.0]}}, exclude: {excludes}}}"
    assert sorted(names(spec)) == ["@draws=2,rate=1", "@draws=3,rate=2"]


def test_exclude_works_on_zip_beside_matrix(names):
    zipped = "{rate: [1, 2], month: [2025-06, 2025-07]}"
    spec = f"{{notebooks: 03, matrix: {{draws: [2, 3]}}, zip: {zipped}, exclude: [{{rate: 1, draws: 3}}]}}"
    assert len(names(spec)) == 3 and "@draws=3,month=2025-06,rate=1" not in names(spec)


def test_exclude_that_never_meets_is_a_fault(names, faults):
    zipped = "s: {notebooks: 03, zip: {rate: [1, 1, 2], draws: [2, 3, 4]}, exclude: [{rate: 1, draws: %s}]}"
    assert names(zipped.removeprefix("s: ") % 3) == ["@draws=2,rate=1", "@draws=4,rate=2"]
    assert "{'rate': 1, 'draws': 4} excludes nothing" in faults(zipped % 4)[0]


def test_several_notebooks_a_point(load, write_notebook):
    write_notebook("12_after", 'month: str = "2025-05"', "print(month)")
    points = load("s: {notebooks: [03_exports, 12_after], matrix: {month: [2025-06, 2025-07]}}").points(["s"])
    assert sorted(point.name for point in points) == [
        "after@month=2025-06",
        "after@month=2025-07",
        "exports@month=2025-06",
        "exports@month=2025-07",
    ]


def test_a_notebook_may_have_parameters_of_its_own(load):
    points = load("s:\n  notebooks:\n    03_exports: {draws: 5}\n    gap:\n").points(["s"])
    assert sorted(point.name for point in points) == ["exports@draws=5", "gap"]


def test_names_do_not_change_with_the_order_of_the_file(load):
    axes = {"month": ["2025-06", "2025-07"], "rate": [1, 2, 3], "commodity": ["parts", "cars"]}
    rng, seen = random.Random(7), set()
    for _ in range(5):
        keys = rng.sample(list(axes), 3)
        matrix = ", ".join(f"{key}: {rng.sample(axes[key], len(axes[key]))}" for key in keys)
        points = load(f"s:\n  notebooks: 03\n  matrix: {{{matrix}}}").points(["s"])
        seen.add(frozenset((point.name, str(sorted(point.passed.items()))) for point in points))
    assert len(seen) == 1 and len(next(iter(seen))) == 12


def test_a_point_of_two_scenarios_stays_in_both_but_once_in_each(load):
    loaded = load("a: {notebooks: 03, cases: [{}, {rate: 15}]}\nb: {notebooks: 03}")
    pairs = [(point.scenario, point.name) for point in loaded.points(["a", "b", "a"])]
    assert pairs == [("a", "exports"), ("b", "exports")]


def test_command_line_values_replace_the_scenario_s(load):
    loaded = load("s: {notebooks: 03, matrix: {rate: [1, 2], draws: [2, 3]}}")
    points = loaded.points(["s"], None, {"rate": "4"})
    assert [point.name for point in points] == ["exports@draws=2,rate=4", "exports@draws=3,rate=4"]
    assert {point.scenario for point in points} == {"adhoc"}
    assert loaded.points(["s"], ["exports.ipynb"], {"draws": 7})[0].passed == {"rate": 1.0, "draws": 7}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((["month"],), "no scenario 'month' in scenarios.yaml. Did you mean 'months'?"),
        ((["months"], ["01"]), "months: no point of 01_gap."),
        (([], ["../01_gap"]), "no notebook '../01_gap'"),
        (([], None, {"month": "2025-08"}), "month: only 03_exports has this parameter; choose with --notebook."),
        (([], None, {"moth": "2025-08"}), "moth: no notebook has such a parameter. Did you mean 'month'?"),
        (([], ["01"], {"start_yaer": "1"}), "01_gap: start_yaer: no such parameter. Did you mean 'start_year'?"),
        (([], ["03"], {"draws": "1.5"}), "03_exports: draws: 1.5 is float, not int."),
    ],
)
def test_a_wrong_choice_is_refused(load, arguments, says):
    with pytest.raises(InputError) as caught:
        load("baseline: {notebooks: all}\nmonths: {notebooks: 03}").points(*arguments)
    assert says in str(caught.value)


FAULTS = """\
Big one: {notebooks: all}
months: 3
b: {notebook: all}
c:
  notebooks: [03_exprots, ../x, 03, 03_exports]
d:
  notebooks: 03
  matrix: {mont: [1], month: [2025-13, 2025-06], rate: [1, 1.0], draws: 3}
  zip: {commodity: [cars], rate: [1, 2]}
e:
  notebooks: [01, 03]
  parameters: {month: 2025-06, month: 2025-07}
f:
  notebooks: 03
  matrix: {rate: [1, 2], commodity: [cars], draws: {from: 1, to: 0}}
  exclude:
    - {commodity: parts}
    - {comodity: cars}
    - {}
g:
  notebooks: 03
  parameters: {rate: .nan}
  cases: {rate: 1}
h: {notebooks: 03, matrix: {rate: {from: 1, to: 1000}, draws: {from: 1, to: 1000}}}
i: {notebooks: 03, matrix: {rate: [1]}, exclude: [{rate: 1}]}
adhoc: {notebooks: 03, about: [1]}
j:
  notebooks: {03: {rate: -1}}
  parameters: {rate: 3}
"""


def test_every_fault_is_told_in_one_go_with_its_line(faults):
    found = faults(FAULTS)
    expected = [
        "1: Big one: a scenario's name is lower-case",
        "2: months: write a mapping with about, notebooks",
        "3: b: say which notebooks",
        "3: b: unknown key 'notebook'. Did you mean 'notebooks'?",
        "5: c: no notebook '03_exprots'. Did you mean '03_exports'?",
        "5: c: no notebook '../x'. Known: 01_gap, 03_exports.",
        "5: c: 03_exports is named twice.",
        "8: d: mont: no such parameter in 03_exports. Did you mean 'month'?",
        "8: d: month: '2025-13' is not a valid month (such as 2025-05); allowed: 2024-05 to 2026-08.",
        "8: d: rate: 1.0 is listed twice.",
        "8: d: draws: give a list of values or {from, to, step}, not 3.",
        "9: d: zip pairs lists of one length; here commodity 1, rate 2.",
        "9: d: rate: already set in matrix; keep one of the two.",
        "12: 'month' is written twice; the first is on line 12.",
        "12: e: month: 01_gap has no such parameter; name only notebooks that do.",
        "15: f: draws: a range must not end before it begins.",
        "17: f: commodity: 'parts' excludes nothing; its values are cars.",
        "18: f: comodity: exclude speaks of parameters in matrix or zip only. Did you mean 'commodity'?",
        "19: f: exclude: name the values",
        "22: g: rate: nan is not a number",
        "23: g: cases: write a list of parameter sets",
        "24: h: 1,000,000 points; at most 100,000 are allowed.",
        "25: i: exclude leaves no point.",
        "26: adhoc: about must be text.",
        "26: adhoc: the name 'adhoc' is kept",
        "28: j: rate: -1.0 is out of range; allowed: 0 to 1000.",
        "28: j: rate: already set in parameters; keep one of the two.",
    ]
    assert len(found) == len(expected)
    for sentence in expected:
        assert sum(fault.startswith(sentence) for fault in found) == 1, sentence
    assert [int(fault.partition(":")[0]) for fault in found] == sorted(int(fault.partition(":")[0]) for fault in found)


UNREAD = "02_unread.ipynb: no cell reads the parameter 'x', so its value would change nothing; use it or remove it."


@pytest.fixture
def blocked(folder, write_notebook):
    """A folder with notebooks that cannot be run, and what is wrong with each."""
    write_notebook("02_unread", "x: int = 1", "print('x')")
    write_notebook("04_bad", "x: int = 1").write_text("{")
    (folder / "Untitled.ipynb").touch()
    (folder / "._03_exports.ipynb").write_bytes(b"\x00\x05\x16\x07")
    write_notebook("scratch", None, "print(1)")
    write_notebook("conflict", "x: int = 1", "<<<<<<< HEAD\nx\n=======\n>>>>>>> main")
    for name, language in (("ir", "R"), ("julia-1.9", "")):
        path = write_notebook(f"in_{name[:2]}", None, "x^2")
        book = json.loads(path.read_text())
        book["metadata"]["kernelspec"] = {"name": name, "display_name": name} | (
            {"language": language} if language else {}
        )
        path.write_text(json.dumps(book))
    return folder


def test_a_notebook_that_cannot_run_blocks_only_itself(blocked, load):
    """Of `all` the others are run and it is named; a notebook without parameters is one point."""
    loaded = load("s: {notebooks: all}\nt: {notebooks: 03}\nu: {notebooks: [03, 02_unread]}")
    for name in ("baseline", "s"):
        assert [point.name for point in loaded.points([name])] == ["gap", "exports", "scratch"]
        found = "\n".join(loaded.left_out([name]))
        assert UNREAD in found and "04_bad.ipynb: not JSON" in found and "Untitled.ipynb: the file is empty" in found
        assert "conflict.ipynb, cell 3: a merge conflict begins at line 1; resolve it." in found
        assert "in_ir.ipynb: its kernel 'ir' is for r; only Python notebooks can be run here." in found
        assert "in_ju.ipynb: its kernel 'julia-1.9' is for another language" in found
        assert "._03" not in found and len(loaded.left_out([name])) == 6
    assert [point.name for point in loaded.points(["t"])] == ["exports"] and loaded.left_out(["t"]) == []
    assert [point.name for point in loaded.points(["u"], ["03"])] == ["exports"]
    assert [point.name for point in loaded.points([], ["03"], {"month": "2025-06"})] == ["exports@month=2025-06"]


@pytest.mark.parametrize(("scenario", "notebooks"), [("u", None), ("u", ["02"]), ("baseline", ["02_unread"])])
def test_a_notebook_that_cannot_run_and_is_asked_for_by_name_is_refused(blocked, load, scenario, notebooks):
    loaded = load("u: {notebooks: [03, 02_unread]}")
    with pytest.raises(InputError) as caught:
        loaded.points([scenario], notebooks)
    assert str(caught.value) == UNREAD


def test_a_year_before_a_name_is_part_of_it(load, write_notebook):
    for year in (2024, 2025):
        write_notebook(f"{year}_report", "x: int = 1", "print(x)")
    points = load("s: {notebooks: [2024_report, 2025_report]}").points(["s"])
    assert [point.name for point in points] == ["2024_report", "2025_report"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "1: the file is empty"),
        ("# nothing\n", "1: the file is empty"),
        ("- a\n- b", "1: the file holds list"),
        ("just text", "1: the file holds str"),
    ],
)
def test_a_file_without_scenarios_is_refused(faults, content, says):
    assert faults(content)[0].startswith(says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: [1,", "scenarios.yaml:2: not valid YAML"),
        (b"a: b: c", "scenarios.yaml:1: not valid YAML"),
        (b"a: \xff", "not UTF-8"),
        (b"a: \x00", "not valid YAML"),
        (b"a: &x [*x]", "the anchor or alias 'x' is not supported; write the values out"),
        (b"a: *x", "the anchor or alias 'x' is not supported"),
        (b"a: 1\nb: {<<: {c: 1}}", "scenarios.yaml:2: the merge key << is not supported; write the values out"),
        (b"[" * 200_000, "nested deeper"),
        (b"- " * 200_000, "nested deeper"),
        (b"a: !!python/object/apply:os.system [id]", "tag"),
        (b"a: 1\n---\nb: 2", "a second document"),
        (b"[a]: 1", "a key must be plain text"),
    ],
)
def test_hostile_yaml_gets_one_sentence(load, content, says):
    with pytest.raises(InputError) as caught:
        load(content)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_giant_are_refused(folder):
    for path, says in [(folder / "gone.yaml", "no such file"), (folder, "a folder")]:
        with pytest.raises(InputError, match=says):
            scenarios.load(path, folder)
    giant = folder / "giant.yaml"
    giant.write_bytes(b"#" * 10_000_001)
    with pytest.raises(InputError, match="larger than 10 MB"):
        scenarios.load(giant, folder)


def test_yaml_changes_no_value_in_silence():
    data = strict_yaml.loads("[2025-08, 2025-08-01, no, on, 010, 1_0, 12:30, 1e-3, 0x1F, ~, true, -7, '5', .5]").data
    assert data == ["2025-08", "2025-08-01", "no", "on", "010", "1_0", "12:30", 0.001, "0x1F", None, True, -7, "5", 0.5]


def test_two_points_never_share_a_name(load, write_notebook):
    write_notebook("09_exports", "x: int = 1", "print(x)")
    with pytest.raises(InputError, match="would share the name exports"):
        load("s: {notebooks: [03_exports, 09_exports]}").points(["s"])


@pytest.mark.parametrize("values", [["JPY", "jpy"], [1, 1.0], [1, "1"]])
def test_values_that_differ_by_case_or_type_never_share_a_name(load, write_notebook, values):
    write_notebook("09_any", "x = None", "print(x)")
    with pytest.raises(InputError, match="would share the name any@x="):
        load(f"s: {{notebooks: 09, cases: [{{x: {values[0]!r}}}, {{x: {values[1]!r}}}]}}").points(["s"])


def test_half_a_name_must_mean_one_notebook(load, write_notebook):
    write_notebook("09_exports", "x: int = 1", "print(x)")
    with pytest.raises(InputError, match="'exports' may be 03_exports or 09_exports; write the full name."):
        load("s: {notebooks: exports}")


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"from": 1}, "is not a range"),
        ({"from": 1, "to": 2, "by": 1}, "is not a range"),
        ({"from": 1, "to": 2, "step": 0}, "must be above 0"),
        ({"from": 1, "to": 2, "step": -1}, "must be above 0"),
        ({"from": "2025-01", "to": "2025"}, "must end with a month too"),
        ({"from": "2025-01", "to": "2025-03", "step": 0.5}, "must be a whole number"),
        ({"from": "a", "to": "b"}, "is not an end or a step"),
        ({"from": True, "to": 3}, "is not an end or a step"),
        ({"from": 0, "to": float("inf")}, "is not an end or a step"),
        ({"from": 0, "to": 1, "step": 1e-9}, "at most 100,000"),
    ],
)
def test_a_faulty_range_is_refused(spec, says):
    with pytest.raises(InputError, match=says):
        plan.expand(spec)


def test_the_collection_s_own_scenarios_are_sound():
    loaded = scenarios.load(paths.NOTEBOOKS / scenarios.FILE)
    assert len(loaded.points(loaded.plans)) >= len(loaded.notebooks) > 0


def test_a_value_is_checked_once_however_many_points_have_it(load, monkeypatch):
    """10,000 points of two axes of a hundred values: their values are checked, not their points."""
    checked = []
    check = Parameter.check
    monkeypatch.setattr(Parameter, "check", lambda self, value: (checked.append(value), check(self, value))[1])
    loaded = load("s: {notebooks: 03, matrix: {rate: {from: 1, to: 100}, draws: {from: 1, to: 100}}}")
    points = loaded.points(["s"])
    assert len({point.name for point in points}) == 10_000
    # besides, each default once
    assert len(checked) == 200 + sum(len(book.parameters) for book in loaded.notebooks.values())


def test_several_notebooks_have_no_such_parameter(load, write_notebook):
    for name in ("04_a", "05_b"):
        write_notebook(name, "n: int = 1", "n")
    with pytest.raises(InputError, match="01_gap, 04_a, 05_b have no such parameter"):
        load("e: {notebooks: all, parameters: {month: 2025-06}}")
    with pytest.raises(InputError, match="only 04_a, 05_b have this parameter"):
        load("baseline: {notebooks: all}").points(overrides={"n": "2"})
