"""Where the beginning of a story ends: news begins with what it is about."""

from typing import NamedTuple

_USUAL = range(60, 600)
_LEAD, _SECOND = 250, 500


class Beginning(NamedTuple):
    """How many characters the lead has, and the first two paragraphs together."""

    lead: int
    second: int


def beginning(body: str) -> Beginning:
    """Return where the lead and the second paragraph end; a body without paragraphs has some of usual length."""
    first = body.find("\n")
    lead = first if first in _USUAL else min(len(body), _LEAD)
    second = body.find("\n", lead + 1)
    return Beginning(lead, second if second > 0 else max(lead, min(len(body), _SECOND)))
