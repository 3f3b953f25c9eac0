"""Pass-through by hand, panels against another estimator and the literature, responses against known processes."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from autogap.methods import passthrough
from autogap.paths import NOTEBOOKS
from nbpoints.errors import InputError


@pytest.fixture(scope="module")
def wages() -> pd.DataFrame:
    """545 young men, 1980-1987: Vella and Verbeek, Journal of Applied Econometrics 13, 1998."""
    # where linearmodels keeps it; importing linearmodels takes two seconds
    package = Path(find_spec("linearmodels").origin).parent
    return pd.read_csv(package / "datasets/wage_panel/wage_panel.csv.bz2")


@pytest.fixture
def trade() -> pd.DataFrame:
    """Imports from 12 partners whose elasticity to one plus the duty is -3."""
    rng = np.random.default_rng(5)
    months = pd.period_range("2020-01", periods=48, freq="M")
    partners = [f"p{i}" for i in range(12)]
    rate = pd.DataFrame(rng.uniform(0, 0.25, (48, 12)), index=months, columns=partners)
    size, season = rng.normal(8, 1, 12), rng.normal(0, 0.3, (48, 1))
    value = np.exp(size + season - 3 * np.log1p(rate) + rng.normal(0, 0.1, (48, 12)))
    return passthrough.duty_panel(value, value * rate)


@pytest.mark.parametrize("before, after, cut", [(2.5, 27.5, -19.608), (0, 25, -20), (2.5, 15, -10.870), (15, 15, 0)])
def test_full_absorption_keeps_the_landed_price(before, after, cut):
    change = passthrough.full_absorption_pct(before, after)
    assert change == pytest.approx(cut, abs=5e-4)
    assert (1 + change / 100) * (1 + after / 100) == pytest.approx(1 + before / 100)


@pytest.mark.parametrize("after", [27.5, 15.0])
def test_absorption_is_whole_under_full_absorption_and_nothing_without_a_price_change(after):
    months = pd.PeriodIndex(["2024-05", "2025-05"], freq="M")
    rate, may = pd.Series([2.5, after], months), months[1:]
    whole = passthrough.absorbed_pct(pd.Series([passthrough.full_absorption_pct(2.5, after)], may), rate)
    assert whole.tolist() == pytest.approx([100])
    assert passthrough.absorbed_pct(pd.Series([0.0], may), rate).tolist() == [0]


def test_absorption_is_a_share_in_logs_of_the_months_with_a_duty():
    months = pd.period_range("2024-03", "2025-10", freq="M")
    rate = pd.Series(2.5, months).mask(months >= "2025-04", 27.5).mask(months >= "2025-10", 15.0)
    change = pd.Series([-1.5, -20.9, -10.0], pd.PeriodIndex(["2025-03", "2025-08", "2025-10"], freq="M"))
    absorbed = passthrough.absorbed_pct(change, rate)
    by_hand = [np.log(0.791) / np.log(102.5 / 127.5), np.log(0.9) / np.log(102.5 / 115)]
    assert absorbed.tolist() == pytest.approx([100 * share for share in by_hand])
    # Off the fall of March, before the duty, remains less absorption: by its logarithm over that of the duty.
    net = passthrough.absorbed_pct(change, rate, "2025-03")
    assert (absorbed - net)["2025-08"] == pytest.approx(-100 * np.log(0.985) / np.log(127.5 / 102.5))
    for month in ("2025-04", "2025-08"):
        with pytest.raises(InputError, match="had not risen yet"):
            passthrough.absorbed_pct(change, rate, month)


def test_an_equilibrium_price_bears_what_a_duty_leaves():
    """What full absorption asks for is 100 whatever the duties; a duty that hardly moved has no share."""
    for before, after in ((2.5, 27.5), (2.5, 0.0), (0.0, 100.0)):
        whole = passthrough.full_absorption_pct(before, after)
        assert passthrough.borne_pct(whole, before, after) == pytest.approx(100)
        assert passthrough.borne_pct(0.0, before, after) == 0
    rates = pd.Series([2.5, 15.0])
    borne = passthrough.borne_pct(pd.Series([-5.0, -5.0]), 2.497, rates)
    assert np.isnan(borne[0]) and borne[1] == pytest.approx(100 * np.log(0.95) / np.log(102.497 / 115))


def test_unit_value_is_missing_without_units():
    months = pd.period_range("2025-05", periods=2, freq="M")
    table = passthrough.unit_values(
        pd.Series([300.0, 0.0], index=months), pd.Series([100.0, 0.0], index=months), pd.Series(150.0, index=months)
    )
    assert table.iloc[0].tolist() == [3e6, 2e4]
    assert table.iloc[1].isna().all()


def test_duty_panel_keeps_a_month_without_trade_for_the_poisson_model():
    may = pd.period_range("2025-05", periods=1, freq="M")
    value = pd.DataFrame({"jp": [0.0], "kr": [100.0]}, index=may)
    panel = passthrough.duty_panel(value, value * 0.25).set_index("partner")
    assert panel.loc["jp", "value_usd"] == 0
    assert panel.loc["jp", ["duty_rate_pct", "log_value"]].isna().all()
    assert panel.loc["kr", "log_one_plus_duty"] == pytest.approx(np.log(1.25))


@pytest.mark.slow
def test_wage_panel_equals_linearmodels_to_four_digits(wages):
    from linearmodels.panel import PanelOLS

    terms = ["expersq", "union", "married"]
    ours = passthrough.panel_response(wages, "lwage", terms, effects=["nr", "year"], cluster=None)
    theirs = PanelOLS(
        wages.set_index(["nr", "year"])["lwage"],
        wages.set_index(["nr", "year"])[terms],
        entity_effects=True,
        time_effects=True,
    ).fit()
    np.testing.assert_allclose(ours["estimate"], theirs.params[terms], rtol=1e-5)
    np.testing.assert_allclose(ours["std_error"], theirs.std_errors[terms], rtol=1e-4)


@pytest.mark.slow
def test_wage_panel_gives_the_published_estimates(wages):
    """Wooldridge, Introductory Econometrics, 5th ed. (2013), example 14.4: fixed effects."""
    ours = passthrough.panel_response(wages, "lwage", ["expersq", "married", "union"], ["nr", "year"], cluster=None)
    assert ours["estimate"].round(4).tolist() == [-0.0052, 0.0467, 0.0800]
    assert ours["std_error"].round(4).tolist() == [0.0007, 0.0183, 0.0193]


@pytest.mark.slow
def test_clustered_errors_equal_linearmodels_up_to_the_count_of_effects(wages):
    """With effects nested in clusters, they cost no degrees of freedom (Cameron and Miller, 2015, section II.B)."""
    from linearmodels.panel import PanelOLS

    terms = ["expersq", "union", "married"]
    ours = passthrough.panel_response(wages, "lwage", terms, effects=["nr", "year"], cluster="nr")
    panel = wages.set_index(["nr", "year"])
    theirs = PanelOLS(panel["lwage"], panel[terms], entity_effects=True, time_effects=True).fit(
        cov_type="clustered", cluster_entity=True
    )
    ratio = ours["std_error"] / theirs.std_errors[terms]
    assert ratio.max() - ratio.min() < 1e-6
    assert 0.9 < ratio.min() < 1


@pytest.mark.parametrize("method, outcome", [("ols", "log_value"), ("ppml", "value_usd")], ids=["ols", "ppml"])
def test_panel_finds_the_planted_elasticity(trade, method, outcome):
    row = passthrough.panel_response(trade, outcome, "log_one_plus_duty", method=method).loc["log_one_plus_duty"]
    # Noise of 0.1 over 576 rows whose duty varies by 0.07: a standard error near 0.06, and four of them.
    assert row["estimate"] == pytest.approx(-3, abs=0.25)
    assert 0.02 < row["std_error"] < 0.12
    assert row["observations"] == 48 * 12


def test_poisson_keeps_zeros_and_leaves_out_a_partner_without_trade(trade):
    zeros = trade["period"].astype(str).str.endswith("-03") & (trade["partner"] == "p1")
    nothing = trade.assign(partner="nowhere", value_usd=0.0)[trade["partner"] == "p0"]
    panel = pd.concat([trade.assign(value_usd=trade["value_usd"].where(~zeros, 0.0)), nothing], ignore_index=True)
    fit = passthrough.panel_response(panel, "value_usd", "log_one_plus_duty", method="ppml")
    assert fit["observations"].item() == 48 * 12


def test_wider_level_gives_wider_band(trade):
    bands = [passthrough.panel_response(trade, "log_value", "log_one_plus_duty", level=x).iloc[0] for x in (0.5, 0.99)]
    assert bands[0]["low"] > bands[1]["low"] and bands[0]["high"] < bands[1]["high"]


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda p: passthrough.full_absorption_pct(-100, 5), "leaves no price"),
        (lambda p: passthrough.panel_response(p, "log_vale", "log_one_plus_duty"), "Did you mean 'log_value'"),
        (lambda p: passthrough.panel_response(p, "log_value", "log_one_plus_duty", method="poisson"), "'poisson'"),
        (lambda p: passthrough.panel_response(p.assign(same=1.0), "log_value", "same"), "'same' does not move"),
        (lambda p: passthrough.panel_response(p[p["partner"] < "p10"], "log_value", "log_one_plus_duty"), "2 groups"),
        (lambda p: passthrough.panel_response(p.assign(v=-1.0), "v", "log_one_plus_duty", method="ppml"), "below zero"),
        (lambda p: passthrough.duty_panel(*[pd.DataFrame({x: [1.0]}) for x in ("jp", "kr")]), "one of the frames"),
        (lambda p: passthrough.duty_panel(*[pd.DataFrame({"wld": [1.0]})] * 2, ["world"]), "'world' is not a partner"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(trade, call, sentence):
    with pytest.raises(InputError, match=sentence):
        call(trade)


@pytest.mark.slow
def test_a_panel_leaves_the_program_s_logging_alone():
    # In a fresh interpreter, for the import that sets up logging happens once.
    lines = [
        "import logging, numpy as np, pandas as pd",
        "from autogap.methods import passthrough",
        "x = np.random.default_rng(0).normal(size=40)",
        "who, when = np.repeat(list('abcd'), 10), np.tile(range(10), 4)",
        "panel = pd.DataFrame({'partner': who, 'period': when, 'x': x, 'y': x})",
        "passthrough.panel_response(panel.assign(y=x + x**2), 'y', 'x')",
        "assert not logging.getLogger().handlers and logging.getLogger().level == logging.WARNING",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, cwd=NOTEBOOKS)
