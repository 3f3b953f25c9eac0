"""The report of a batch in JUnit XML, for continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.run.progress import Row
from nbpoints.scenarios.point import Point

# XML 1.0 knows no other control characters
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(path: Path, outcomes: Iterable[tuple[Point, Row]]) -> None:
    """Write one test case a point: passed, skipped when it was current, or failed.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    suites: dict[str, ElementTree.Element] = {}
    root = ElementTree.Element("testsuites", name="nbpoints")
    for point, row in outcomes:
        suite = suites.get(point.scenario)
        if suite is None:
            suite = suites[point.scenario] = ElementTree.SubElement(root, "testsuite", name=point.scenario)
        case = ElementTree.SubElement(suite, "testcase", classname=point.notebook.stem, name=row.point)
        case.set("time", f"{row.seconds or 0:.3f}")
        if row.status == "current":
            ElementTree.SubElement(case, "skipped", message="current")
        elif row.status != "ran":
            ElementTree.SubElement(case, "failure", message=_FORBIDDEN.sub("?", row.detail), type=row.status)
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
        suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    ElementTree.indent(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, so no report can be written.") from None
