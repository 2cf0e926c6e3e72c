"""Inputs that were once read wrongly, fed to real servers."""

import pytest

from tests.cases.served import ServedCase, served_cases, wrong
from tests.whole.conftest import eventually


@pytest.mark.parametrize("case", served_cases(), ids=lambda case: case.label)
def test_searches_find_what_is_right(wire, case: ServedCase):
    assert wrong(case, wire, wire.await_idle, eventually) == []
