"""Look up sports teams: which team a city, a nickname or a country means in a story about a sport.

Leagues and nicknames stand in ``leagues.toml``, football clubs in ``football.tsv`` (openfootball, CC0;
``training/teams.py`` writes it).
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pipeline.knowledge.gazetteer import gazetteer, plain

_FORM = re.compile(r"^(?:fc|afc|ac|as|sc|cf|rc|rcd|sv|fk|nk|sk|vfb|vfl|cd|ud|sd)\s+|\s+(?:fc|afc|cf|sc|ac|fk|sk)$")


class Team(NamedTuple):
    """A team: its key and usual name in all stories, its country or league, and the words that mean it in its sport."""

    key: str
    usual: str
    group: str
    names: tuple[str, ...]


class Teams:
    """The teams of one sport by name."""

    def __init__(self, sport: str, clubs: Iterable[Team], nicknames: Mapping[str, str]) -> None:
        """``nicknames`` maps what national teams are called to their country."""
        self._sport, self._nicknames = sport, nicknames
        self._named: dict[str, list[Team]] = defaultdict(list)
        for team in clubs:
            for name in dict.fromkeys(map(folded, team.names)):
                self._named[name].append(team)

    def candidates(self, name: str) -> list[Team]:
        """Return the clubs that this name may mean, the most likely first."""
        return self._named.get(folded(name), [])

    def national(self, name: str) -> Team | None:
        """Return the national team with this name or nickname."""
        country = self._nicknames.get(folded(name)) or gazetteer().country(name)
        if country is None:
            return None
        usual = f"{country} ({self._sport})"
        return Team(plain(usual).removeprefix("the "), usual, "national", (country,))

    def undecided(self, name: str) -> Team:
        """Return what stands for the teams of a city of which nothing tells one."""
        city = name.title() if name.isupper() else name
        return Team(f"{name.casefold()} ({self._sport})", f"{city} ({self._sport})", "", ())


def chosen(candidates: Collection[Team], groups: Counter[str], nicknamed: Collection[str]) -> Team | None:
    """Return one of several teams with one name: named otherwise in the story, or of the other teams' league.

    ``groups`` counts the leagues or countries of the teams that are clear, ``nicknamed`` are their keys. Where
    nothing tells, the first is meant if it is of another country than the next; two teams of one city stay open.
    """
    named = [team for team in candidates if team.key in nicknamed]
    if len(named) == 1:
        return named[0]
    most = max((groups[team.group] for team in candidates), default=0)
    likely = [team for team in candidates if groups[team.group] == most]
    first = next(iter(likely), None)
    if first is None or any(team.group == first.group for team in likely[1:]):
        return None
    return first if most or "-" not in first.group else None


@cache
def teams_of(sport: str) -> Teams:
    """Return the teams of a sport, loaded once per process."""
    folder = files("pipeline.knowledge")
    leagues = tomllib.loads(folder.joinpath("leagues.toml").read_text(encoding="utf-8"))
    clubs = [team for group, lines in leagues.get(sport, {}).items() for team in _in_league(sport, group, lines)]
    if sport == "football":
        lines = folder.joinpath("football.tsv").read_text(encoding="utf-8").splitlines()
        clubs += map(_football_club, lines)
    nicknames = {
        folded(nickname): country
        for country, *others in (line.split("|") for line in leagues["national"].get(sport, ()))
        for nickname in others
    }
    return Teams(sport, clubs, nicknames)


def folded(name: str) -> str:
    """Return a name for comparison: without case, accents, marks and the form of the club ("FC")."""
    words = " ".join(re.findall(r"[\w']+", plain(name).replace(".", "")))
    bare = _FORM.sub("", words)
    return bare if len(bare) > 2 else words


def _in_league(sport: str, group: str, lines: Iterable[str]) -> Iterable[Team]:
    for line in lines:
        city, *rest = line.split("|")
        if not rest:
            yield Team(f"{plain(city)} ({sport})", f"{city} ({sport})", group, (city,))
            continue
        nickname, *others = rest
        forms = [f"{place} {word}" for place in (city, *others) for word in (nickname, *others)]
        yield Team(plain(f"{city} {nickname}"), f"{city} {nickname}", group, (city, *rest, *forms))


def _football_club(line: str) -> Team:
    country, names = line.split("\t")
    usual = names.split("|")
    return Team(f"{folded(usual[0])} (football)", usual[0], country, tuple(usual))
