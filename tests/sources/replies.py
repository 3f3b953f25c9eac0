"""Replies in the publishers' form, made of figures of the data package."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd
from autogap import data
from autogap.paths import DATA
from autogap.sources import tables

_AREA = {
    ("exports", "value"): "exportkagakue",
    ("exports", "yoy"): "exportnobiritsu",
    ("imports", "value"): "importkagakue",
    ("imports", "yoy"): "importnobiritsu",
    ("balance", "value"): "sashihikikagakue",
    ("balance", "yoy"): "sashihikinobiritsu",
}
_ITEM = {
    "value": "kagaku",
    "yoy": "kagakunobiritsu",
    "quantity": "suryo",
    "quantity_yoy": "suryonobiritsu",
    "share": "koseihi",
    "contribution": "zogenkiyodo",
}


def press(period: str, day: str, folder: Path, change: dict[str, float] | None = None) -> str:
    """The press release of a month: every figure that the package has of it."""
    _, selectors = tables.read(folder)
    areas: dict[str, dict[str, str]] = defaultdict(dict)
    pages: dict[tuple[str, str], dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for one in (one for one in selectors if one.request == "customs_press"):
        values = data.series(one.series)
        if period not in values.index:
            continue
        told = _words(values[period] * (change or {}).get(one.series, 1))
        keys = {key: options[0] for key, options in one.wanted.items()}
        if keys["page"] == "areas":
            areas[keys["area"]][_AREA[keys["flow"], keys["measure"]]] = told
        else:
            cells = pages[keys["flow"], keys["area"]][keys["item"]]
            cells[_ITEM[keys["measure"]]] = told
            cells.setdefault("tani", keys.get("unit", "   "))
            if "unit" in keys:
                cells["tani"] = f" {keys['unit']}"
    return _release(period, day, areas, pages)


def _words(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) > 999 else f"{value:g}"


def _release(period: str, day: str, areas: dict, pages: dict) -> str:
    month = pd.Period(period, "M")
    released = pd.Timestamp(day)
    head = (
        f'<sogakutsuki name="pg1"><kohyoymd>{released:%B} {released.day}, {released.year}</kohyoymd>'
        f"<taishoymtonen>{month.strftime('%B %Y')}</taishoymtonen></sogakutsuki>"
    )
    rows = "".join(
        f"<chiikikunisogakuinfo><chiikikuni>{escape(area)}</chiikikuni>{_tags(cells)}</chiikikunisogakuinfo>"
        for area, cells in areas.items()
    )
    parts = [head, f'<chiikikunisogaku name="pg2">{rows}</chiikikunisogaku>']
    for (flow, area), items in pages.items():
        infos = "".join(
            f"<shuyochiikikunihininfo><shuyoshohin> {escape(item)}</shuyoshohin>{_tags(cells)}</shuyochiikikunihininfo>"
            for item, cells in items.items()
        )
        parts.append(
            f"<shuyochiikikunihin><title>{flow.title()} by Principal Commodity by Area(Country)({area})</title>"
            f"{infos}</shuyochiikikunihin>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?><hodoxml>{"".join(parts)}</hodoxml>'


def _tags(cells: dict[str, str]) -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for tag, text in cells.items())


def totals(last: str = "") -> bytes:
    """The time series d41ma, months to come as 0."""
    table = data.frame({"exports": "mof.world.exports.total", "imports": "mof.world.imports.total"}, end=last or None)
    lines = [
        "《世界》  【月別】　（単位：千円） ,,",
        "WORLD  Monthly Data  (a thousand yen) ,,",
        "Years/Months,Exp-Total,Imp-Total",
        ",,",
    ]
    lines += [f"{month.strftime('%Y/%m')},{row.exports:.0f} ,{row.imports:.0f} " for month, row in table.iterrows()]
    after = table.index[-1]
    lines += [f"{after.year}/{number:02d},0 ,0 " for number in range(after.month + 1, 13)]
    return ("\n".join(lines) + "\n").encode("cp932")


def by_area(flow: str, copies: int = 3, change: dict[tuple[int, str, str], str] | None = None) -> bytes:
    """The file of area by principal commodity of 2026: blocks of months, then of the year, areas in rows.

    Three months are held; later ones repeat the third, up to `copies`. `change` puts other words into a cell: block,
    area and commodity.
    """
    _, selectors = tables.read(DATA)
    cells: dict[tuple[str, str], list[int]] = {}
    for one in selectors:
        keys = {key: options[0] for key, options in one.wanted.items()}
        if one.request == f"estat_area_{flow}" and keys["span"] == "month":
            held = [int(value) for value in data.series(one.series, "2026-01", "2026-03")]
            held = (held + [held[-1]] * 12)[:copies] + [0] * (12 - copies)
            cells[keys["area"].title(), keys["item"].upper()] = [*held, sum(held)]
    areas, items = ([*dict.fromkeys(pair[place] for pair in cells)] for place in (0, 1))
    lines = ["Principal commodity by area,", "Exp or Imp,Area," + ",".join(f'"{item}"' for item in items)]
    for block in range(13):
        for area in areas:
            row = [(change or {}).get((block, area, item), cells.get((area, item), [0] * 13)[block]) for item in items]
            lines.append(f"{'1' if flow == 'exports' else '2'},{area}," + ",".join(map(str, row)))
    return ("\r\n".join(lines) + "\r\n").encode()


_UNITS = {"kl": "：KL", "t": "：MT", "": " "}
FUELS = {
    "3": ("mineral_fuels", ""),
    "30301": ("crude_petroleum", "kl"),
    "30303": ("petroleum_products", ""),
    "3050103": ("lng", "t"),
    "3050101": ("lpg", "t"),
    "30101": ("coal", "t"),
}


def fuels() -> bytes:
    """The time series d61ma, its columns of fuels: quantity before value, the code over the quantity."""
    names = {code: f"mof.world.imports.{item}" for code, (item, _) in FUELS.items()}
    columns = {(code, ""): data.series(name) for code, name in names.items()}
    columns |= {(code, unit): data.series(f"{names[code]}_{unit}") for code, (_, unit) in FUELS.items() if unit}
    table = pd.DataFrame(columns)
    lines = [
        "《世界》  【月別】  （輸入）" + ",," * len(FUELS),
        "WORLD Monthly Data  (Import)" + ",," * len(FUELS),
        "概況品コード" + "".join(f",'{code}'," for code in FUELS),
        ",数量,金額" * len(FUELS),
        "Years/Months" + "".join(f",(単位{_UNITS[unit]}),(千円)" for _, unit in FUELS.values()),
    ]
    for month, row in table.iterrows():
        cells = "".join(
            f",{f'{row[code, unit]:.0f} ' if unit else '-'},{row[code, '']:.0f} " for code, (_, unit) in FUELS.items()
        )
        lines.append(f"{month.strftime('%Y/%m')}{cells}")
    return ("\n".join([*lines, "2026/09" + ",-" * 2 * len(FUELS)]) + "\n").encode("cp932")


LABOUR = {
    "季節調整値": ("sa", "季節調整値", "Seasonally adjusted series"),
    "原数値": ("nsa", "原数値", "Original series"),
    "原数値 (沖縄県除く1953-1973)": (
        "nsa_ex_okinawa",
        "原数値（沖縄県除く）",
        "Original series (not including Okinawa-ken)",
    ),
}
_WORKERS = {
    "labour_force": "Labour force",
    "employed": "Employed person",
    "employees": "Employee",
    "unemployed": "Unemployed person",
}
_SHORT = ["Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]


def labour(change: dict[str, object] | None = None) -> bytes:
    """The Labour Force Survey's workbook lt01-a10; `change` puts other words into cells, "sheet!cell" -> what."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, (kind, japanese, english) in LABOUR.items():
        sheet = book.create_sheet(title)
        for row in (["[基本集計]"], ["[Basic Tabulation]"], [], [*[None] * 4, "(万人)", "(ten thousand persons)"]):
            sheet.append(row)
        sheet.append(["年　月\nYear and month", None, None, None, f"　{japanese}　　　{english}"])
        sheet.append([])
        sheet.append([None] * 4 + [cell for item in _WORKERS.values() for cell in (item, None, None)])
        sheet.append([None] * 4 + ["男女計", "男", "女"] * len(_WORKERS))
        sheet.append([None] * 4 + ["Both sexes", "Male", "Female"] * len(_WORKERS))
        sheet.append([])
        table = data.frame({item: f"mic.{item}_{kind}" for item in _WORKERS})
        for month in pd.period_range(f"{table.index[0].year}-01", f"{table.index[-1].year}-12", freq="M"):
            cells = (table[item].get(month) for item in _WORKERS)
            year = {1: f"西暦{month.year}年", 2: month.year}.get(month.month)
            row = [year, f"{month.month}月", _SHORT[month.month - 1], None]
            sheet.append(
                row + [each for value in cells for each in ("… " if value is None else int(value), None, None)]
            )
    book.create_sheet("※注_Notes").append([None, "注", "Notes"])
    for place, words in (change or {}).items():
        title, _, cell = place.rpartition("!")
        book[title][cell] = words
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def fred(series: str, identifier: str, last: str = "") -> str:
    """A graph of FRED as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["observation_date", identifier])
    writer.writerows([f"{month}-01", f"{value:.4f}"] for month, value in data.series(series, end=last or None).items())
    return out.getvalue()
