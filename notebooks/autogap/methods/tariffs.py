"""Tariffs by law and in fact: the rate in force on a day, its path and regimes, and the duty charged.

A schedule is a frame with a row for each spell of a rate: `product_group`, `effective_from`, `effective_to` (the last
day; missing while in force), and bounds in percent over the lines of the group,
`{mfn,additional,total}_rate_{low,high}_pct`. `rate_type` and `all_in_rate_pct` say how the total follows from a line's
own MFN rate.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from nbpoints.errors import InputError, did_you_mean

BOUNDS = [f"{rate}_rate_{end}_pct" for rate in ("mfn", "additional", "total") for end in ("low", "high")]


def all_in(mfn_pct: float | pd.Series, floor_pct: float | pd.Series) -> float | pd.Series:
    """Rate of a good when the law says "`floor_pct` in all, or the MFN rate if that is higher".

    Executive Order 14345 s. 2 and 4 (90 FR 43535) writes the rule for goods of Japan: the additional duty is the
    floor less the column 1 rate, and zero where column 1 is at least the floor.

    Examples
    --------
    >>> all_in(pd.Series([2.5, 25.0]), 15).tolist()
    [15.0, 25.0]
    """
    return np.maximum(mfn_pct, floor_pct)


def additive(mfn_pct: float | pd.Series, additional_pct: float | pd.Series) -> float | pd.Series:
    """Rate of a good when the additional duty comes on top of the MFN rate, as in Proclamation 10908 (90 FR 14705).

    Examples
    --------
    >>> additive(2.5, 25), additive(25, 25)
    (27.5, 50)
    """
    return mfn_pct + additional_pct


def dated(schedule: pd.DataFrame) -> pd.DataFrame:
    """Order a schedule by product and date, with dates as timestamps, and refuse spells that overlap.

    Raises
    ------
    InputError
        If a column is missing or two spells of a product are in force on one day.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars"], "effective_from": ["2025-09-16"], "effective_to": [None]})
    >>> law[BOUNDS] = [[2.5, 2.5, 12.5, 12.5, 15.0, 15.0]]
    >>> dated(law)["effective_from"].iloc[0]
    Timestamp('2025-09-16 00:00:00')
    """
    needed = ["product_group", "effective_from", "effective_to", *BOUNDS]
    missing = [column for column in needed if column not in schedule.columns]
    if missing:
        raise InputError(f"schedule: column {missing[0]!r} is missing; it needs {', '.join(needed)}.")
    ordered = schedule.assign(
        effective_from=pd.to_datetime(schedule["effective_from"]),
        effective_to=pd.to_datetime(schedule["effective_to"]),
    ).sort_values(["product_group", "effective_from"], ignore_index=True)
    for product, spells in ordered.groupby("product_group"):
        # An open end compares as false, so that a spell after it is a clash too.
        clash = ~(spells["effective_from"].iloc[1:].to_numpy() > spells["effective_to"].iloc[:-1].to_numpy())
        if clash.any():
            day = spells["effective_from"].iloc[1:][clash].iloc[0].date()
            raise InputError(f"schedule: two rates of {product!r} are in force on {day}; end one before the next.")
    return ordered


def known_to(events: pd.DataFrame) -> str:
    """Last day up to which orders were searched: that of the last event that states the rate on a Japanese car.

    Examples
    --------
    >>> dates = ["2025-09-16", "2026-08-21", "2026-11-23"]
    >>> known_to(pd.DataFrame({"date": dates, "japan_auto_rate_pct": [15, 15, None]}))
    '2026-08-21'
    """
    return events.dropna(subset=["japan_auto_rate_pct"])["date"].max()


def _spells(schedule: pd.DataFrame, product: str) -> pd.DataFrame:
    ordered = dated(schedule)
    spells = ordered[ordered["product_group"] == product]
    if spells.empty:
        known = sorted(ordered["product_group"].unique())
        raise InputError(
            f"product: {product!r} is not in the schedule, which holds {', '.join(map(repr, known))}."
            f"{did_you_mean(product, known)}"
        )
    return spells


def rates_on(schedule: pd.DataFrame, day: str) -> pd.DataFrame:
    """Spells in force on a day, one row a product, indexed by product.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars"], "effective_from": ["2025-09-16"], "effective_to": [None]})
    >>> law[BOUNDS] = [[2.5, 2.5, 12.5, 12.5, 15.0, 15.0]]
    >>> rates_on(law, "2026-01-31")["total_rate_high_pct"].to_dict()
    {'cars': 15.0}
    """
    spells, date = dated(schedule), pd.Timestamp(day)
    in_force = (spells["effective_from"] <= date) & ~(spells["effective_to"] < date)
    return spells[in_force].set_index("product_group")


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


def line_rate_pct(spell: pd.Series, mfn_pct: float) -> float:
    """Total rate of one tariff line, whose own MFN rate is given, under a spell of the schedule.

    A duty that was collected on top and made all-in with refunds (`additive_then_all_in`) counts as all-in. A quota has
    two rates and no answer: NaN.

    Parameters
    ----------
    spell : Series
        As `rate_on` returns it, with `rate_type`, `additional_rate_low_pct`, `additional_rate_high_pct` and, for a
        floor, `all_in_rate_pct`.
    mfn_pct : float
        Column 1 general rate of the line.

    Raises
    ------
    InputError
        If `rate_type` is none of mfn, additive, all_in, additive_then_all_in, quota.

    Examples
    --------
    >>> line_rate_pct(pd.Series({"rate_type": "all_in", "all_in_rate_pct": 15.0}), 2.5)
    15.0
    """
    rule = spell["rate_type"]
    if rule == "mfn":
        return float(mfn_pct)
    if rule == "additive":
        return float(additive(mfn_pct, spell["additional_rate_high_pct"]))
    if rule in ("all_in", "additive_then_all_in"):
        return float(all_in(mfn_pct, spell["all_in_rate_pct"]))
    if rule == "quota":
        return np.nan
    raise InputError(f"rate_type: {rule!r} is not a known rule; write mfn, additive, all_in or quota.")


def line_path(schedule: pd.DataFrame, product: str, mfn_pct: float, start: str, end: str) -> pd.Series:
    """Total rate, day by day, of one tariff line whose own MFN rate is given.

    On a day of which the schedule says nothing only the MFN rate is due.

    Parameters
    ----------
    schedule : DataFrame
        As the module describes, with what `line_rate_pct` needs.
    product : str
        A product group of the schedule.
    mfn_pct : float
        Column 1 general rate of the line.
    start, end : str
        First and last day, both included.

    Returns
    -------
    Series on a PeriodIndex of days
        Percent.

    Raises
    ------
    InputError
        If the product is not in the schedule, or a spell follows no rule we know.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["general"], "effective_from": ["2025-04-05"], "effective_to": [None],
    ...     "rate_type": ["additive"]})
    >>> law[BOUNDS] = [[np.nan, np.nan, 10.0, 10.0, np.nan, np.nan]]
    >>> line_path(law, "general", 2.5, "2025-04-04", "2025-04-05").tolist()
    [2.5, 12.5]
    """
    days = pd.period_range(start, end, freq="D")
    path = pd.Series(float(mfn_pct), index=days, name="rate_pct")
    for _, spell in _spells(schedule, product).iterrows():
        is_over = days.start_time > spell["effective_to"]
        path[(days.start_time >= spell["effective_from"]) & ~is_over] = line_rate_pct(spell, mfn_pct)
    return path


def partner_path(orders: pd.DataFrame, product: str, partner: str, mfn_pct: float, start: str, end: str) -> pd.Series:
    """Rate by law of one partner, month by month as the mean over days: its newest order, or the newest on all.

    `orders` have `partner` ("all" for an order on everybody), `product_group`, `effective_from`, `rate_type`,
    `additional_rate_pct` and `all_in_rate_pct`. Before the first order only the MFN rate is due.

    Examples
    --------
    >>> law = pd.DataFrame({"partner": ["all", "gb"], "product_group": "cars", "rate_type": ["additive", "all_in"],
    ...     "effective_from": ["2025-04-03", "2025-07-01"], "additional_rate_pct": [25, 7.5], "all_in_rate_pct": 10.0})
    >>> partner_path(law, "cars", "gb", 2.5, "2025-06", "2025-07").tolist()
    [27.5, 10.0]
    """
    days = pd.period_range(pd.Period(start, "M").start_time, pd.Period(end, "M").end_time, freq="D")
    rates = pd.Series(float(mfn_pct), index=days, name="rate_pct")
    spells = orders[(orders["product_group"] == product) & orders["partner"].isin([partner, "all"])]
    spells = spells.rename(columns={"additional_rate_pct": "additional_rate_high_pct"})
    for _, spell in spells.sort_values("effective_from").iterrows():
        rates[days.start_time >= pd.Timestamp(spell["effective_from"])] = line_rate_pct(spell, mfn_pct)
    return rates.groupby(days.asfreq("M")).mean()


def rate_path(schedule: pd.DataFrame, product: str, start: str, end: str, freq: str = "D") -> pd.DataFrame:
    """Rates of one product day by day, or month by month as the mean over the days of the month.

    A day of which the schedule says nothing is NaN, and so is a month that holds such a day.

    Parameters
    ----------
    schedule : DataFrame
        As the module describes.
    product : str
        A product group of the schedule.
    start, end : str
        First and last day ("2025-04-03") or month ("2025-04"), both included.
    freq : {"D", "M"}
        Days or months.

    Returns
    -------
    DataFrame on a PeriodIndex
        The bounds of the schedule, in percent.

    Raises
    ------
    InputError
        If the product is not in the schedule, or `freq` is neither "D" nor "M".

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars", "cars"], "effective_from": ["2018-01-01", "2025-04-03"],
    ...     "effective_to": ["2025-04-02", None]})
    >>> law[BOUNDS] = [[2.5, 2.5, 0.0, 0.0, 2.5, 2.5], [2.5, 2.5, 25.0, 25.0, 27.5, 27.5]]
    >>> rate_path(law, "cars", "2025-04-02", "2025-04-03")["total_rate_low_pct"].tolist()
    [2.5, 27.5]
    """
    if freq not in ("D", "M"):
        raise InputError(f"freq: {freq!r} is neither 'D' (days) nor 'M' (months).")
    spells = _spells(schedule, product)
    first, last = pd.Period(start, freq).start_time, pd.Period(end, freq).end_time
    days = pd.period_range(first, last, freq="D")
    path = pd.DataFrame(np.nan, index=days, columns=BOUNDS)
    for _, spell in spells.iterrows():
        until = spell["effective_to"] if pd.notna(spell["effective_to"]) else last
        in_force = (days.start_time >= spell["effective_from"]) & (days.start_time <= until)
        path.loc[in_force, BOUNDS] = spell[BOUNDS].to_numpy(dtype=float)
    return path if freq == "D" else path.groupby(days.asfreq("M")).agg(lambda month: month.mean(skipna=False))


def changes(
    schedule: pd.DataFrame,
    start: str,
    end: str,
    rate: str = "additional_rate_high_pct",
    before_first: float = np.nan,
) -> pd.DataFrame:
    """Every step of a rate that took effect between two days, both included, in order of time.

    Parameters
    ----------
    schedule : DataFrame
        As the module describes.
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
        was, or of which one end is not known, is not a step.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars", "cars"], "effective_from": ["2018-01-01", "2025-04-03"],
    ...     "effective_to": ["2025-04-02", None]})
    >>> law[BOUNDS] = [[2.5, 2.5, 0.0, 0.0, 2.5, 2.5], [2.5, 2.5, 25.0, 25.0, 27.5, 27.5]]
    >>> changes(law, "2025-01-01", "2025-12-31")["change_pp"].tolist()
    [25.0]
    """
    ordered = dated(schedule)
    steps = pd.DataFrame(
        {
            "product_group": ordered["product_group"],
            "effective_from": ordered["effective_from"],
            "before_pct": ordered.groupby("product_group")[rate].shift(fill_value=before_first),
            "after_pct": ordered[rate],
        }
    )
    steps["change_pp"] = steps["after_pct"] - steps["before_pct"]
    wanted = steps["effective_from"].between(pd.Timestamp(start), pd.Timestamp(end)) & (steps["change_pp"].abs() > 0)
    return steps[wanted].sort_values(["effective_from", "product_group"], ignore_index=True)


def regimes(schedule: pd.DataFrame, product: str = "passenger_vehicles", end: str | None = None) -> pd.DataFrame:
    """List the spells in which an additional duty was in force, to shade them behind a chart.

    Spells of the ordinary rate alone are the background and are left out.

    Parameters
    ----------
    schedule : DataFrame
        As the module describes, e.g. ``data.table("tariff_schedule_japan")``.
    product : str
        A product group of the schedule.
    end : str, optional
        Last day of a spell that is still in force, beyond which none begins; without it its end is missing (NaT).

    Returns
    -------
    DataFrame
        ``start``, ``end`` (first and last day) and ``label``, the total rate: "27.5 percent".

    Raises
    ------
    InputError
        If the product is not in the schedule.

    Examples
    --------
    >>> law = pd.DataFrame({"product_group": ["cars", "cars"], "effective_from": ["2018-01-01", "2025-04-03"],
    ...     "effective_to": ["2025-04-02", None]})
    >>> law[BOUNDS] = [[2.5, 2.5, 0.0, 0.0, 2.5, 2.5], [2.5, 2.5, 25.0, 25.0, 27.5, 27.5]]
    >>> regimes(law, "cars", end="2025-09-15").astype(str).values.tolist()
    [['2025-04-03', '2025-09-15', '27.5 percent']]
    >>> len(regimes(law, "cars", end="2025-03-31"))
    0
    """
    spells = _spells(schedule, product)
    total = spells["total_rate_high_pct"].fillna(spells["additional_rate_high_pct"])
    table = pd.DataFrame(
        {
            "start": spells["effective_from"],
            "end": spells["effective_to"].fillna(pd.Timestamp(end) if end else pd.NaT),
            "label": total.map("{:g} percent".format),
        }
    )
    is_shown = table["start"].le(end) if end else True
    return table[(spells["additional_rate_high_pct"] > 0) & is_shown].reset_index(drop=True)


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
    """Set the rate by law beside the one charged: `law_pct`, `fact_pct`, `gap_pp` (fact less law), `fact_over_law_pct`.

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
