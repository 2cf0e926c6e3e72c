"""Find the players in line-ups and scorecards, where a recogniser has no sentence to go by."""

import re
from collections.abc import Iterable, Iterator

from pipeline.languages.en.entities.recognised_names import Name

_WORD = r"[A-Z][\w'’]+(?:-[\w'’]+)*"
_NAME = rf"{_WORD}(?: (?:[a-z]{{2,3}} )?{_WORD}){{0,3}}"
_PLAYER = re.compile(rf"(?<![\d.:-])\d{{1,2}}[ ]?-[ ]?({_NAME})(?=[ ]?[,;().]|\s\()")
_FEWEST = 3
"""A line-up has more numbered players; fewer may be results."""
_DISMISSED = re.compile(rf"\b(?:c|b|st|lbw b) ({_WORD}(?: {_WORD})?)(?= (?:b |\d)|\n|$)")


def players(text: str, sport: str, names: Iterable[Name]) -> Iterator[Name]:
    """Yield the players that are no names yet: "5 - Laurent Blanc, 8 - Marcel Desailly", "c Vaas b Chandana 56"."""
    taken = {place for name in names for place in range(name.start, name.end)}
    found = list(_PLAYER.finditer(text))
    listed = found if len(found) >= _FEWEST else []
    dismissed = _DISMISSED.finditer(text) if sport == "cricket" else ()
    for player in [*listed, *dismissed]:
        start, end = player.span(1)
        if taken.isdisjoint(range(start, end)):
            yield Name(start, end, player[1], "PERSON")
