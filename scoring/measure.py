"""Precision, recall and F1 of annotations by kind, boundaries, speakers, entities, and the errors.

A name counts as found if its words and its kind are those of a label; a quote if the overlap with a label, or with
one of its parts, is at least half of their union.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from scoring.gold import Labels, NameLabel, QuoteLabel, Range, Ruler


class Error(NamedTuple):
    """An error: its severity, what is wrong, the story, and the context."""

    weight: float
    what: str
    story: str
    context: str


@dataclass
class Ratio:
    """A share: how many of how many."""

    hits: int = 0
    total: int = 0

    def add(self, hit: bool) -> None:
        """Count one more."""
        self.hits += hit
        self.total += 1

    @property
    def value(self) -> float:
        """Return the share, 0 if nothing was counted."""
        return self.hits / self.total if self.total else 0.0


@dataclass
class Score:
    """All measurements over some stories: the share of labels found is ``recall``, of right findings ``precision``."""

    stories: int = 0
    recall: dict[str, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    precision: dict[str, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    boundaries: dict[str, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    mentioned: dict[str, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    resolved: dict[str, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    entities: Ratio = field(default_factory=Ratio)
    places: Ratio = field(default_factory=Ratio)
    errors: list[Error] = field(default_factory=list)

    def f1(self, kind: str) -> float:
        """Return the harmonic mean of precision and recall of a kind, or of all kinds that begin with it."""
        precision, recall = self.summed(self.precision, kind).value, self.summed(self.recall, kind).value
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def summed(self, ratios: dict[str, Ratio], kind: str) -> Ratio:
        """Return the ratio of all kinds that begin with ``kind``."""
        chosen = [ratio for name, ratio in ratios.items() if name.startswith(kind)]
        return Ratio(sum(ratio.hits for ratio in chosen), sum(ratio.total for ratio in chosen))

    def add(self, labels: Labels, found: Labels) -> None:
        """Measure one more story."""
        self.stories += 1
        ruler = Ruler(labels.text)
        if labels.names is not None and found.names is not None:
            self._names(labels.name, ruler, labels.names, found.names)
            if labels.entities:
                self._entities(labels, found)
        if labels.quotes is not None and found.quotes is not None:
            self._quotes(labels.name, ruler, labels.quotes, found.quotes)

    def _wrong(self, weight: float, what: str, story: str, ruler: Ruler, where: Range) -> None:
        self.errors.append(Error(weight, what, story, ruler.around(where)))

    def _names(self, story: str, ruler: Ruler, told: tuple[NameLabel, ...], seen: tuple[NameLabel, ...]) -> None:
        right = {(name.where, name.kind) for name in told}
        found = {(name.where, name.kind) for name in seen}
        for name in told:
            hit = (name.where, name.kind) in found
            self.recall[f"names {name.kind}"].add(hit)
            if overlapping := [other for other in seen if shared(name.where, other.where)]:
                self.boundaries["names"].add(any(other.where == name.where for other in overlapping))
            if not hit:
                as_what = {other.kind for other in overlapping}
                why = f"as {', '.join(sorted(as_what))}" if as_what and name.kind not in as_what else "cut wrongly"
                self._wrong(1.5, f"{name.kind}: {why if as_what else 'missed'}", story, ruler, name.where)
        for name in seen:
            hit = (name.where, name.kind) in right
            self.precision[f"names {name.kind}"].add(hit)
            if not any(shared(name.where, other.where) for other in told):
                self._wrong(1.0, f"{name.kind}: no name", story, ruler, name.where)

    def _entities(self, labels: Labels, found: Labels) -> None:
        """Measure whether each entity has all of its mentions, no other's, and the right place."""
        assert labels.names is not None
        assert found.names is not None
        ruler = Ruler(labels.text)
        at = {name.where: name.entity for name in found.names}
        taken = Counter(entity for entity, _ in {(at.get(name.where), name.entity) for name in labels.names})
        by_entity: dict[str, set[str | None]] = defaultdict(set)
        first: dict[str, Range] = {}
        for name in labels.names:
            by_entity[name.entity].add(at.get(name.where))
            first.setdefault(name.entity, name.where)
        for entity, theirs in by_entity.items():
            (one, *others) = theirs
            whole = not others and one is not None and taken[one] == 1
            whole = whole and found.entities[one or ""] == labels.entities[entity]
            self.entities.add(whole)
            if not whole:
                seen = ", ".join(sorted(found.entities.get(other or "", "nothing") for other in theirs))
                self._wrong(2.0, f"entity {labels.entities[entity]}: is {seen}", labels.name, ruler, first[entity])
            if entity in labels.places:
                right = any(found.places.get(other or "") == labels.places[entity] for other in theirs)
                self.places.add(right)
                if not right:
                    self._wrong(2.0, f"another place than {labels.places[entity]}", labels.name, ruler, first[entity])

    def _quotes(self, story: str, ruler: Ruler, told: tuple[QuoteLabel, ...], seen: tuple[QuoteLabel, ...]) -> None:
        for quote in told:
            if not quote.counts:
                continue
            hits = [other for other in seen if any(alike(part, other.parts[0]) for part in forms(quote))]
            self.recall[f"quotes {quote.kind}"].add(bool(hits))
            whole = forms(quote)[-1]
            if hits:
                self.boundaries["quotes"].add(any(near(whole, other.parts[0]) for other in hits))
                self._speaker(story, ruler, quote, hits)
            else:
                self._wrong(4.0 if quote.kind == "direct" else 3.0, f"{quote.kind} quote: missed", story, ruler, whole)
        for quote in seen:
            hit = any(alike(part, quote.parts[0]) for other in told for part in forms(other))
            self.precision[f"quotes {quote.kind}"].add(hit)
            if not hit:
                self._wrong(2.5, f"{quote.kind} quote: none", story, ruler, quote.parts[0])

    def _speaker(self, story: str, ruler: Ruler, quote: QuoteLabel, hits: list[QuoteLabel]) -> None:
        if not quote.speaker and quote.said_by is not None:
            right = True
        elif quote.speaker:
            right = any(shared(mine, theirs) for hit in hits for mine in hit.speaker for theirs in quote.speaker)
        else:
            right = not any(hit.speaker for hit in hits)
        if quote.speaker or quote.said_by is None:
            self.mentioned[quote.mention].add(right)
        names = {bare(hit.said_by) for hit in hits if hit.said_by}
        where = forms(quote)[-1]
        if not right:
            self._wrong(4.5, f"speaker: {', '.join(sorted(names)) or 'nobody'}", story, ruler, where)
        if quote.said_by is not None:
            same = any(name in bare(quote.said_by) or bare(quote.said_by) in name for name in names)
            self.resolved[quote.mention].add(same)
            if right and not same:
                what = f"speaker: {', '.join(sorted(names))} instead of {quote.said_by}"
                self._wrong(5.0, what, story, ruler, where)


def shared(one: Range, other: Range) -> int:
    """Return the number of characters that two ranges share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def alike(one: Range, other: Range) -> bool:
    """Return whether the overlap of two ranges is at least half of their union."""
    both = shared(one, other)
    return both > 0 and 2 * both >= one[1] - one[0] + other[1] - other[0] - both


def near(one: Range, other: Range) -> bool:
    """Return whether two ranges begin and end together, give or take a quotation mark."""
    return abs(one[0] - other[0]) <= 1 and abs(one[1] - other[1]) <= 1


def forms(quote: QuoteLabel) -> list[Range]:
    """Return the parts of a quote, and last the stretch from the first to the last."""
    return [*quote.parts, (min(start for start, _ in quote.parts), max(end for _, end in quote.parts))]


def bare(name: str) -> str:
    """Return a speaker's name in lower case without its article."""
    return name.lower().removeprefix("the ").removeprefix("a ")


def worst(errors: list[Error], number: int) -> Iterator[Error]:
    """Return the worst errors, at most three per story."""
    seen: Counter[str] = Counter()
    for error in sorted(errors, key=lambda error: (-error.weight, -len(error.context))):
        if number and seen[error.story] < 3:
            seen[error.story] += 1
            number -= 1
            yield error
