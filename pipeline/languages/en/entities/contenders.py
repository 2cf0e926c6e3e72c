"""Find the teams that a story about a team sport names by a city, a country or a nickname.

"England" in a report on a match is the team that plays; "in England" is the country. Countries' teams are
meant only where the words around one of them say so: it plays, wins, has a captain, or has a score beside it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.knowledge.gazetteer import gazetteer
from pipeline.knowledge.person_names import people
from pipeline.knowledge.teams import Team, Teams, chosen, teams_of
from pipeline.languages.en.entities.recognised_names import Name

_PLACES = frozenset(("GPE", "LOC", "FAC"))
_DATELINE = re.compile(r"(?:, [\w. ]{2,20})?,? (?:\d{4}-\d\d-\d\d|[A-Z][a-z]{2,8}\.? \d{1,2}\b|\([A-Z]|--? )")
_WHERE = re.compile(
    r"\b(?:in|near|outside|across|throughout|around|into|within|live)\s+(?:the\s+|central\s+|\w+ern\s+)?$", re.I
)
_AWAY = re.compile(r"\b(?:from|to|of|at)\s+(?:the\s+)?$")
_OWNER = re.compile(
    r"\b(?:captain|coach|manager|trainer|striker|player|defeat|defeats|win|wins|victory|side|team|squad|"
    r"likes|ahead|top|bottom|front|clear)\s+of\s+(?:the\s+)?$"
)
_AGAINST = re.compile(
    r"\b(?:against|beat|beats|beating|beaten by|over|defeat(?:ed|ing|s)?|vs?\.?|versus|between|lost to|loss to|"
    r"defeat by|face|faced|facing|hosts?|meets?|met|champions?|holders?|leaders?|rivals?|play(?:s|ed|ing)?|draw with|"
    r"drew with|thrash(?:ed|ing)?|edged|join(?:ed)?|for|and|with|sign(?:ed)? (?:for|from))\s+(?:the\s+)?$",
    re.I,
)
_PLAYS = re.compile(
    r"(?:['’]s?)?\s+(?:captain|coach|manager|striker|goalkeeper|keeper|midfielder|defender|forward|batsman|bowler|"
    r"opener|wicketkeeper|international|squad|team|side|players?|selectors?|innings|beat|won|win|wins|lost|lose|drew|draw|"
    r"were|have|had|are|will (?:play|face|meet|host|be)|play|plays|played|take on|took|face|faced|host|scored|score|"
    r"led|bowled|batted|declared|crashed|slumped|recovered|needed|trail|qualif\w+|twice|defeat(?:ed)?|v\.?|vs\.?|and)\b"
    r"|[ \t]*[-:(]?[ \t]*\d",
    re.I,
)
_CAPITALISED = re.compile(r"\b[A-Z][\w'.]+(?: [A-Z&][\w'.]*){0,2}")
_NATIONALITY = re.compile(r"\(\s*$")


class Contender(NamedTuple):
    """The mentions of one team."""

    team: Team
    names: list[Name]

    @property
    def label(self) -> str:
        """The entity type: a country stays a place, as annotators have it, with a key of its own."""
        return "GPE" if self.team.group == "national" else "ORG"


def contenders(text: str, sport: str, names: Sequence[Name]) -> list[Contender]:
    """Return the teams among the names, each with its mentions."""
    teams = teams_of(sport)
    named = [name for name in [*names, *_missed(text, teams, names)] if not _is_place(text, name)]
    elsewhere = {name.text for name in named if name.label != "PERSON" and _may_be_club(name)}
    elsewhere -= {name.text.rpartition(" ")[2] for name in names if name.label == "PERSON" and " " in name.text}
    clubs = {name: teams.candidates(name.text) for name in named if _may_be_club(name) or name.text in elsewhere}
    clubs = {name: candidates for name, candidates in clubs.items() if candidates}
    certain = [candidates[0] for candidates in clubs.values() if len(candidates) == 1]
    groups, keys = Counter(team.group for team in certain), {team.key for team in certain}
    found: dict[str, Contender] = {}
    for name in named:
        team = _team(name, clubs.get(name, []), teams, groups, keys, text)
        if team is not None:
            found.setdefault(team.key, Contender(team, [])).names.append(name)
    nations = [each for each in found.values() if each.team.group == "national"]
    if any(_plays(text, each.names) for each in nations):
        return list(found.values())
    return [each for each in found.values() if each not in nations]


def _team(
    name: Name,
    candidates: list[Team],
    teams: Teams,
    groups: Counter[str],
    keys: set[str],
    text: str,
) -> Team | None:
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        near = _heading(text, name, candidates)
        return near or chosen(candidates, groups, keys) or teams.undecided(name.text)
    if name.label in ("GPE", "LOC", "ORG", "NORP", "MISC") and (national := teams.national(name.text)):
        return national
    return None


def _missed(text: str, teams: Teams, names: Iterable[Name]) -> Iterator[Name]:
    """Yield clubs that are no names yet: capitalised words that only a club has, which plays or has a score."""
    taken = {place for name in names for place in range(name.start, name.end)}
    for found in _CAPITALISED.finditer(text):
        words = found[0].split(" ")
        for count in range(len(words), 0, -1):
            part = " ".join(words[:count])
            name = Name(found.start(), found.start() + len(part), part, "ORG")
            is_free = taken.isdisjoint(range(name.start, name.end))
            if is_free and len(teams.candidates(part)) == 1 and _is_club_alone(part) and _plays(text, [name]):
                yield name
                break


def _is_club_alone(words: str) -> bool:
    return " " in words or (len(words) > 3 and words.title() not in people().surnames)


def _heading(text: str, name: Name, candidates: Iterable[Team]) -> Team | None:
    """Return the candidate whose league is the last one named before it, as in tables: "AMERICAN LEAGUE"."""
    before = text[: name.start].lower()
    at = {team: before.rfind(team.group.replace("-", " ")) for team in candidates if "-" in team.group}
    best = max(at, key=lambda team: at[team], default=None)
    return best if best and at[best] >= 0 and list(at.values()).count(at[best]) == 1 else None


def _may_be_club(name: Name) -> bool:
    """Return whether a name's label allows a club; a single word labelled as a person may be a surname.

    It is a club all the same if another mention of it is, and nobody in the story has that surname.
    """
    if name.label == "PERSON":
        return " " in name.text or name.text.title() not in people().surnames
    return name.label in ("GPE", "LOC", "ORG", "NORP", "MISC", "FAC")


def _is_place(text: str, name: Name) -> bool:
    """Return whether the words around a name say that it is a place: "in London", "LONDON, Aug 30", "(Germany)"."""
    before, after = text[max(0, name.start - 40) : name.start], text[name.end : name.end + 30]
    if name.label not in _PLACES and name.text not in gazetteer():
        return False
    if _WHERE.search(before) or after.startswith(("-based", "-born")) or re.match(r"['’]s capital", after):
        return True
    starts_line = not text[text.rfind("\n", 0, name.start) + 1 : name.start].strip()
    if starts_line and _DATELINE.match(after):
        return True
    if _NATIONALITY.search(before) and after.startswith(")"):
        return True
    if _AWAY.search(before) and not _OWNER.search(before) and not _AGAINST.search(before):
        return name.label in _PLACES
    return bool(re.search(r"\w, $", before)) and name.label in _PLACES and not re.match(r"\s*(?:,| and )", after)


def _plays(text: str, names: Iterable[Name]) -> bool:
    """Return whether one of the mentions plays, wins or has a score."""
    for name in names:
        before, after = text[max(0, name.start - 30) : name.start], text[name.end : name.end + 30]
        if _AGAINST.search(before) or _PLAYS.match(after):
            return True
    return False
