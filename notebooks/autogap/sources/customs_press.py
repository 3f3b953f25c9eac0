"""Japan Customs: the monthly press release as XML.

Rests on two trimmed and one whole release of 2026. Stage 4 is provisional, 5 has exports detailed, 6 imports too, 7 is
the revision of March. Rates that are words (`ZENZO`, `ZENGEN`) and dashes have no figure.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from autogap.sources.figure import Figure, SourceError, month, number
from autogap.sources.tables import Request

_WORDS = frozenset({"ZENZO", "ZENGEN"})  # "none a year ago", "none now"
_AREA = {
    "exportkagakue": ("exports", "value"),
    "exportnobiritsu": ("exports", "yoy"),
    "importkagakue": ("imports", "value"),
    "importnobiritsu": ("imports", "yoy"),
    "sashihikikagakue": ("balance", "value"),
    "sashihikinobiritsu": ("balance", "yoy"),
}
_ITEM = {
    "kagaku": "value",
    "kagakunobiritsu": "yoy",
    "suryo": "quantity",
    "suryonobiritsu": "quantity_yoy",
    "koseihi": "share",
    "zogenkiyodo": "contribution",
}
_SECTION = re.compile(r"^[0-9] (?=[A-Z])")  # sections carry their number: 8 TRANSPORT EQUIPMENT
_TITLE = re.compile(r"(Exports|Imports) by Principal Commodity by ?(?:Area)? ?\(Country\) ?\( ?(.+?) ?\)$")


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read every area and commodity of a release; areas and names as printed, without blanks around them."""
    where = request.request
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise SourceError(f"{where}: the XML is cut off or broken ({error}).") from None
    released = _day(root.findtext("sogakutsuki/kohyoymd", ""), where)
    told = root.findtext("sogakutsuki/taishoymtonen", "").split()
    if len(told) != 2:
        raise SourceError(f"{where}: the month of the release is {' '.join(told)!r} (expected one like 'August 2026').")
    period = month(told[1], told[0], where)
    return [Figure(period, value, keys, released) for keys, value in _figures(root, where)]


def _day(text: str, where: str) -> str:
    words = text.replace(",", " ").split()
    if len(words) != 3 or not re.fullmatch("[0-9]{1,2}", words[1]):
        raise SourceError(f"{where}: the day of release is {text!r} (expected one like 'September 16, 2026').")
    return f"{month(words[2], words[0], where)}-{int(words[1]):02d}"


def _figures(root: ElementTree.Element, where: str) -> Iterator[tuple[dict[str, str], object]]:
    for info in root.iterfind("chiikikunisogaku/chiikikunisogakuinfo"):
        area = info.findtext("chiikikuni", "").strip()
        for tag, (flow, measure) in _AREA.items():
            yield from _one(info, tag, {"page": "areas", "area": area, "flow": flow, "measure": measure}, where)
    for page in root.iterfind("shuyochiikikunihin"):
        title = _TITLE.match(page.findtext("title", "").strip())
        if not title:
            continue
        for info in page.iterfind("shuyochiikikunihininfo"):
            item, unit = _SECTION.sub("", info.findtext("shuyoshohin", "").strip()), info.findtext("tani", "").strip()
            for tag, measure in _ITEM.items():
                keys = {"page": "items", "flow": title[1].lower(), "area": title[2], "item": item, "measure": measure}
                if measure == "quantity":
                    keys["unit"] = unit
                yield from _one(info, tag, keys, where)


def _one(info: ElementTree.Element, tag: str, keys: dict[str, str], where: str) -> Iterator:
    text = (info.findtext(tag) or "").strip().removeprefix("*")  # large rates carry a star
    if text in _WORDS:
        return
    value = number(text, f"{where}, {keys['area']}, {keys.get('item', '')} {keys['measure']}")
    if value is not None:
        yield keys, value
