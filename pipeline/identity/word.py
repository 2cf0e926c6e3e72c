"""What is kept of one word in one period: a sample of the stories with it, and the lesson that they teach.

A period is a stretch of time as long as ``derive.window``; a story belongs to the one in which it was first created. A
lesson is learned from the stories of its period and of the one before. Of a word that many stories of a period have,
those with the lowest ids teach it, in effect a random choice that depends on nothing else. So what is learned is a
function of the stories that are there, and learning takes no longer however many they are.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from pipeline.identity.learning import Id
from pipeline.identity.lesson import NOTHING, Lesson, lesson_of
from pipeline.identity.name_usage import OWN, SEPARATOR, NameUsage
from pipeline.story import story_id

MOST = 100
"""How many stories of a period teach a word. A share of four fifths is then off by 0.04 (one standard deviation), and
by 0.03 with the period before.
"""
_SHORT_ID = 12


def period_of(firstcreated: datetime, window: timedelta) -> int:
    """Return the number of the period in which a story was first created."""
    return int(firstcreated.timestamp() // window.total_seconds())


class WordPlace(NamedTuple):
    """Where a word stands: in which period."""

    period: int
    word: str

    @property
    def before(self) -> "WordPlace":
        """The same word in the period before."""
        return WordPlace(self.period - 1, self.word)

    @property
    def after(self) -> "WordPlace":
        """The same word in the next period."""
        return WordPlace(self.period + 1, self.word)


def short_id(uri: str) -> str:
    """Return what identifies a story in a sample: the first 48 bits of its id."""
    return story_id(uri)[:_SHORT_ID]


def usages_by_word(name_usage: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return how a story alone uses the names with each word; see ``Sample``."""
    found: dict[str, set[str]] = {}
    for text in name_usage:
        word, how, type_, key, name, *_ = text.split(SEPARATOR)
        found.setdefault(word, set()).add(SEPARATOR.join((how, type_, key, name)))
    return {word: frozenset(usages) for word, usages in found.items()}


@dataclass(frozen=True)
class Sample:
    """The stories that teach a word, those with the lowest ids: for each usage the ids, as text in their order.

    All stories with an id up to ``horizon`` are here, and all at all without one: up to twice as many are kept as
    teach, so that others can take the place of those that go.
    """

    having: Mapping[str, str] = field(default_factory=dict)
    horizon: str | None = None

    def with_stories(self, changed: Mapping[str, frozenset[str]], most: int) -> "Sample":
        """Return the sample with these stories, by id; without those that no longer use the word."""
        near = {id_: usages for id_, usages in changed.items() if self.horizon is None or id_ <= self.horizon}
        if not near:
            return self
        having = dict(self.having)
        for id_, usages in near.items():
            for usage, ids in self.having.items():
                if id_ in ids and usage not in usages:
                    having[usage] = _without(having[usage], id_)
            for usage in usages:
                having[usage] = _with(having.get(usage, ""), id_)
        sample = Sample({usage: having[usage] for usage in sorted(having) if having[usage]}, self.horizon)
        return sample._cut(2 * most) if sum(map(len, sample.having.values())) > 2 * most * _SHORT_ID else sample

    def _cut(self, most: int) -> "Sample":
        """Return the sample with so many stories at most."""
        ids = sorted(self.ids)
        if len(ids) <= most:
            return self
        having = {usage: some[: _upto(some, ids[most - 1])].rstrip() for usage, some in self.having.items()}
        return Sample({usage: some for usage, some in having.items() if some}, ids[most - 1])

    @cached_property
    def ids(self) -> set[str]:
        """The ids of all stories."""
        return set(" ".join(self.having.values()).split(" ")) if self.having else set()

    def is_short(self, most: int) -> bool:
        """Return whether stories are missing that should teach."""
        return self.horizon is not None and len(self.ids) < most

    def counts(self, most: int) -> dict[str, int]:
        """Return how many of the stories that teach have each usage."""
        ids = self.ids
        if len(ids) <= most:
            return {usage: some.count(" ") + 1 for usage, some in self.having.items()}
        last = sorted(ids)[most - 1]
        counted = {usage: _upto(some, last) // (_SHORT_ID + 1) for usage, some in self.having.items()}
        return {usage: stories for usage, stories in counted.items() if stories}


def _with(ids: str, id_: str) -> str:
    return ids if id_ in ids else " ".join(sorted([*ids.split(), id_]))


def _without(ids: str, id_: str) -> str:
    return " ".join(each for each in ids.split() if each != id_)


def _upto(ids: str, last: str) -> int:
    """Return where the ids end that are not higher than the last; all have the same length."""
    step = _SHORT_ID + 1
    count = (len(ids) + 1) // step
    return step * bisect_right(range(count), last, key=lambda place: ids[step * place : step * place + _SHORT_ID])


def learned(word: str, sample: Sample, before: Sample, most: int) -> Lesson:
    """Return the lesson of a word from the samples of its period and of the one before; none without stories."""
    usages = {*sample.having, *before.having}
    if not sample.having or len(usages) <= 1 or not any(usage.startswith(OWN) for usage in usages):
        # One usage teaches nothing, and of first names, which are many, nobody is called so alone.
        return NOTHING
    counted: dict[str, int] = {}
    for each in (sample, before):
        for usage, stories in each.counts(most).items():
            counted[usage] = counted.get(usage, 0) + stories
    return lesson_of([(NameUsage.parse(f"{word}{SEPARATOR}{usage}"), counted[usage]) for usage in sorted(counted)])


@dataclass(frozen=True)
class Word:
    """What is kept of a word in a period.

    ``unspread`` are the types and keys whose stories may not have the identity of this ``lesson`` yet, since the time
    ``since``; ``generation`` counts the lessons, and those who took over to spread one.
    """

    sample: Sample = Sample()
    lesson: Lesson = NOTHING
    generation: int = 0
    unspread: frozenset[Id] = frozenset()
    since: datetime | None = None

    def taught(self, sample: Sample, lesson: Lesson, now: datetime) -> "Word":
        """Return it with this sample and lesson; what the lesson changes is to be spread."""
        if changed := self.lesson.differences(lesson):
            return Word(sample, lesson, self.generation + 1, self.unspread | changed, now)
        return replace(self, sample=sample, lesson=lesson)

    def taken_over(self, now: datetime) -> "Word":
        """Return it with the time at which somebody else goes on to spread the lesson."""
        return replace(self, generation=self.generation + 1, since=now)

    def spread(self) -> "Word":
        """Return it with nothing left to spread."""
        return replace(self, unspread=frozenset(), since=None)

    def is_newer(self, other: "Word") -> bool:
        """Return whether its lesson has changed since the other."""
        return self.generation != other.generation

    def is_same(self, other: "Word") -> bool:
        """Return whether nobody has changed the lesson, or taken over to spread it, since the other."""
        return (self.generation, self.since) == (other.generation, other.since)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known, and nothing left to do."""
        return not self.sample.having and self.sample.horizon is None and not self.unspread

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        found: dict[str, Any] = {"sample": self.sample.having, "generation": self.generation}
        if self.sample.horizon is not None:
            found["horizon"] = self.sample.horizon
        if self.lesson.learned:
            found["learned"] = [[*at, *meant] for at, meant in sorted(self.lesson.learned.items())]
        if self.lesson.names:
            found["names"] = [[*at, name] for at, name in sorted(self.lesson.names.items())]
        if self.unspread:
            found["unspread"] = [list(at) for at in sorted(self.unspread)]
        return found

    @classmethod
    def of(cls, document: Mapping[str, Any], since: datetime | None = None) -> "Word":
        """Return what was written so."""
        return cls(
            Sample(document.get("sample", {}), document.get("horizon")),
            lesson_in(document),
            document["generation"],
            frozenset((type_, key) for type_, key in document.get("unspread", ())),
            since,
        )


def lesson_in(document: Mapping[str, Any]) -> Lesson:
    """Return the lesson that a document has."""
    learned_pairs, names = document.get("learned", ()), document.get("names", ())
    if not learned_pairs and not names:
        return NOTHING
    return Lesson(
        {(type_, key): (meant_type, meant_key) for type_, key, meant_type, meant_key in learned_pairs},
        {(type_, key): name for type_, key, name in names},
    )
