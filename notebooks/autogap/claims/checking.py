"""Set every claim beside the figures that can check it; a row that cannot be read stands there with its fault."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbpoints.errors import InputError, did_you_mean

from autogap.claims import articles
from autogap.claims.acceptance import Test, acceptance, between, rounding
from autogap.claims.measure import NotYetKnown, measure, rescale, unit_of
from autogap.data import reading

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("main", "alternative", "found by search", "then", "since", "later law", "coverage", "outcome")
FAULT = "fault"
"""Role of the row that stands for a claim which cannot be read; its definition is the sentence that says why."""


def evidence(
    claims: pd.DataFrame, checks: pd.DataFrame, results: pd.DataFrame, day: str, as_of: str | None = None
) -> pd.DataFrame:
    """Set every check beside its figure.

    Parameters
    ----------
    claims : DataFrame
        As `read` returns it.
    checks : DataFrame
        ``claim_id``, ``notebook``, ``result``, ``unit``, ``role``, ``accept``, ``vintage``, ``definition``.
    results : DataFrame
        ``notebook``, ``name``, ``value``, ``unit``: what the notebooks recorded.
    day : str
        Day of the article, for claims that name a series.
    as_of : str, optional
        Day up to which later releases are known.

    Returns
    -------
    DataFrame
        The checks, and two rows (then, since) for each claim that names a series, with ``value`` (None where nothing is
        recorded or known) and ``inside``: whether the value is accepted, None where there is none. A claim whose own
        row cannot be read has one row in the role `FAULT`.

    Raises
    ------
    InputError
        If a check names an unknown claim or role, its range is stated twice or nowhere, or a result has another unit or
        kind than the claim.
    """
    import pandas as pd

    by_id = claims.set_index("claim_id")
    keys = zip(results["notebook"], results["name"], strict=True)
    recorded = dict(zip(keys, zip(results["value"], results["unit"], strict=True), strict=True))
    measured, unreadable = [], {}
    for claim_id, claim in by_id.iterrows():
        try:
            measured += _measured(claim_id, claim, day, as_of)
        except InputError as error:
            unreadable[claim_id] = str(error)
    rows = [_recorded(check, by_id, recorded) for _, check in checks.iterrows() if check["claim_id"] not in unreadable]
    rows += measured
    rows += [{"claim_id": one, "role": FAULT, "definition": fault} for one, fault in unreadable.items()]
    columns = ["claim_id", "role", "source", "unit", "vintage", "definition", "value", "inside"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _recorded(check: pd.Series, by_id: pd.DataFrame, recorded: dict) -> dict:
    import pandas as pd

    claim_id, source = check["claim_id"], f"{check['notebook']}: {check['result']}"
    if claim_id not in by_id.index:
        raise InputError(f"claim_checks.csv: there is no claim {claim_id!r}.{did_you_mean(claim_id, by_id.index)}")
    if check["role"] not in ROLES:
        raise InputError(f"claim_checks.csv: {check['role']!r} is not a role; give one of {', '.join(ROLES)}.")
    for name in ("notebook", "result", "unit", "definition"):
        if reading.is_placeholder(check[name]):
            raise InputError(f"claim_checks.csv: {name} of {claim_id} still says {reading.PLACEHOLDER!r}; replace it.")
    test = _test(by_id.loc[claim_id], check)
    value, unit = recorded.get((check["notebook"], check["result"]), (None, None))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not _same_unit(unit, check["unit"]):
        raise InputError(f"{source} is recorded in {unit!r}, but {claim_id} is judged in {check['unit']!r}.")
    try:
        inside = None if value is None else test(value)
    except TypeError as wanted:
        raise InputError(f"{source} is {value!r}; {claim_id} is judged by {wanted}.") from None
    words = {name: "" if pd.isna(check[name]) else check[name] for name in ("unit", "vintage", "definition")}
    return {"claim_id": claim_id, "role": check["role"], "source": source, "value": value, "inside": inside, **words}


def _test(claim: pd.Series, check: pd.Series) -> Test:
    """What a check accepts: the claim's own range, else what the check says."""
    import pandas as pd

    place = f"claim_checks.csv: {check['result']} of {check['claim_id']}"
    low, high, accept = claim["accept_low"], claim["accept_high"], check["accept"]
    own = check["role"] in ("coverage", "outcome")
    if own or (pd.isna(low) and pd.isna(high)):
        if pd.isna(accept):
            raise InputError(f"{place}: nothing says what is accepted; fill its column accept.")
        return acceptance(str(accept))
    if pd.notna(accept):
        raise InputError(f"{place}: it accepts {accept!r}, but the claim has a range of its own; keep one.")
    return _range(claim)


def _range(claim: pd.Series) -> Test:
    import pandas as pd

    low, high, quoted = claim["accept_low"], claim["accept_high"], str(claim["value"])
    if pd.isna(low) and pd.isna(high):
        if quoted[:1] in ("<", ">"):
            return acceptance(quoted)
        try:
            return between(*rounding(quoted))
        except ArithmeticError:
            raise InputError(f"value: {quoted!r} is not a number; write one such as 451.7, <0 or >50.") from None
    ends = [_end(claim, name, none) for name, none in (("accept_low", -math.inf), ("accept_high", math.inf))]
    return between(*ends, strict=quoted[:1] in ("<", ">"))


def _end(claim: pd.Series, name: str, none: float) -> float:
    """One end of a claim's own range, or what stands for none."""
    import pandas as pd

    if pd.isna(claim[name]):
        return none
    try:
        if math.isfinite(end := float(claim[name])):
            return end
    except ValueError:
        pass
    raise InputError(f"{name}: {claim[name]!r} is not a number; write one or leave it empty.")


def _measured(claim_id: str, claim: pd.Series, day: str, as_of: str | None) -> list[dict]:
    """The figure of a claim that names a series, as known on the article's day and since."""
    import pandas as pd

    named = [name for name in ("transform", "of") if pd.notna(claim[name])]
    if pd.isna(claim["series"]):
        if named:
            raise InputError(f"{named[0]}: it is given, but no series; name one, or leave both empty.")
        if claim[["accept_low", "accept_high"]].notna().any():
            _range(claim)
        return []
    for name in ("value", "unit", "period"):
        if pd.isna(claim[name]):
            raise InputError(f"{name}: it is empty; a claim that names a series needs one.")
    of = None if pd.isna(claim["of"]) else claim["of"]
    chosen = claim["series"], "level" if pd.isna(claim["transform"]) else claim["transform"], str(claim["period"])
    rows = []
    test, unit = _range(claim), unit_of(*chosen[:2])
    for role, known in (("then", day), ("since", as_of)):
        try:
            value = rescale(measure(*chosen, of=of, as_of=known), unit, claim["unit"])
        except NotYetKnown:
            continue
        rows.append(
            {
                "claim_id": claim_id,
                "role": role,
                "source": chosen[0],
                "unit": claim["unit"],
                "vintage": f"as known on {known}" if known else "latest",
                "value": value,
                "definition": f"{chosen[0]}, {chosen[1]}, {chosen[2]}",
                "inside": test(value),
            }
        )
    if not rows:
        raise NotYetKnown(f"{chosen[0]}: {chosen[2]} was not published by {as_of}.")
    return rows


def _same_unit(recorded: str, wanted: str) -> bool:
    """Units agree up to a comma: "percent ad valorem, additional" is a percentage ad valorem."""
    return recorded.split(",")[0] == wanted.split(",")[0]


def faults(article: str) -> Iterator[str]:
    """Tell every row of an article that cannot be judged, with its line.

    Examples
    --------
    >>> list(faults("mof_2026-04-22"))
    []
    """
    claims = articles.read(article)
    for line, (_, claim) in zip(articles.lines(article), claims.iterrows(), strict=True):
        try:
            _measured(claim["claim_id"], claim, articles.day(article), None)
        except InputError as error:
            yield f"{claims.attrs['place']}, line {line}, {claim['claim_id']}: {error}"
