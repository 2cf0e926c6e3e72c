"""Group the mentions of a story that name the same thing.

Mentions are grouped by equal words; a person's surname, given name or initials after the full name; an acronym that
the text introduces in brackets; a company with and without its legal form; the names of a country. Towns of one name
that stand before different states are apart.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.person_names import gender_of, people
from pipeline.languages.en.entities.recognised_names import Name, without_rank

_ACRONYM = re.compile(r"\s?\(([A-Z][A-Za-z.&-]{1,9})\)")
_GENERIC = frozenset(
    "national united american european international royal new first state federal central general supreme world"
    " high public british french german russian chinese indian african asian north south east west bank"
    " university".split()
)
"""First words of many organizations, which none of them is called by."""
LEGAL_FORM = re.compile(
    r",?\s+(?:inc|corp|ltd|llc|plc|co|corporation|company|limited|gmbh|ag|sa|nv|spa|group|holdings)\.?$", re.I
)
_TITLE = re.compile(r"\b(Mr|Mrs|Ms|Miss)\.?\s$")
_CAPITAL = re.compile(r" [A-Z]")
_PERIODS = re.compile(r"(?<=\b\w)\.(?=\w\b|\s|$)")


def group_mentions(text: str, names: list[Name]) -> list[list[Name]]:
    """Return the names in groups, each of one thing."""
    long_forms = acronyms(text, names)
    by_key: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        country = gazetteer().country(name.text) if name.label in ("GPE", "LOC") else None
        by_key[_key_of(country or long_forms.get(name.text, name.text), name.label)].append(name)
    persons = [key for key, group in by_key.items() if is_person(key, group)]
    parts = _parts_of_names(persons)
    parts |= _parts_of_organizations({key: group for key, group in by_key.items() if key not in parts})
    titled = _by_title(text, by_key, persons)
    merged: dict[str, list[Name]] = defaultdict(list)
    for key, group in by_key.items():
        for name in group:
            merged[titled.get(name.start) or parts.get(key, key)].append(name)
    states = {one.start: two.text for one, two in side_by_side(text, names) if gazetteer().is_country(two.text)}
    return [part for group in merged.values() for part in _apart(group, states)]


def side_by_side(text: str, names: Iterable[Name]) -> list[tuple[Name, Name]]:
    """Return the places with the place that follows after a comma: "Lockerbie, Scotland".

    In "In Moscow, Texas Governor Ann Lee" the state belongs to what follows.
    """
    places = {name.start: name for name in names if name.label in ("GPE", "LOC")}
    found = ((one, places.get(one.end + 2)) for one in places.values() if text.startswith(", ", one.end))
    return [(one, two) for one, two in found if two and (two.text.endswith(".") or not _CAPITAL.match(text, two.end))]


def _apart(group: list[Name], states: Mapping[int, str]) -> Iterator[list[Name]]:
    """Yield the mentions by the state that stands after them, or stood last: "Portland, Maine, and Portland, Ore."."""
    state = next((states[name.start] for name in group if name.start in states), "")
    parts: dict[str, list[Name]] = defaultdict(list)
    for name in sorted(group) if state else group:
        state = states.get(name.start, state)
        parts[state].append(name)
    yield from parts.values()


def _by_title(text: str, by_key: dict[str, list[Name]], persons: list[str]) -> dict[int, str]:
    """Map the offsets of surnames after "Mr." or "Mrs." to the first person of that name and sex, or to another one.

    Given names tell the sex of most people only. A title that contradicts one means another person if it is "Mrs.", or
    if the story has both titles for the surname.
    """
    meant: dict[int, str] = {}
    for key, group in by_key.items():
        titles = {n.start: found[1] for n in group if (found := _TITLE.search(text, max(0, n.start - 6), n.start))}
        sexes = {full: gender_of(full.title()) for full in persons if full.split()[-1] == key} if titles else {}
        both = "Mrs" in titles.values() or len({title == "Mr" for title in titles.values()}) > 1
        for start, title in titles.items():
            sex = "m" if title == "Mr" else "f"
            fitting = [full for full, known in sexes.items() if known in (sex, None)]
            if fitting:
                meant[start] = max(fitting, key=lambda full: sexes[full] is not None)
            elif sexes and both:
                meant[start] = f"{title} {key}"
    return meant


def _key_of(name: str, label: str) -> str:
    """Return a name without rank, legal form, case and marks, which its mentions in a story share."""
    bare = _PERIODS.sub("", without_rank(name, label))
    bare = LEGAL_FORM.sub("", bare) or bare
    return " ".join(re.findall(r"[\w&]+", bare.casefold())) or name.casefold()


def acronyms(text: str, names: Iterable[Name]) -> dict[str, str]:
    """Return acronyms and the names they directly follow in brackets, if the letters fit."""
    known = {}
    for name in names:
        if found := _ACRONYM.match(text, name.end):
            letters = found[1].replace(".", "")
            initials = "".join(word[0] for word in re.findall(r"\w+", name.text))
            begins = letters[:1].lower() == initials[:1].lower()
            if begins and sum(map(str.isupper, letters)) > 1 and _is_subsequence(letters.lower(), name.text.lower()):
                known[found[1]] = name.text
    return known


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def is_person(key: str, group: list[Name]) -> bool:
    """Return whether a group is a person's full name."""
    votes = Counter(name.label for name in group)
    return " " in key and votes["PERSON"] * 2 >= len(group)


def _parts_of_names(persons: list[str]) -> dict[str, str]:
    """Map surnames, given names and shorter forms to the only full name in the story that has them."""
    owners: dict[str, list[str]] = defaultdict(list)
    for full in persons:
        words = full.split()
        shorter = {words[-1], words[0], " ".join(words[1:]), f"{words[0]} {words[-1]}", " ".join(words[:-1])}
        for part in shorter - {full}:
            owners[part].append(full)
    surnames = {full.split()[-1]: full for full in reversed(persons)}
    found = {}
    for part, fulls in owners.items():
        longest = max(fulls, key=len)
        if len(fulls) == 1 or all(set(full.split()) <= set(longest.split()) for full in fulls):
            found[part] = longest
        elif part in surnames:
            found[part] = surnames[part]
    return {part: found.get(full, full) for part, full in found.items()}


def _is_of_a_person(word: str) -> bool:
    known = people()
    name = word.title()
    return any(name in names for names in (known.female, known.male, known.both, known.surnames))


def _parts_of_organizations(groups: dict[str, list[Name]]) -> dict[str, str]:
    """Map acronyms and first words to the only organization of the story called so: "Nordlys", "WHO"."""
    owners: dict[str, list[str]] = defaultdict(list)
    full = [key for key, group in groups.items() if " " in key and any(name.label == "ORG" for name in group)]
    for key in full:
        words = key.split()
        capitals = "".join(filter(str.isupper, groups[key][0].text)).lower()
        for part in {capitals, " ".join(words[:-1]), words[0]}:
            owners[part].append(key)
    found = {}
    for part, keys in owners.items():
        short = groups.get(part, ())
        known = part in gazetteer() or part in _GENERIC
        may_be = ("ORG", "MISC") if _is_of_a_person(part) else ("ORG", "MISC", "PERSON")
        similar = all(name.label in may_be for name in short)
        if short and similar and not known and len(keys) == 1 and len(part) > 1:
            found[part] = keys[0]
    return found
