"""Inputs that were once read wrongly, fed to real servers."""

import pytest

from tests.cases.served import ServedCase, feed, served_cases, wrong
from tests.whole.conftest import Wire, eventually

CASES = served_cases()


@pytest.fixture(scope="module")
def fed(wire: Wire) -> Wire:
    """The installation, with the items of all cases."""
    feed(CASES, wire)
    return wire


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_searches_find_what_is_right(fed, case: ServedCase):
    assert wrong(case, fed, eventually) == []
