"""Component ``wire_entities``: one entity for each person, organization or place of a story.

Reads ``doc.ents``; writes ``doc._.wire_entities``, a tuple of ``Entity``. Mentions that name the
same thing are brought together: the same words, a person's surname or given name after the full
name, an acronym that the text itself introduces in brackets. Where the recogniser calls one name
two things in one story, the longer evidence wins for all of its mentions, and mentions it missed
are found by their words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import Entity, Mention

TYPES = frozenset(["PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW"])
_EDGES = " \t\n'\"“”‘’`«».,;:()[]–—-"
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
_TITLE = re.compile(
    r"^(?:(?:(?:vice|deputy|prime|foreign|defen[cs]e|former|acting)[ -])*"
    r"(?:president|minister|secretary|chancellor|king|queen|prince|princess|pope|senator|sen\.?|"
    r"rep\.?|gov\.?|governor|mayor|judge|justice|general|gen\.?|col\.?|capt\.?|lt\.?|sgt\.?|"
    r"mr\.?|mrs\.?|ms\.?|dr\.?|prof\.?|professor|sir|lord|lady|dame|sheikh|ayatollah)\s+)+",
    re.I,
)
_ABBREVIATION = re.compile(r"\.\w{1,2}$")
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.I)
_ACRONYM = re.compile(r"\s?\(([A-Z][A-Z.&-]{1,9})\)")

if not Doc.has_extension("wire_entities"):
    Doc.set_extension("wire_entities", default=())


class Name(NamedTuple):
    """A recognised name: where it stands, its words, its label."""

    start: int
    end: int
    text: str
    label: str


@Language.component("wire_entities", requires=["doc.ents"], assigns=["doc._.wire_entities"])
def entities(doc: Doc) -> Doc:
    """Put the story's entities on ``doc._.wire_entities``, in the order of their first mention."""
    names = list(recognised(doc))
    groups = grouped(names, acronyms(doc.text, names))
    found = with_missed(doc, groups)
    doc._.wire_entities = tuple(
        _entity(number, mentions) for number, mentions in enumerate(sorted(found, key=lambda ms: ms[0].start), 1)
    )
    return doc


def recognised(doc: Doc) -> Iterator[Name]:
    """The names in ``doc.ents``, trimmed of marks, articles and possessives, one line each."""
    for ent in doc.ents:
        if ent.label_ not in TYPES:
            continue
        text, start = ent.text.split("\n")[0], ent.start_char
        if ")" not in text:
            # "World Health Organization (WHO": the bracket opens on another name.
            text = text.partition(" (")[0]
        stripped = text.lstrip(_EDGES)
        if article := _ARTICLE.match(stripped):
            stripped = stripped[article.end() :]
        start += len(text) - len(stripped)
        text = _POSSESSIVE.sub("", stripped.rstrip(_EDGES)).rstrip(_EDGES)
        if _ABBREVIATION.search(text) and stripped.startswith(text + "."):
            text += "."
        if any(map(str.isalpha, text)):
            yield Name(start, start + len(text), text, ent.label_)


def acronyms(text: str, names: Iterable[Name]) -> dict[str, str]:
    """Acronym → the name it stands right after, in brackets, with fitting letters."""
    known = {}
    for name in names:
        if found := _ACRONYM.match(text, name.end):
            letters = found[1].replace(".", "")
            initials = "".join(word[0] for word in re.findall(r"\w+", name.text))
            if _is_subsequence(letters.lower(), initials.lower()):
                known[found[1]] = name.text
    return known


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def grouped(names: list[Name], known_acronyms: dict[str, str]) -> list[list[Name]]:
    """The names, those of one thing together under one label."""
    by_key: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        by_key[_key(known_acronyms.get(name.text, name.text))].append(name)
    persons = [key for key, group in by_key.items() if _is_person(key, group)]
    parts = _parts_of_names(persons)
    merged: dict[str, list[Name]] = defaultdict(list)
    for key, group in by_key.items():
        merged[parts.get(key, key)] += group
    return [_relabelled(key, group, persons) for key, group in merged.items()]


def _key(text: str) -> str:
    return " ".join(re.findall(r"[\w&]+", _TITLE.sub("", text).casefold())) or text.casefold()


def _is_person(key: str, group: list[Name]) -> bool:
    votes = Counter(name.label for name in group)
    return " " in key and votes["PERSON"] * 2 >= len(group)


def _parts_of_names(persons: list[str]) -> dict[str, str]:
    """Surname or given name → the one full name in the story that has it; also a shorter form."""
    owners: dict[str, list[str]] = defaultdict(list)
    for full in persons:
        words = full.split()
        for part in {words[-1], words[0], " ".join(words[1:]), f"{words[0]} {words[-1]}"} - {full}:
            owners[part].append(full)
    surnames = {full.split()[-1]: full for full in reversed(persons)}
    return {
        part: fulls[0] if len(fulls) == 1 else surnames[part]
        for part, fulls in owners.items()
        if len(fulls) == 1 or part in surnames
    }


def _relabelled(key: str, group: list[Name], persons: list[str]) -> list[Name]:
    votes = Counter(name.label for name in group)
    label = "PERSON" if key in persons else votes.most_common(1)[0][0]
    return [name._replace(label=label) for name in group]


def with_missed(doc: Doc, groups: list[list[Name]]) -> list[list[Name]]:
    """The groups, and in each the places where its words stand without having been recognised.

    Only names that cannot be anything else: capitalised words, not inside another name.
    """
    taken = {n for group in groups for name in group for n in range(name.start, name.end)}
    owners = {
        name.text: number
        for number, group in enumerate(groups)
        for name in group
        if name.label in ("PERSON", "ORG", "GPE") and name.text[0].isupper() and len(name.text) > 1
    }
    longest_first = sorted(owners, key=len, reverse=True)
    if longest_first:
        anywhere = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
        for found in anywhere.finditer(doc.text):
            if taken.isdisjoint(range(*found.span())):
                group = groups[owners[found[0]]]
                group.append(Name(*found.span(), found[0], group[0].label))
    return [sorted(group) for group in groups]


def _entity(number: int, names: list[Name]) -> Entity:
    fullest = max(names, key=lambda n: (len(_TITLE.sub("", n.text).split()), len(n.text), -n.start))
    name = _TITLE.sub("", fullest.text) or fullest.text
    return Entity(
        id=f"e{number}",
        name=name,
        type=names[0].label,
        aliases=tuple(text for text in dict.fromkeys(n.text for n in names) if text != name),
        mentions=tuple(Mention(start=n.start, end=n.end, text=n.text) for n in names),
    )
