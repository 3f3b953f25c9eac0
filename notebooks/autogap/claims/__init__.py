"""Judge the claims of an article by rule: no verdict is typed anywhere.

A claim is checked in one of two ways. It names a series, a transform and a period, and the figure is computed as known
on the article's day and as known since. Or rows of ``claim_checks`` name results that the notebooks recorded, each in a
role:

main
    What the claim most plainly means, chosen before any result is looked at: like is set against like (a net share for
    a net surplus), the publisher's own headline measure (value, calendar year), the release of the article's day.
    Several mains must all hold ("cars and parts").
alternative
    Another reading of the same words that a reader could defend.
found by search
    A reading that was looked for until it fitted. It is shown and never counts.
then, since, later law
    The figure as it stood when the claim was made; as later releases revised it; as the law was later changed.
coverage
    A yes-or-no result: whether the available data can answer at all.
outcome
    What happened to a forecast. A forecast is not right or wrong by itself; its outcome is stated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbpoints.mime import MINUS, with_unit

from autogap.claims import articles
from autogap.claims.acceptance import acceptance
from autogap.claims.articles import read
from autogap.claims.checking import FAULT, ROLES, evidence, faults
from autogap.claims.measure import measure

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ROLES", "VERDICTS", "acceptance", "articles", "evidence", "faults", "judge", "measure", "read"]

VERDICTS = {
    "holds": "holds",
    "one_definition": "holds only under another definition",
    "revised": "right when written, figure later revised",
    "law_changed": "right when written, law later changed",
    "later_differs": "differs from later releases; that of the day is not available",
    "does_not_hold": "does not hold",
    "forecast_came": "a forecast that came true",
    "forecast_not": "a forecast that did not come true",
    "cannot": "cannot be established",
    "statement": "a statement, not a measurement",
    "no_result": "no result recorded",
}
CHECKABLE = ("holds", "one_definition", "revised", "law_changed", "later_differs", "does_not_hold")
"""Verdicts on claims about what is or was, for which there is a figure."""
RIGHT_WHEN_WRITTEN = ("holds", "revised", "law_changed")
"""Verdicts on claims that were right on the day of the article under their main definition."""

COLUMNS = [
    "claim_id",
    "scope",
    "statement",
    "quoted",
    "unit",
    "computed",
    "then",
    "since",
    "readings",
    "verdict",
    "reason",
    "definition",
    "source",
]


def judge(claims: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Give every claim its verdict.

    The rule, in this order. A claim that asserts nothing measurable is a statement; one with a figure that nothing can
    check, or whose row cannot be read, cannot be established. A claim without checks, or with a result that no notebook
    recorded, has no result. Where a coverage fails, it cannot be established. A forecast gets its outcome. Where the
    mains and the figure of the time all hold, it holds, unless a figure since does not: then it was right when written,
    and the figure was revised or the law changed. Where they do not, an alternative inside the range makes it hold only
    under another definition; a reading found by search never does. Else it does not hold. Where the data begin after
    the day of the article, a later figure can confirm a claim, not refute it.

    Parameters
    ----------
    claims : DataFrame
        As `read` returns it.
    table : DataFrame
        As `evidence` returns it.

    Returns
    -------
    DataFrame
        A row a claim, in the order of `claims`: ``claim_id``, ``scope``, ``statement``, ``quoted``, ``unit``,
        ``computed`` (the value that decides), ``then`` and
        ``since`` (figures with their units), ``readings`` (every other reading with its figure), ``verdict`` (a key of
        `VERDICTS`), ``reason`` (why a claim cannot be established), ``definition`` and ``source`` of the figure that
        decides.

    Examples
    --------
    >>> import pandas as pd
    >>> claim = {"claim_id": "C1", "statement": "Exports fell", "value": "-11", "unit": "percent", "scope": "in",
    ...          "series": "mof.us.exports.total", "transform": "yoy_pct", "period": "2025-05", "of": None,
    ...          "accept_low": None, "accept_high": None, "check_with": None}
    >>> claims, none = pd.DataFrame([claim]), pd.DataFrame(columns=["notebook", "name", "value", "unit"])
    >>> judge(claims, evidence(claims, none, none, "2025-07-30"))["verdict"].item()
    'holds'
    """
    import pandas as pd

    rows = []
    for _, claim in claims.iterrows():
        own = table[table["claim_id"] == claim["claim_id"]]
        verdict, deciding = _verdict(claim, own)
        told = {column: claim[column] for column in ("claim_id", "scope", "statement", "unit")}
        told |= {
            "quoted": claim["value"],
            "then": _figures(own, "main", "then", "coverage", "outcome"),
            "since": _figures(own, "since", "later law"),
            "readings": _readings(own),
            "verdict": verdict,
        }
        told["reason"] = _reason(verdict, deciding)
        told["computed"] = None if deciding is None else deciding["value"]
        told |= {name: "" if deciding is None else deciding[name] for name in ("definition", "source")}
        rows.append(
            {column: "" if text is None or text is pd.NA or text != text else text for column, text in told.items()}
        )
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _verdict(claim: pd.Series, own: pd.DataFrame) -> tuple[str, pd.Series | None]:
    """The verdict on one claim, and the check whose figure decides it."""
    import pandas as pd

    if own.empty:
        quoted = pd.notna(claim["value"]) and pd.isna(claim["check_with"])
        return ("cannot" if quoted else "statement" if _is_statement(claim) else "no_result"), None
    if (own["role"] == FAULT).any():
        return "cannot", own[own["role"] == FAULT].iloc[0]
    missing = own[own["value"].isna()]
    if len(missing):
        return "no_result", missing.iloc[0]
    accepted, role = own["inside"].astype(bool), own["role"]
    if not accepted[role == "coverage"].all():
        return "cannot", own[(role == "coverage") & ~accepted].iloc[0]
    if (role == "outcome").any():
        return ("forecast_came" if accepted[role == "outcome"].all() else "forecast_not"), own[role == "outcome"].iloc[
            0
        ]
    primary = role.isin(["main", "then"])
    if not primary.any() and (role == "since").any():
        own = own[role == "since"]
        return ("holds" if own["inside"].all() else "later_differs"), own.iloc[0]
    later = role.isin(["since", "later law"])
    if primary.any() and accepted[primary].all():
        changed = own[later & ~accepted]
        key = "holds" if changed.empty else "law_changed" if (changed["role"] == "later law").all() else "revised"
        return key, own[primary].iloc[0]
    other = (role == "alternative") & accepted
    if other.any():
        return "one_definition", own[other].iloc[0]
    return "does_not_hold", own[primary].iloc[0] if primary.any() else own.iloc[0]


def _reason(verdict: str, deciding: pd.Series | None) -> str:
    """Why a claim cannot be established, in a sentence."""
    if verdict != "cannot":
        return ""
    if deciding is None:
        return "no series and no result is named that could check it."
    if deciding["role"] == FAULT:
        return deciding["definition"]
    return f"{deciding['definition']}: {figure(deciding['value'], deciding['unit'])}."


def _is_statement(claim: pd.Series) -> bool:
    """A claim that asserts no figure: an attribution, or a sidebar without any data to check it with."""
    import pandas as pd

    return pd.isna(claim["check_with"]) or str(claim["check_with"]).startswith("attribution only")


def _figures(own: pd.DataFrame, *roles: str) -> str:
    """Figures of some roles with their units, one after the other."""
    known = own[own["role"].isin(roles) & own["value"].notna()]
    return "; ".join(figure(one["value"], one["unit"]) for _, one in known.iterrows())


def _readings(own: pd.DataFrame) -> str:
    """Every other reading: what it measures, its figure, and whether it was only found by search."""
    told = [
        f"{one['definition']}: {figure(one['value'], one['unit'])}"
        + (" (found by search)" if one["role"] == "found by search" else "")
        for _, one in own[own["role"].isin(["alternative", "found by search"]) & own["value"].notna()].iterrows()
    ]
    return "; ".join(told)


def deviations(ledger: pd.DataFrame) -> pd.DataFrame:
    """Set the figure that decides beside the quoted one, for claims that quote a number.

    Parameters
    ----------
    ledger : DataFrame
        As `judge` returns it, with ``claim_id`` as index.

    Returns
    -------
    DataFrame
        ``quoted``, ``computed``, ``unit``, ``deviation_pct``, by claim.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"quoted": "8.6", "computed": 8.643, "unit": "trillion JPY", "verdict": "holds"}
    >>> deviations(pd.DataFrame([row], index=["C03"]))["deviation_pct"].round(1).item()
    0.5
    """
    import pandas as pd

    numeric = ledger["computed"].map(lambda value: isinstance(value, (int, float)) and not isinstance(value, bool))
    own = ledger[numeric & ~ledger["verdict"].isin(["cannot", "forecast_came", "forecast_not"])]
    quoted = pd.to_numeric(own["quoted"], errors="coerce")
    table = pd.DataFrame({"quoted": quoted, "computed": own["computed"].astype(float), "unit": own["unit"]}).dropna()
    return table.assign(deviation_pct=100 * (table["computed"] / table["quoted"] - 1) + 0.0)


def figure(value: object, unit: str) -> str:
    """Write a figure as its reader sees it.

    Examples
    --------
    >>> figure(-0.0441, "percent q/q"), figure(451.672, "billion JPY"), figure(False, "yes or no")
    ('\N{MINUS SIGN}0.04 percent q/q', '451.67 billion JPY', 'no')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    text = f"{round(value, 2) + 0.0:,.2f}".rstrip("0").rstrip(".")
    return with_unit(text.replace("-", MINUS), unit)
