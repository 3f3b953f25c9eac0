"""Judge recorded results against the claims table, by rule: no verdict is typed anywhere.

Three tables meet here. `claims` says what was claimed and which figures round to it. `checks` says which recorded
result answers which claim, in which role. `results` holds what the notebooks recorded. Roles:

main
    What the claim most plainly means. Several mains must all hold ("cars and parts").
alternative definition
    Another reading of the same words.
vintage then, revised vintage
    The figure as it stood when the claim was made, and as it stands since.
coverage
    A yes-or-no result: whether the data at hand can answer at all.
score
    Reported and never judged: a warning is a forecast, which one outcome cannot prove or refute.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nbpoints.errors import InputError, did_you_mean
from autogap.paths import NOTEBOOKS

if TYPE_CHECKING:
    import pandas as pd

ROLES = ("main", "alternative definition", "vintage then", "revised vintage", "coverage", "score")
HOLDS = "holds"
ONE_DEFINITION = "holds under one definition"
TRUE_THEN = "true then, revised since"
DOES_NOT_HOLD = "does not hold"
CANNOT = "cannot be established"
STATEMENT = "a statement, not a measurement"
NO_RESULT = "no result recorded"
VERDICTS = (HOLDS, ONE_DEFINITION, TRUE_THEN, DOES_NOT_HOLD, CANNOT, STATEMENT, NO_RESULT)

ISO_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
COLUMNS = ["claim_id", "scope", "statement", "quoted", "unit", "computed", "revised", "definition", "vintage",
           "verdict", "notebook", "result"]

Test = Callable[[object], bool]


def _between(low: float, high: float, strict: bool = False) -> Test:
    def inside(value: object) -> bool:
        if isinstance(value, (bool, str)):
            raise TypeError("a number")
        return low < value < high if strict else low <= value <= high

    return inside


def acceptance(text: str) -> Test:
    """Turn what a check accepts into a test of a recorded value.

    Parameters
    ----------
    text : str
        A number, ``low..high``, ``>number`` or ``<number``, ``true`` or ``false``, or an ISO date or month (a day lies
        in its month).

    Returns
    -------
    callable
        Value to bool. It raises TypeError, naming what it wanted, for a value of another kind.

    Raises
    ------
    InputError
        If the text is none of these.

    Examples
    --------
    >>> acceptance(">50")(77.8), acceptance("2025-07")("2025-07-20"), acceptance("92.5..93.5")(94.4)
    (True, True, False)
    """
    if text in ("true", "false"):
        def is_so(value: object) -> bool:
            if not isinstance(value, bool):
                raise TypeError("true or false")
            return value is (text == "true")
        return is_so
    if ISO_DATE.fullmatch(text):
        def is_then(value: object) -> bool:
            if not (isinstance(value, str) and ISO_DATE.fullmatch(value)):
                raise TypeError("an ISO date")
            return value == text or value.startswith(f"{text}-")
        return is_then
    try:
        if text[0] in "<>":
            edge = float(text[1:])
            return _between(-math.inf, edge, strict=True) if text[0] == "<" else _between(edge, math.inf, strict=True)
        low, dots, high = text.partition("..")
        return _between(float(low), float(high if dots else low))
    except (ValueError, IndexError):
        wanted = "write a number, 'low..high', '>50', 'true' or an ISO date"
        raise InputError(f"accept: {text!r} cannot be read; {wanted}.") from None


def _test(claim: pd.Series, check: pd.Series) -> Test | None:
    """What a check accepts: the claim's own range, else what the check says; None for a score."""
    import pandas as pd

    place = f"claim_checks.csv: {check['result']} of {check['claim_id']}"
    low, high, accept = claim["accept_low"], claim["accept_high"], check["accept"]
    if check["role"] == "score":
        return None
    if check["role"] == "coverage" or (pd.isna(low) and pd.isna(high)):
        if pd.isna(accept):
            raise InputError(f"{place}: nothing says what is accepted; fill its column accept.")
        return acceptance(str(accept))
    if pd.notna(accept):
        raise InputError(f"{place}: it accepts {accept!r}, but claims.csv has a range for the claim; keep one.")
    strict = str(claim["value"])[:1] in ("<", ">")
    return _between(-math.inf if pd.isna(low) else low, math.inf if pd.isna(high) else high, strict)


def _same_unit(recorded: str, wanted: str) -> bool:
    """Units agree up to a comma: "percent ad valorem, additional" is a percentage ad valorem."""
    return recorded.split(",")[0] == wanted.split(",")[0]


def evidence(claims: pd.DataFrame, checks: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Set every check beside the value recorded for it.

    Parameters
    ----------
    claims : DataFrame
        The claims table: `claim_id`, `value` (as quoted), `accept_low`, `accept_high` and more.
    checks : DataFrame
        `claim_id`, `notebook`, `result`, `unit`, `role`, `accept`, `vintage`, `definition`.
    results : DataFrame
        `notebook`, `name`, `value`, `unit`.

    Returns
    -------
    DataFrame
        The checks with `value` (None where nothing is recorded) and `inside`: whether the value is accepted, None where
        it is not recorded or never judged.

    Raises
    ------
    InputError
        If a check names a claim or role that we do not know, its range is stated twice or nowhere, or a result is
        recorded in another unit or as another kind of value.
    """
    by_id = claims.set_index("claim_id")
    keys = zip(results["notebook"], results["name"], strict=True)
    recorded = dict(zip(keys, zip(results["value"], results["unit"], strict=True), strict=True))
    values, inside = [], []
    for _, check in checks.iterrows():
        if check["claim_id"] not in by_id.index:
            raise InputError(f"claim_checks.csv: there is no claim {check['claim_id']!r}."
                             f"{did_you_mean(check['claim_id'], by_id.index)}")
        if check["role"] not in ROLES:
            raise InputError(f"claim_checks.csv: {check['role']!r} is no role; write one of {', '.join(ROLES)}.")
        test = _test(by_id.loc[check["claim_id"]], check)
        value, unit = recorded.get((check["notebook"], check["result"]), (None, None))
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not _same_unit(unit, check["unit"]):
            raise InputError(f"{check['notebook']}: {check['result']} is recorded in {unit!r}, but"
                             f" {check['claim_id']} is judged in {check['unit']!r}.")
        values.append(value)
        try:
            inside.append(None if value is None or test is None else test(value))
        except TypeError as wanted:
            raise InputError(f"{check['notebook']}: {check['result']} is {value!r}; {check['claim_id']} is judged by"
                             f" {wanted}.") from None
    table = checks.reset_index(drop=True)
    table["value"] = _objects(values)
    table["inside"] = _objects(inside)
    return table


def _objects(values: list) -> pd.Series:
    import pandas as pd

    return pd.Series(values, dtype=object)


def judge(claims: pd.DataFrame, checks: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Give every claim its verdict.

    The rule, in this order: a claim that asserts nothing measurable is "a statement, not a measurement". A claim
    without checks, or with a result that no notebook recorded, has "no result recorded". Where a coverage fails, or there
    are only scores, it "cannot be established". Where the mains and the vintage of the time all hold, it "holds", unless
    a revised vintage does not: "true then, revised since". Where they do not, any other figure inside the range
    makes it hold "under one definition". Else it "does not hold".

    Parameters
    ----------
    claims, checks, results : DataFrame
        As for `evidence`.

    Returns
    -------
    DataFrame
        A row a claim, in the order of `claims`: `claim_id`, `scope`, `statement`, `quoted`, `unit`, `computed` (the
        figure that decides), `revised` (the revised figure, if there is one), `definition` and `vintage` of the
        computed figure, `verdict`, and the `notebook` and `result` behind it.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = pd.DataFrame({"claim_id": ["C14"], "scope": "in", "statement": "Exports fell 11 percent",
    ...     "value": "-11", "unit": "percent", "check_with": "customs", "accept_low": -11.5, "accept_high": -10.5})
    >>> checks = pd.DataFrame({"claim_id": ["C14"], "notebook": "03", "result": "yoy", "unit": "percent",
    ...     "role": "main", "accept": None, "vintage": "first", "definition": "value"})
    >>> results = pd.DataFrame({"notebook": ["03"], "name": "yoy", "value": -11.04, "unit": "percent"})
    >>> judge(claims, checks, results)["verdict"].item(), judge(claims, checks, results[:0])["verdict"].item()
    ('holds', 'no result recorded')
    """
    import pandas as pd

    table = evidence(claims, checks, results)
    rows = []
    for _, claim in claims.iterrows():
        own = table[table["claim_id"] == claim["claim_id"]]
        verdict, deciding = _verdict(claim, own)
        revised = own.loc[own["role"] == "revised vintage", "value"]
        told = {column: claim[column] for column in ("claim_id", "scope", "statement", "unit")}
        told["quoted"] = claim["value"]
        if deciding is not None:
            told |= {column: deciding[column] for column in ("definition", "vintage", "notebook", "result")}
        rows.append({
            **{column: "" if pd.isna(text) else text for column, text in told.items()},
            "computed": None if deciding is None else deciding["value"],
            "revised": None if revised.empty else revised.iloc[0],
            "verdict": verdict,
        })
    ledger = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    words = ["definition", "vintage", "notebook", "result"]
    ledger[words] = ledger[words].fillna("")
    return ledger


def _verdict(claim: pd.Series, own: pd.DataFrame) -> tuple[str, pd.Series | None]:
    """The verdict on one claim, and the check whose figure decides it."""
    if own.empty:
        return (STATEMENT if _is_statement(claim) else NO_RESULT), None
    missing = own[own["value"].isna()]
    if len(missing):
        return NO_RESULT, missing.iloc[0]
    coverage = own[own["role"] == "coverage"]
    if not coverage["inside"].all():
        return CANNOT, coverage[~coverage["inside"].astype(bool)].iloc[0]
    judged = own[~own["role"].isin(["coverage", "score"])]
    if judged.empty:
        return CANNOT, own.iloc[0]
    accepted = judged["inside"].astype(bool)
    primary = judged["role"].isin(["main", "vintage then"])
    revised = judged["role"] == "revised vintage"
    if primary.any() and accepted[primary].all():
        verdict = HOLDS if accepted[revised].all() else TRUE_THEN
        return verdict, judged[primary].iloc[0]
    if accepted.any():
        return ONE_DEFINITION, judged[accepted].iloc[0]
    return DOES_NOT_HOLD, judged.iloc[0]


def _is_statement(claim: pd.Series) -> bool:
    """A claim that nothing can check: attribution, or a sidebar without any data to check it with."""
    import pandas as pd

    return pd.isna(claim["check_with"]) or str(claim["check_with"]).startswith("attribution only")


def collect(folder: Path = NOTEBOOKS) -> pd.DataFrame:
    """Read the results recorded in every executed notebook of a folder: `notebook`, `name`, `value`, `unit` and more.

    Raises
    ------
    InputError
        If the folder holds no notebook.
    """
    from autogap import results

    paths = sorted(Path(folder).glob("*.ipynb"))
    if not paths:
        raise InputError(f"{folder}: there is no notebook here; give the folder of the executed notebooks.")
    return results.read_all(paths)
