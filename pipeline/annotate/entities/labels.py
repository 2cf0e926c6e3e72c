"""What a name is: the recogniser's labels of all its mentions, weighed with what the document tells.

A recogniser reads each mention alone. Its labels are votes; a head word ("… University"), a rank
before the name, a preposition before it, the gazetteer and the lists of given names vote too.
"""

import re
from collections import Counter
from collections.abc import Iterable

from pipeline.annotate.entities.gazetteer import gazetteer
from pipeline.annotate.entities.names import RANK, Name
from pipeline.annotate.entities.people import people

_LAST_ORGANIZATION = frozenset(
    "inc corp ltd llc plc co corporation company limited gmbh group holdings bank university college institute ministry"
    " party council committee agency association union federation commission authority department foundation society"
    " club fc cf afc sc united rovers wanderers athletic court parliament congress senate assembly bureau office"
    " organization organisation alliance league network times post herald tribune gazette journal news newspaper tv"
    " radio airlines airways motors bancorp partners ventures media studios records academy school board police force"
    " army navy corps command brigade battalion front movement coalition trust fund exchange".split()
)
_FIRST_ORGANIZATION = frozenset(
    "university ministry department bank institute association federation committee council commission organization"
    " organisation office bureau union party league society board house court agency front movement".split()
)
_FACILITIES = frozenset(
    "airport stadium hospital bridge arena prison museum theatre theater hotel church cathedral mosque temple palace"
    " station mall park plaza castle port harbour harbor centre center clinic cemetery tower square".split()
)
_NATURE = frozenset(
    "river lake sea ocean island islands mountain mountains valley peninsula desert bay gulf strait coast province"
    " district county region city village town state street road avenue highway creek canyon basin forest territory"
    " township municipality".split()
)
_WHERE = re.compile(r"\b(?:in|near|outside|across|throughout|around|into|toward|towards)\s+(?:the\s+)?$", re.I)
_RANKED = re.compile(RANK.pattern.removeprefix("^").replace(r"\s+)+", r"\s+)$"), re.I)
_VERB_OF_PEOPLE = re.compile(r"^\s*(?:,? who\b|,? \d\d,)")
_CERTAIN = 2.0


def labelled(text: str, group: list[Name]) -> list[Name]:
    """The mentions of one thing under the label that the most speaks for."""
    votes: Counter[str] = Counter()
    for name in group:
        votes[name.label] += 1
    full = max((name.text for name in group), key=len)
    for label, weight in evidence(text, full, group):
        votes[label] += weight
    best = max(votes, key=lambda label: votes[label])
    return [name._replace(label=best) for name in group]


def evidence(text: str, full: str, group: list[Name]) -> Iterable[tuple[str, float]]:
    """Labels that something besides the recogniser speaks for, each with its weight."""
    words = re.findall(r"\w+", full.lower())
    first, last = (words[0], words[-1]) if words else ("", "")
    if len(words) > 1 and last in _FACILITIES:
        yield "FAC", _CERTAIN
    elif len(words) > 1 and (last in _LAST_ORGANIZATION or first in _FIRST_ORGANIZATION):
        yield "ORG", _CERTAIN
    elif len(words) > 1 and last in _NATURE:
        yield "LOC", _CERTAIN
    known = people()
    capitalised = full.split()
    if 1 < len(capitalised) < 4 and (capitalised[0] in known.female or capitalised[0] in known.male):
        yield "PERSON", 1.0
    if gazetteer().is_country(full):
        yield "GPE", _CERTAIN
    for name in group:
        before = text[max(0, name.start - 24) : name.start]
        if _RANKED.search(before):
            yield "PERSON", 1.0
        elif _WHERE.search(before) and name.label in ("GPE", "LOC", "FAC"):
            yield name.label, 0.5
