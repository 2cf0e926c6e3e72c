"""Inputs that were once read wrongly."""

import pytest

from tests.cases import Case, cases, wrong


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.label)
def test_an_input_that_was_once_read_wrongly_is_read_right(case: Case):
    assert wrong(case) == []
