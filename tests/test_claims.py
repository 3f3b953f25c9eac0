"""The ledger's rule on small tables, then on the claims, checks and notebooks of the collection."""

from __future__ import annotations

import pandas as pd
import pytest
from autogap import claims, data, results
from autogap.paths import NOTEBOOKS
from nbpoints.errors import InputError

CLAIM = {
    "claim_id": "C01",
    "scope": "in",
    "statement": "It fell",
    "value": "10",
    "unit": "percent",
    "check_with": "customs",
    "accept_low": 9.5,
    "accept_high": 10.5,
    "series": None,
    "transform": None,
    "of": None,
    "period": None,
}
DAY = "2025-06-19"


def verdict(*checked, **claim):
    """Judge one claim by (role, value[, accept]) triples; a value of None is a result that nobody recorded."""
    table = pd.DataFrame([CLAIM | claim])
    checks = pd.DataFrame(
        [
            {
                "claim_id": "C01",
                "notebook": "03",
                "result": f"r{number}",
                "unit": "percent",
                "role": role,
                "accept": accept[0] if accept else None,
                "vintage": None,
                "definition": role,
            }
            for number, (role, _, *accept) in enumerate(checked)
        ],
        columns=["claim_id", "notebook", "result", "unit", "role", "accept", "vintage", "definition"],
    )
    recorded = pd.DataFrame(
        [("03", f"r{number}", value, "percent") for number, (_, value, *_) in enumerate(checked) if value is not None],
        columns=["notebook", "name", "value", "unit"],
    ).astype({"value": object})
    return claims.judge(table, claims.evidence(table, checks, recorded, DAY)).iloc[0]


@pytest.mark.parametrize(
    ("checked", "expected", "computed"),
    [
        ([("main", 10.2)], "holds", 10.2),
        ([("main", 9.5)], "holds", 9.5),
        ([("main", 9.49)], "does_not_hold", 9.49),
        ([("main", 10.2), ("alternative", 3.0)], "holds", 10.2),
        ([("main", 10.2), ("main", 10.0)], "holds", 10.2),
        ([("main", 10.2), ("main", 3.0)], "does_not_hold", 10.2),
        ([("main", 3.0), ("found by search", 10.0)], "does_not_hold", 3.0),
        ([("main", 3.0), ("found by search", 10.0), ("alternative", 10.1)], "one_definition", 10.1),
        ([("main", 3.0), ("alternative", 4.0), ("alternative", 10.1)], "one_definition", 10.1),
        ([("main", 3.0), ("alternative", 4.0)], "does_not_hold", 3.0),
        ([("alternative", 10.0)], "one_definition", 10.0),
        ([("then", 10.0), ("since", 8.0)], "revised", 10.0),
        ([("then", 10.0), ("since", 9.8)], "holds", 10.0),
        ([("then", 10.0), ("later law", 8.0)], "law_changed", 10.0),
        ([("then", 10.0), ("later law", 8.0), ("since", 8.0)], "revised", 10.0),
        ([("then", 3.0), ("since", 10.0)], "does_not_hold", 3.0),
        ([("since", 10.0)], "holds", 10.0),
        ([("since", 3.0)], "later_differs", 3.0),
        ([("then", 3.0), ("since", 2.0)], "does_not_hold", 3.0),
        ([("main", 10.0), ("since", 8.0)], "revised", 10.0),
        ([("outcome", 1, ">1")], "forecast_not", 1),
        ([("outcome", 2, ">1")], "forecast_came", 2),
        ([("coverage", False, "true"), ("alternative", 10.0)], "cannot", False),
        ([("coverage", True, "true"), ("main", 10.0)], "holds", 10.0),
        ([("main", None)], "no_result", None),
        ([("main", 10.0), ("alternative", None)], "no_result", None),
        ([("coverage", None, "true"), ("main", 10.0)], "no_result", None),
        ([], "no_result", None),
    ],
)
def test_the_rule(checked, expected, computed):
    row = verdict(*checked)
    assert row["verdict"] == expected and row["verdict"] in claims.VERDICTS
    assert row["computed"] == ("" if computed is None else computed)


def test_a_claim_tells_the_revised_figure_beside_the_one_of_the_time():
    row = verdict(("then", 10.0), ("since", 8.0))
    assert (row["then"], row["since"], row["quoted"], row["source"]) == ("10 percent", "8 percent", "10", "03: r0")


@pytest.mark.parametrize(
    ("check_with", "value", "expected"),
    [
        ("attribution only", "", "statement"),
        (None, None, "statement"),
        (None, "10", "cannot"),
        ("customs", "10", "no_result"),
    ],
)
def test_what_nothing_can_check_is_a_statement_or_cannot_be_established(check_with, value, expected):
    """A figure that no series and no result holds is not an opinion."""
    assert verdict(check_with=check_with, value=value)["verdict"] == expected


@pytest.mark.parametrize(("growth", "expected"), [(-0.1, "holds"), (0.0, "does_not_hold"), (0.1, "does_not_hold")])
def test_a_claim_of_a_fall_wants_less_than_nothing(growth, expected):
    row = verdict(("main", growth), value="<0", accept_low=None, accept_high=0.0)
    assert row["verdict"] == expected


@pytest.mark.parametrize(
    ("accept", "value", "inside"),
    [
        ("6", 6, True),
        ("6", 5, False),
        ("92.5..93.5", 93.5, True),
        ("92.5..93.5", 93.51, False),
        ("-1..1", -1.0, True),
        (">50", 50.0, False),
        (">50", 50.1, True),
        ("<0", -0.1, True),
        ("true", True, True),
        ("true", False, False),
        ("false", False, True),
        ("2025-07", "2025-07-20", True),
        ("2025-07", "2025-08-01", False),
        ("2025-07-09", "2025-07-09", True),
        ("2025-07-09", "2025-08-06", False),
    ],
)
def test_what_a_check_accepts(accept, value, inside):
    assert claims.acceptance(accept)(value) is inside


@pytest.mark.parametrize("accept", ["", "about 5", "5..", "..5", ">", "July 2025"])
def test_an_acceptance_that_cannot_be_read_is_refused(accept):
    with pytest.raises(InputError, match="cannot be read"):
        claims.acceptance(accept)


@pytest.mark.parametrize(
    ("checked", "says"),
    [
        ([("main", "2025-07")], "judged by a number"),
        ([("main", True)], "judged by a number"),
        ([("coverage", 1, "true")], "judged by true or false"),
        ([("coverage", 5, "2025-07")], "judged by an ISO date"),
        ([("mian", 10.0)], "not a role"),
        ([("main", 10.0, "10")], "keep one"),
        ([("coverage", True)], "nothing says what is accepted"),
    ],
)
def test_checks_that_make_no_sense_are_refused(checked, says):
    with pytest.raises(InputError, match=says):
        verdict(*checked)


def test_a_result_in_another_unit_is_refused():
    table = pd.DataFrame([CLAIM])
    checks = pd.DataFrame(
        [
            {
                "claim_id": "C01",
                "notebook": "03",
                "result": "r",
                "unit": "billion JPY",
                "role": "main",
                "accept": None,
                "vintage": None,
                "definition": "",
            }
        ]
    )
    recorded = pd.DataFrame({"notebook": ["03"], "name": "r", "value": 10.0, "unit": "million JPY"})
    with pytest.raises(InputError, match="03: r is recorded in 'million JPY', but C01 is judged in 'billion JPY'"):
        claims.evidence(table, checks, recorded, DAY)
    with pytest.raises(InputError, match="no claim 'C02'. Did you mean 'C01'"):
        claims.evidence(table, checks.assign(claim_id="C02"), recorded, DAY)


@pytest.mark.parametrize("column", ["notebook", "result", "unit", "definition"])
def test_a_check_of_a_skeleton_is_refused(tables, column):
    stated, checks = tables
    none = pd.DataFrame(columns=["notebook", "name", "value", "unit"])
    with pytest.raises(InputError, match=f"claim_checks.csv: {column} of C01 still says 'WRITE'; replace it."):
        claims.evidence(stated, checks.head(1).assign(**{column: "WRITE what it is"}), none, DAY)


@pytest.fixture(scope="module")
def tables():
    return claims.read("japan_times_2025-06-19"), data.table("claim_checks")


@pytest.fixture(scope="module")
def recorded():
    return results.read_all(sorted(NOTEBOOKS.glob("[0-9]*.ipynb")))


def test_every_claim_with_a_figure_has_its_checks(tables):
    stated, checks = tables
    unchecked = stated[~stated["claim_id"].isin(checks["claim_id"])]
    assert unchecked["value"].isna().all()
    assert unchecked["claim_id"].tolist() == ["C24", "C25", "S01", "S02", "S03"]


def test_no_check_is_there_twice_and_every_one_is_defined(tables):
    _, checks = tables
    assert not checks.duplicated(["claim_id", "notebook", "result"]).any()
    assert checks[["unit", "definition"]].notna().all(axis=None)
    assert checks["notebook"].str.fullmatch(r"\d\d_[a-z_]+").all()


def test_every_range_of_the_claims_table_rounds_to_its_figure(tables):
    """The band is half a unit of the last digit quoted, or the figure itself; a fraction in words strays by a tenth."""
    stated, _ = tables
    ranged = stated.dropna(subset=["accept_low", "accept_high"])
    quoted = ranged["value"].astype(float)
    low, high = ranged["accept_low"].astype(float), ranged["accept_high"].astype(float)
    assert low.le(quoted).all() and high.ge(quoted).all()
    width = high - low
    assert width[ranged["claim_id"] != "C10"].le(1.0).all() and width.le(2.0).all()


def test_without_any_result_nothing_is_established(tables):
    stated, checks = tables
    empty = claims.judge(
        stated, claims.evidence(stated, checks, pd.DataFrame(columns=["notebook", "name", "value", "unit"]), DAY)
    )
    assert set(empty["verdict"]) == {"no_result", "statement"}
    assert empty["claim_id"].tolist() == stated["claim_id"].tolist()


@pytest.mark.parametrize("notebook", sorted(path.stem for path in NOTEBOOKS.glob("[01][0-9]_*.ipynb")))
def test_a_notebook_records_what_the_ledger_needs_of_it(tables, recorded, notebook):
    _, checks = tables
    needed = checks.loc[checks["notebook"] == notebook, "result"]
    assert set(needed) <= set(recorded.loc[recorded["notebook"] == notebook, "name"])


def test_a_deleted_result_leaves_its_claim_without_one(tables, recorded):
    stated, checks = tables
    held = recorded.merge(checks, left_on=["notebook", "name"], right_on=["notebook", "result"])
    assert len(held) >= 20
    for claim_id, own in checks[checks["claim_id"].isin(held["claim_id"])].groupby("claim_id"):
        claim = stated[stated["claim_id"] == claim_id]
        for _, check in own.iterrows():
            gone = (recorded["notebook"] == check["notebook"]) & (recorded["name"] == check["result"])
            judged = claims.judge(claim, claims.evidence(claim, own, recorded[~gone], DAY))
            assert judged["verdict"].item() == "no_result"
            assert "nan" not in " ".join(judged[["then", "since", "readings"]].iloc[0]).split(), claim_id


def test_the_figures_of_may_2025(tables, recorded):
    """-11 and -25 percent hold, and so does 451.7 billion yen: no release has revised it."""
    ledger = claims.judge(tables[0], claims.evidence(*tables, recorded, DAY)).set_index("claim_id")
    assert ledger.loc[["C14", "C15", "C16"], "verdict"].tolist() == ["holds"] * 3
    assert ledger.loc["C16", "computed"] == pytest.approx(451.672)


def test_laws_that_changed_are_not_revisions(tables, recorded):
    ledger = claims.judge(tables[0], claims.evidence(*tables, recorded, DAY)).set_index("claim_id")
    assert ledger.loc[["C19", "C20"], "verdict"].tolist() == ["law_changed"] * 2


def test_a_reading_found_by_search_never_counts(tables, recorded):
    """The article's three calls fit only when the count begins with the first round, which it does not say."""
    ledger = claims.judge(tables[0], claims.evidence(*tables, recorded, DAY)).set_index("claim_id")
    assert ledger.loc["C23", "verdict"] == "does_not_hold" and "found by search" in ledger.loc["C23", "readings"]
