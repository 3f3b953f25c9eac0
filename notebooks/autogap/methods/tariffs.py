"""Tariffs by law and in fact: the rate in force on a day, its path, the duty charged, and prices with duty.

A schedule is a frame with a row for each spell of a rate: `product_group`, `effective_from`, `effective_to` (inclusive;
missing while in force), and the texts `mfn_rate_pct`, `additional_rate_pct`, `total_rate_pct` as the law words them
("2.5", "0-2.5", "MFN + 10", "max(MFN,15)"). `read_schedule` turns the texts into bounds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from autogap.errors import InputError, did_you_mean

NUMBER = r"\d+(?:\.\d+)?"
RATE_WORDINGS = {
    "floor": re.compile(rf"max\(MFN, ?({NUMBER})\)|({NUMBER}) all-in\b"),
    "added": re.compile(rf"MFN \+ ({NUMBER})|\+({NUMBER}) on MFN\b"),
    "rest": re.compile(rf"({NUMBER}) - MFN\b"),
    "range": re.compile(rf"({NUMBER})-({NUMBER})(?![\d.])"),
    "mfn": re.compile(r"MFN\b"),
    "free": re.compile(r"Free\b"),
    "plain": re.compile(rf"({NUMBER})%?(?![\d.])"),
}
RATES = ("mfn", "additional", "total")


class Rate(NamedTuple):
    """The lowest and the highest rate, in percent, that goods of one group pay; NaN where the text leaves it open."""

    low: float
    high: float


def all_in(mfn_pct: float | pd.Series, floor_pct: float) -> float | pd.Series:
    """Rate of a good when the law says "no more than `floor_pct` in all, or the MFN rate if that is higher".

    Executive Order 14345 s. 2 and 4 (90 FR 43535) writes the rule for goods of Japan: the additional duty is the
    floor less the column 1 rate, and zero where column 1 is at least the floor.

    Examples
    --------
    >>> all_in(pd.Series([2.5, 25.0]), 15).tolist()
    [15.0, 25.0]
    """
    return np.maximum(mfn_pct, floor_pct)


def additive(mfn_pct: float | pd.Series, additional_pct: float) -> float | pd.Series:
    """Rate of a good when the additional duty comes on top of the MFN rate, as in Proclamation 10908 (90 FR 14705).

    Examples
    --------
    >>> additive(2.5, 25), additive(25, 25)
    (27.5, 50)
    """
    return mfn_pct + additional_pct


def _read_one(text: str, mfn: Rate) -> Rate | None:
    """Bounds of one wording at the start of a text, or None when it is none that we know."""
    for wording, pattern in RATE_WORDINGS.items():
        found = pattern.match(text)
        if not found:
            continue
        numbers = [float(number) for number in found.groups() if number is not None]
        if wording == "floor":
            return Rate(*(float(all_in(end, numbers[0])) for end in mfn))
        if wording == "added":
            return Rate(*(additive(end, numbers[0]) for end in mfn))
        if wording == "rest":
            return Rate(*sorted(float(all_in(end, numbers[0])) - end for end in mfn))
        if wording == "mfn":
            return mfn
        if wording == "free":
            return Rate(0.0, 0.0)
        return Rate(min(numbers), max(numbers))
    return None


def read_rate(text: str | float, mfn: Rate | None = None) -> Rate:
    """Bounds, in percent, of a rate as a legal text or a tariff schedule words it.

    Parameters
    ----------
    text : str or float
        "2.5", "2.5%", "Free", "0-2.5", "MFN", "MFN + 10", "15 - MFN", "max(MFN,15)", "15 all-in", "+25 on MFN";
        several of these between ";" or "/" (a quota and the rate beyond it, tiers) give the bounds of all. Words
        after a rate are let pass.
    mfn : Rate, optional
        What "MFN" stands for; without it a rate that needs it is NaN.

    Raises
    ------
    InputError
        If a text, or one part of it, starts with none of these.

    Examples
    --------
    >>> read_rate("max(MFN,15)", Rate(0.0, 2.5))
    Rate(low=15.0, high=15.0)
    >>> read_rate("0 in quota / 25 over")
    Rate(low=0.0, high=25.0)
    """
    unknown = Rate(np.nan, np.nan)
    if pd.isna(text):
        return unknown
    read = []
    for part in re.split(r"[;/]", str(text)):
        rate = _read_one(part.strip(), mfn or unknown)
        if rate is None:
            raise InputError(f"rate: {text!r} cannot be read; write one like '2.5', '0-2.5', 'MFN + 10' or 'max(MFN,15)'.")
        read.append(rate)
    return Rate(float(np.min([rate.low for rate in read])), float(np.max([rate.high for rate in read])))


def read_schedule(schedule: pd.DataFrame, mfn_pct: dict[str, float | Rate] | None = None) -> pd.DataFrame:
    """Add bounds in percent (`total_low_pct`, `total_high_pct`, ...) and dates to a schedule in words.

    Parameters
    ----------
    schedule : DataFrame
        One row a spell, as the module describes. Other columns are kept.
    mfn_pct : dict, optional
        MFN rate of each product group whose schedule says only "MFN", in percent. Without it their totals are NaN.

    Returns
    -------
    DataFrame
        Sorted by product and date, with `{mfn,additional,total}_{low,high}_pct` and dates as timestamps.

    Raises
    ------
    InputError
        If a column is missing, a rate cannot be read, or two spells of a product overlap.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars", "cars"], "effective_from": ["2025-04-03", "2025-09-16"],
    ...     "effective_to": ["2025-09-15", None], "mfn_rate_pct": ["2.5", "2.5"],
    ...     "additional_rate_pct": ["25", "12.5"], "total_rate_pct": ["27.5", "15"]})
    >>> read_schedule(law)["total_high_pct"].tolist()
    [27.5, 15.0]
    """
    needed = ["product_group", "effective_from", "effective_to", *(f"{rate}_rate_pct" for rate in RATES)]
    missing = [column for column in needed if column not in schedule.columns]
    if missing:
        raise InputError(f"schedule: column {missing[0]!r} is missing; it needs {', '.join(needed)}.")
    given = mfn_pct or {}
    read = schedule.assign(
        effective_from=pd.to_datetime(schedule["effective_from"]),
        effective_to=pd.to_datetime(schedule["effective_to"]),
    )
    bounds = {f"{rate}_{end}_pct": [] for rate in RATES for end in Rate._fields}
    for _, row in schedule.iterrows():
        known = given.get(row["product_group"], Rate(np.nan, np.nan))
        mfn = read_rate(row["mfn_rate_pct"], known if isinstance(known, Rate) else Rate(known, known))
        for rate in RATES:
            for end, value in zip(Rate._fields, read_rate(row[f"{rate}_rate_pct"], mfn), strict=True):
                bounds[f"{rate}_{end}_pct"].append(value)
    read = read.assign(**bounds).sort_values(["product_group", "effective_from"], ignore_index=True)
    _refuse_overlaps(read)
    return read


def _refuse_overlaps(schedule: pd.DataFrame) -> None:
    for product, spells in schedule.groupby("product_group"):
        # An open end compares as false, so that a spell after it is a clash too.
        clash = ~(spells["effective_from"].iloc[1:].to_numpy() > spells["effective_to"].iloc[:-1].to_numpy())
        if clash.any():
            day = spells["effective_from"].iloc[1:][clash].iloc[0].date()
            raise InputError(f"schedule: two rates of {product!r} are in force on {day}; end one spell before the next.")


def _spells(schedule: pd.DataFrame, product: str) -> pd.DataFrame:
    spells = schedule[schedule["product_group"] == product]
    if spells.empty:
        known = sorted(schedule["product_group"].unique())
        raise InputError(f"product: {product!r} is not in the schedule, which holds {', '.join(map(repr, known))}."
                         f"{did_you_mean(product, known)}")
    return spells


def rates_on(schedule: pd.DataFrame, day: str) -> pd.DataFrame:
    """Spells in force on a day, one row a product, indexed by product.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars"], "effective_from": pd.to_datetime(["2025-09-16"]),
    ...     "effective_to": pd.to_datetime([None]), "total_low_pct": [15.0]})
    >>> rates_on(law, "2026-01-31")["total_low_pct"].to_dict()
    {'cars': 15.0}
    """
    date = pd.Timestamp(day)
    in_force = (schedule["effective_from"] <= date) & ~(schedule["effective_to"] < date)
    return schedule[in_force].set_index("product_group")


def rate_on(schedule: pd.DataFrame, product: str, day: str) -> pd.Series:
    """The spell of one product in force on a day.

    Raises
    ------
    InputError
        If the schedule does not hold the product, or says nothing of that day.
    """
    spells = _spells(schedule, product)
    found = rates_on(spells, day)
    if found.empty:
        first = spells["effective_from"].min().date()
        raise InputError(f"day: the schedule of {product!r} says nothing of {day}; it starts on {first}.")
    return found.iloc[0]


def rate_path(schedule: pd.DataFrame, product: str, start: str, end: str, freq: str = "D") -> pd.DataFrame:
    """Rates of one product day by day, or month by month as the mean over the days of the month.

    A day of which the schedule says nothing is NaN, and so is a month that holds such a day.

    Parameters
    ----------
    schedule : DataFrame
        As `read_schedule` returns it.
    product : str
        A product group of the schedule.
    start, end : str
        First and last day ("2025-04-03") or month ("2025-04"), both included.
    freq : {"D", "M"}
        Days or months.

    Returns
    -------
    DataFrame on a PeriodIndex
        Every `..._pct` column of the schedule, in percent.

    Raises
    ------
    InputError
        If the product is not in the schedule, or `freq` is neither "D" nor "M".

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars", "cars"], "total_low_pct": [2.5, 27.5],
    ...     "effective_from": pd.to_datetime(["2018-01-01", "2025-04-03"]),
    ...     "effective_to": pd.to_datetime(["2025-04-02", None])})
    >>> rate_path(law, "cars", "2025-04-02", "2025-04-03")["total_low_pct"].tolist()
    [2.5, 27.5]
    """
    if freq not in ("D", "M"):
        raise InputError(f"freq: {freq!r} is neither 'D' (days) nor 'M' (months).")
    spells = _spells(schedule, product)
    first, last = pd.Period(start, freq).start_time, pd.Period(end, freq).end_time
    days = pd.period_range(first, last, freq="D")
    columns = [column for column in spells.columns if column.endswith("_pct") and not column.endswith("_rate_pct")]
    path = pd.DataFrame(np.nan, index=days, columns=columns)
    for _, spell in spells.iterrows():
        until = spell["effective_to"] if pd.notna(spell["effective_to"]) else last
        in_force = (days.start_time >= spell["effective_from"]) & (days.start_time <= until)
        path.loc[in_force, columns] = spell[columns].to_numpy(dtype=float)
    return path if freq == "D" else path.groupby(days.asfreq("M")).agg(lambda month: month.mean(skipna=False))


def changes(
    schedule: pd.DataFrame,
    start: str,
    end: str,
    rate: str = "additional_high_pct",
    before_first: float = np.nan,
) -> pd.DataFrame:
    """Every step of a rate that took effect between two days, both included, in order of time.

    Parameters
    ----------
    schedule : DataFrame
        As `read_schedule` returns it.
    start, end : str
        First and last day.
    rate : str
        Which column steps.
    before_first : float
        The rate before the first spell of a product: 0 for an additional duty that was new, NaN (no step) where the
        schedule merely starts.

    Returns
    -------
    DataFrame
        `product_group`, `effective_from`, `before_pct`, `after_pct`, `change_pp`. A spell that leaves the rate as it
        was is no step.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars", "cars"], "additional_high_pct": [0.0, 25.0],
    ...     "effective_from": pd.to_datetime(["2018-01-01", "2025-04-03"]), "effective_to": pd.to_datetime([None, None])})
    >>> changes(law, "2025-01-01", "2025-12-31")["change_pp"].tolist()
    [25.0]
    """
    ordered = schedule.sort_values(["product_group", "effective_from"])
    steps = pd.DataFrame({
        "product_group": ordered["product_group"],
        "effective_from": ordered["effective_from"],
        "before_pct": ordered.groupby("product_group")[rate].shift(fill_value=before_first),
        "after_pct": ordered[rate],
    })
    steps["change_pp"] = steps["after_pct"] - steps["before_pct"]
    wanted = steps["effective_from"].between(pd.Timestamp(start), pd.Timestamp(end)) & (steps["change_pp"].abs() > 0)
    return steps[wanted].sort_values(["effective_from", "product_group"], ignore_index=True)


def charged_rate_pct(calculated_duty: pd.Series, customs_value: pd.Series) -> pd.Series:
    """Rate charged in fact: calculated duty over the customs value of imports for consumption, in percent.

    Both in one currency and on one index. Where nothing was imported there is no rate: NaN.

    Examples
    --------
    >>> charged_rate_pct(pd.Series([2.5, 0.0]), pd.Series([100.0, 0.0])).tolist()
    [2.5, nan]
    """
    return 100 * calculated_duty / customs_value.where(customs_value > 0)


def law_and_fact(statutory_pct: pd.Series, charged_pct: pd.Series) -> pd.DataFrame:
    """Set the rate by law beside the rate charged: `law_pct`, `fact_pct`, `gap_pp` (fact less law), `fact_over_law_pct`.

    Only periods that both hold are kept.

    Examples
    --------
    >>> law_and_fact(pd.Series([27.5]), pd.Series([22.0])).round(1).iloc[0].to_dict()
    {'law_pct': 27.5, 'fact_pct': 22.0, 'gap_pp': -5.5, 'fact_over_law_pct': 80.0}
    """
    both = pd.concat({"law_pct": statutory_pct, "fact_pct": charged_pct}, axis=1, join="inner")
    return both.assign(
        gap_pp=both["fact_pct"] - both["law_pct"],
        fact_over_law_pct=100 * both["fact_pct"] / both["law_pct"].where(both["law_pct"] > 0),
    )


def price_with_duty(price: float | pd.Series, rate_pct: float | pd.Series) -> float | pd.Series:
    """Price after duty of a good that costs `price` at the border.

    Examples
    --------
    >>> price_with_duty(20_000, 27.5)
    25500.0
    """
    return price * (1 + rate_pct / 100)


def duty(customs_value: float | pd.Series, rate_pct: float | pd.Series) -> float | pd.Series:
    """Duty on a customs value, in its currency.

    Examples
    --------
    >>> duty(20_000, 27.5)
    5500.0
    """
    return customs_value * rate_pct / 100


def absorption_pct(rate_before_pct: float, rate_after_pct: float) -> float:
    """Change of the border price, in percent, that leaves the price with duty where it was: full absorption.

    Examples
    --------
    >>> round(absorption_pct(2.5, 27.5), 2)
    -19.61
    """
    return 100 * ((100 + rate_before_pct) / (100 + rate_after_pct) - 1)
