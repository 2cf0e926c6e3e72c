"""What the stories teach, from a look at all of them at once. Whatever is learned step by step must be the same."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from pipeline.identity.lesson import Lesson
from pipeline.identity.word import MOST, Sample, WordPlace, learned, period_of, short_id, usages_by_word


def lessons_of(
    stories: Collection[tuple[str, datetime, Iterable[str]]], window: timedelta, most: int = MOST
) -> dict[int, dict[str, Lesson]]:
    """Return the lessons of each period, by word, from all stories: uri, when first created, and their name usage."""
    samples: dict[WordPlace, dict[str, frozenset[str]]] = {}
    for uri, created, name_usage in stories:
        for word, usages in usages_by_word(name_usage).items():
            samples.setdefault(WordPlace(period_of(created, window), word), {})[short_id(uri)] = usages
    full = {place: Sample().with_stories(teaching, most) for place, teaching in samples.items()}
    found: dict[int, dict[str, Lesson]] = {}
    for place, sample in full.items():
        before = full.get(place.before, Sample())
        found.setdefault(place.period, {})[place.word] = learned(place.word, sample, before, most)
    return found
