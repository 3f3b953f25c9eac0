"""Bank of Japan: the time-series API of February 2026, ``getDataCode``.

Rests on live replies recorded in February 2026. No data is status 200 with message M181030I and nulls. A quarter is
``202402`` as a month is: the frequency decides. This service uses the API of the Bank of Japan Time-Series Data
Search; the Bank does not guarantee its content.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

from nbpoints.errors import counted

from autogap.sources.figure import Figure, NotYet, SourceError
from autogap.sources.tables import Request

_FORM = {"MONTHLY": ("{0}-{1}", 12), "QUARTERLY": ("{0}Q{2}", 4)}


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read all series of a reply: keys `code`, `unit`, `frequency`."""
    reply = json.loads(content, parse_float=Decimal)
    if reply.get("MESSAGEID") == "M181030I":
        raise NotYet(f"{request.request}: no data for the dates asked.")
    if reply.get("STATUS") != 200:
        raise SourceError(f"{request.request}: {reply.get('MESSAGEID')}: {reply.get('MESSAGE')}")
    if reply.get("NEXTPOSITION"):
        raise SourceError(f"{request.request}: the reply goes on at {reply['NEXTPOSITION']}; ask for fewer dates.")
    figures = []
    for one in reply["RESULTSET"]:
        if one["FREQUENCY"] not in _FORM:
            raise SourceError(
                f"{request.request}: {one['SERIES_CODE']} is {one['FREQUENCY']}; only {', '.join(_FORM)} is read."
            )
        pattern, most = _FORM[one["FREQUENCY"]]
        released = re.sub(r"^([0-9]{4})([0-9]{2})([0-9]{2})$", r"\1-\2-\3", str(one.get("LAST_UPDATE", "")))
        keys = {
            "code": one["SERIES_CODE"],
            "unit": one.get("UNIT") or one.get("UNIT_J", ""),
            "frequency": one["FREQUENCY"],
        }
        dates, values = one["VALUES"]["SURVEY_DATES"], one["VALUES"]["VALUES"]
        if len(dates) != len(values):
            raise SourceError(
                f"{request.request}: {one['SERIES_CODE']} has {counted(len(dates), 'date')} and "
                f"{counted(len(values), 'value')}."
            )
        for day, value in zip(dates, values):
            year, part = str(day)[:4], str(day)[4:]
            if not (re.fullmatch("[0-9]{6}", str(day)) and 1 <= int(part) <= most):
                raise SourceError(
                    f"{request.request}: {day!r} is not a valid date of a {one['FREQUENCY'].lower()} series."
                )
            if value is not None:
                figures.append(Figure(pattern.format(year, part, int(part)), Decimal(str(value)), keys, released))
    return figures
