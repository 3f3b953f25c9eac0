"""Quantities that two notebooks record are the same quantity in both."""

from __future__ import annotations

import pytest
from collection import BOOKS, values

# a notebook and its result, another and its result, and what the first is multiplied by
SHARED = [
    ("01_trade_gap", "balance_last_12_months_jpy_tn", "14_why_the_gap_shrank", "surplus_12_months_jpy_bn", 1e3),
    ("01_trade_gap", "balance_2024_fixed_jpy_tn", "14_why_the_gap_shrank", "surplus_2024_jpy_bn", 1e3),
    ("01_trade_gap", "balance_2025_jpy_tn", "14_why_the_gap_shrank", "surplus_2025_jpy_bn", 1e3),
    ("02_autos_in_the_gap", "share_last_12_months_pct", "12_after_the_deal", "share_12_months_to_last_pct", 1),
    ("02_autos_in_the_gap", "share_2024_net_fixed_pct", "02_autos_in_the_gap", "share_chosen_pct", 1),
    ("05_tariff_schedule", "law_total_high_pct", "06_who_pays", "law_first_day_pct", 1),
    ("11_negotiation_timeline", "first_projects_pct", "14_why_the_gap_shrank", "first_projects_pct", 1),
    ("06_who_pays", "absorbed_cars_pct", "08_tariff_scenarios", "absorbed_japan_pct", 1),
    ("08_tariff_scenarios", "outcome_value_pct_at_27_5", "15_model_and_outcome", "outcome_value_pct_at_27_5", 1),
    ("08_tariff_scenarios", "outcome_value_pct_at_15", "15_model_and_outcome", "outcome_value_pct_at_15", 1),
    *[
        (
            "08_tariff_scenarios",
            f"outcome_{what}_pct_at_{rate}",
            "15_model_and_outcome",
            f"outcome_{what}_pct_at_{rate}",
            1,
        )
        for what in ("quantity", "price")
        for rate in ("27_5", "15")
    ],
    ("06_who_pays", "us_vehicle_price_pct", "15_model_and_outcome", "us_vehicle_price_growth_pct", 1),
    ("10_recession_risk", "growth_cy2025_pct", "15_model_and_outcome", "gdp_growth_2025_pct", 1),
    ("10_recession_risk", "growth_fy2025_pct", "15_model_and_outcome", "gdp_growth_fy2025_pct", 1),
    ("07_counterfactual_exports", "customs_value_bsts_effect_low", "09_supply_chain", "loss_high_jpy_bn", -1),
    ("07_counterfactual_exports", "customs_value_bsts_effect_high", "09_supply_chain", "loss_low_jpy_bn", -1),
    ("07_counterfactual_exports", "customs_value_bsts_effect", "09_supply_chain", "loss_jpy_bn", -1),
]


@pytest.mark.parametrize(("one", "result", "other", "same", "factor"), SHARED)
def test_two_notebooks_that_record_one_quantity_agree(one, result, other, same, factor):
    assert values(BOOKS[one])[result] * factor == pytest.approx(values(BOOKS[other])[same], rel=1e-9)
