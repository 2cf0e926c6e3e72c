"""Decide the type of a name from the recogniser's labels of all its mentions and from the document.

A recogniser reads each mention alone. Its labels are votes; a head word ("… University"), a rank or a preposition
before the name, the gazetteer and the lists of given names vote too.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.known_organizations import known_organizations
from pipeline.knowledge.person_names import people
from pipeline.languages.en.entities.organization_context import is_organization_by_context
from pipeline.languages.en.entities.recognised_names import Name, ends_in_rank
from pipeline.reading.tree import Tree

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
_LAWS = frozenset(
    "act treaty agreement accord accords protocol constitution convention amendment code pact law charter ordinance"
    " directive bill".split()
)
_EVENTS = frozenset(
    "war olympics games cup championship championships festival summit conference election elections tournament open"
    " marathon fair expo awards uprising revolution earthquake massacre referendum prix derby parade"
    " superbowl bowl paralympics trophy oscars".split()
)
_STORMS = frozenset("hurricane typhoon cyclone storm battle operation".split())
_MODEL_NUMBER = re.compile(r"^[A-Z][\w ]*[A-Za-z][ -]?\d+\w?$")
_RESULT = re.compile(r"(?:[ \t]+[\d.:+-]+){3,}[ \t]*(?:\n|$)|[ \t]+\d+[ \t,;-]+[A-Z][\w .]+?[ \t]+\d+[ \t]*(?:\n|$)")
_BEATS = re.compile(r"\s+(?:beat|thrashed|edged|drew with|lost to|held|hosted?)\s+(?:the\s+)?[A-Z]")
_WHERE = re.compile(r"\b(?:in|near|outside|across|throughout|around|into|toward|towards)\s+(?:the\s+)?$", re.I)
_ACRONYM_LETTERS = range(3, 8)
_RECOGNISED = 1.5
"""The weight of the recogniser's label of one mention."""
_HINT = 1.25
"""The weight of evidence that decides where the labels do not."""
_LIKELY = 1.75
"""The weight of evidence that outweighs one label."""
_CERTAIN = 3.0


def classify(tree: Tree, group: list[Name]) -> list[Name]:
    """Return the mentions of one thing with the label that has the most votes."""
    votes: dict[str, float] = defaultdict(float)
    for name in group:
        votes[name.label] += _RECOGNISED
    full = max((name.text for name in group), key=len)
    best = title_label(full) if set(votes) == {"MISC"} else None
    if best is None:
        for label, weight in label_votes(tree, full, group):
            votes[label] += weight
        best = max(votes, key=lambda label: votes[label])
    return [name._replace(label=best) for name in group]


def label_votes(tree: Tree, full: str, group: list[Name]) -> Iterable[tuple[str, float]]:
    """Yield labels that evidence beside the recogniser supports, each with its weight."""
    if not gazetteer().is_country(full):
        # "West Bank" is no bank.
        yield from _by_words(full)
    text = tree.text
    if has_given_name(full):
        yield "PERSON", _HINT
    elif full not in gazetteer() and any(is_organization_by_context(tree, name) for name in group):
        yield "ORG", _HINT + _RECOGNISED * len(group)
    if gazetteer().is_country(full):
        # Only a person is called like a country; a recogniser that sees an organization is wrong.
        yield "GPE", _CERTAIN + (0 if any(name.label == "PERSON" for name in group) else _RECOGNISED * len(group))
    elif known_organizations().usual(full) and full not in gazetteer():
        yield "ORG", _CERTAIN + _RECOGNISED * len(group)
    elif is_acronym(text, full) and any(name.label != "MISC" for name in group):
        yield "ORG", _HINT + len(group) / 2
    for name in group:
        yield from _by_words_around(text, name)


def has_given_name(name: str) -> bool:
    """Return whether two or three words begin with a given name."""
    words = name.split()
    return 1 < len(words) < 4 and (words[0] in people().female or words[0] in people().male)


def _by_words(name: str) -> Iterable[tuple[str, float]]:
    words = re.findall(r"\w+", name.lower())
    last = words[-1] if words else ""
    if len(words) > 1 and last in _FACILITIES:
        yield "FAC", _CERTAIN
    elif len(words) > 1 and (last in _LAST_ORGANIZATION or words[0] in _FIRST_ORGANIZATION):
        yield "ORG", _CERTAIN
    elif len(words) > 1 and last in _NATURE:
        yield "LOC", _CERTAIN


def _by_words_around(text: str, name: Name) -> Iterable[tuple[str, float]]:
    before = text[max(0, name.start - 24) : name.start]
    if ends_in_rank(before):
        yield "PERSON", _LIKELY
    elif name.label in ("GPE", "ORG") and is_contender(text, name):
        yield "ORG", _LIKELY
    elif name.label in ("GPE", "LOC", "FAC") and _WHERE.search(before):
        yield name.label, 0.5


def is_contender(text: str, name: Name) -> bool:
    """Return whether a city or club has a result beside it ("Lille 12 9 2 1 29") or beats another."""
    if gazetteer().is_country(name.text):
        return False
    after = text[name.end : name.end + 40]
    starts_line = not text[max(0, text.rfind("\n", 0, name.start)) : name.start].strip(" \n0123456789.")
    return bool((starts_line and _RESULT.match(after)) or _BEATS.match(after))


def is_acronym(text: str, name: str) -> bool:
    """Return whether a name is a few capitals that are nobody's surname, in a text that is not all capitals."""
    if not (len(name) in _ACRONYM_LETTERS and name.isalpha() and name.isupper()):
        return False
    shouted = 3 * sum(map(str.isupper, text)) > len(text)
    return not shouted and name.capitalize() not in people().surnames and name not in gazetteer()


def title_label(name: str) -> str | None:
    """Return EVENT, LAW or PRODUCT if the words of a name say so, for names of no other type."""
    words = re.findall(r"[^\W_]+", name.lower())
    if not words:
        return None
    if words[-1] in _LAWS:
        return "LAW"
    if words[-1] in _EVENTS or words[0] in _STORMS:
        return "EVENT"
    return "PRODUCT" if _MODEL_NUMBER.search(name) else None
