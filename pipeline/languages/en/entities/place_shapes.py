"""Tell from the words of a place's name which place is meant: "Kandahar province", "southern Sudan", "Lake Kivu"."""

import re
from typing import NamedTuple

from pipeline.annotations import PlaceKind

_KINDS: dict[PlaceKind, str] = {
    "admin1": "province state region governorate oblast department prefecture canton voivodship autonomous special"
    " administrative emirate republic territory krai",
    "admin2": "county district municipality township borough upazila shire rayon raion parish commune",
    "city": "city town village",
    "water": "river sea ocean lake gulf bay strait canal",
    "landmark": "island mountain mount peninsula airport",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_WORD = "|".join(sorted(_KIND_OF, key=len, reverse=True))
_AFTER = re.compile(rf"(?:\s+(?:{_WORD}))+$", re.I)
_BEFORE = re.compile(rf"^(?:(?:{_WORD})\s+)+(?:of\s+)?(?:the\s+)?", re.I)
_PART = re.compile(
    r"^(?:the\s+)?(?:(?:far|extreme|central)\s+)?(?:(?:north|south|east|west)[- ]?){0,2}"
    r"(?:north|south|east|west|northern|southern|eastern|western|central|upper|lower|downtown|mid|inland|rural|coastal"
    r"|mainland|greater|northeastern|northwestern|southeastern|southwestern)[- ]+(?=\S)"
)
_INSIDE = re.compile(r"^.*(?:\s+of|\s+in|['’]s)\s+(?:the\s+)?(?=[A-Z])")
_ARTICLE = re.compile(r"^the\s+", re.I)


class PlaceReading(NamedTuple):
    """One way to read a place's name: the name to look up, the kinds that its words say, and whether it is a part."""

    name: str
    kinds: frozenset[PlaceKind] = frozenset()
    part: bool = False


def readings(text: str) -> list[PlaceReading]:
    """Return the ways to read a place's name, the likeliest first.

    "southern Afghanistan" may be a place of that name, else it is a part of Afghanistan.
    """
    name = _ARTICLE.sub("", text)
    kinds = frozenset(_KIND_OF[word] for word in name.lower().split() if word in _KIND_OF)
    bare = _BEFORE.sub("", _AFTER.sub("", name))
    found = [PlaceReading(name, kinds)]
    if bare and bare != name:
        found.append(PlaceReading(bare, kinds))
    for each in dict.fromkeys((name, bare)):
        if (whole := _PART.sub("", each)) and whole != each:
            found += [PlaceReading(whole, part=True), PlaceReading(_AFTER.sub("", whole), kinds, part=True)]
        if (whole := _INSIDE.sub("", each)) and whole != each:
            found += [PlaceReading(_AFTER.sub("", whole), kinds, part=True), PlaceReading(whole, kinds, part=True)]
    return list(dict.fromkeys(found))
