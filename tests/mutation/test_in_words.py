"""Each fault of a kind that no computation shows is seen by its rule, on the stored files alone."""

from __future__ import annotations

import pytest
from autogap.paths import ROOT

from tests.mutation import by_rule
from tests.mutation.faults import FAULTS
from tests.mutation.in_words import CATCHERS

MINE = [fault for fault in FAULTS if fault.kind in CATCHERS]

FIRST = list({fault.kind: fault for fault in reversed(MINE)}.values())

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", FIRST, ids=lambda fault: f"{fault.kind}: {fault.name}")
def test_the_first_of_each_kind_is_seen(fault, tmp_path):
    assert by_rule.seen(ROOT, fault, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("fault", MINE, ids=lambda fault: f"{fault.kind}: {fault.name}")
def test_each_is_seen(fault, tmp_path):
    assert by_rule.seen(ROOT, fault, tmp_path)


def test_there_are_many_of_many_kinds():
    assert len(MINE) >= 60 and {fault.kind for fault in MINE} == set(CATCHERS)
