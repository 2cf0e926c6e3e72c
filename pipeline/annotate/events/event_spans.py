"""Choose the events among all pairs of arguments: for each predicate its actor, its recipients and its type."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from pipeline.annotate.events.argument_structure import Pair, conjuncts, pairs
from pipeline.annotate.events.classifier import Classifier, Judgement, Scores
from pipeline.annotate.events.features import FeatureExtractor
from pipeline.annotate.events.lexicon import REPORTS, UNEVENTFUL
from pipeline.annotate.tree import Tree

LIKELY = 0.14
"""The probability from which an event has its type."""
POSSIBLE = 0.03
"""The probability from which a pair is an event without a type, if somebody named takes part."""
_PLAUSIBLE = 0.05
"""The probability that a type needs, beside being suggested by a word."""
_CERTAIN = 0.35
"""The probability of event and type from which no word needs to suggest the type."""
_NEARLY = 0.6
"""The share of the best recipient's probability that another one needs."""


class EventSpan(NamedTuple):
    """An event in tokens: predicate, heads of its actors and recipients, words in between, type, probability."""

    predicate: int
    actors: tuple[int, ...]
    recipients: tuple[int, ...]
    through: tuple[int, ...]
    type: str | None
    likely: float


def span(tree: Tree, head: int) -> tuple[int, int]:
    """Return the characters of a noun phrase from its first word to its head."""
    return tree.start[tree.left[head]], tree.end[head]


def event_spans(
    tree: Tree, extractor: FeatureExtractor, judge: Classifier, likely: float = LIKELY, possible: float = POSSIBLE
) -> Iterator[EventSpan]:
    """Yield the events in the order of their predicates.

    A report ("said that …") is left out where what it reports is an event with the same recipient.
    """
    found = list(_all_events(tree, extractor, judge, likely, possible))
    for each in found:
        is_report = extractor.word(each.predicate).lemma in REPORTS
        if not is_report or not any(_reports(tree, each, other) for other in found):
            yield each


def _reports(tree: Tree, one: EventSpan, other: EventSpan) -> bool:
    below = one.predicate < other.predicate <= tree.right[one.predicate] and other.type is not None
    return below and not set(one.recipients).isdisjoint((*other.recipients, *other.actors))


def _all_events(
    tree: Tree, extractor: FeatureExtractor, judge: Classifier, likely: float, possible: float
) -> Iterator[EventSpan]:
    arguments: dict[tuple[str, int, str], Scores] = {}
    for predicate, group in groupby(pairs(tree), key=lambda pair: pair.predicate):
        own = judge.scores(extractor.of_predicate(predicate))
        judged: list[tuple[Judgement, Pair]] = []
        for pair in group:
            parts = [own]
            for side, argument in (("A", pair.actor), ("R", pair.recipient)):
                key = (side, argument.token, argument.path)
                if key not in arguments:
                    arguments[key] = judge.scores(extractor.of_argument(side, argument))
                parts.append(arguments[key])
            parts.append(judge.scores(extractor.of_pair(*pair)))
            judged.append((judge.judge(parts), pair))
        best, chosen = max(judged, key=lambda each: each[0].event)
        is_eventful = extractor.word(predicate).lemma not in UNEVENTFUL
        kind = _type(judge, best, extractor.suggested(predicate, chosen.recipient)) if best.event >= likely else None
        if kind or (best.event >= possible and is_eventful):
            yield _event(tree, chosen, best, judged, kind)


def _type(judge: Classifier, best: Judgement, suggested: set[str]) -> str | None:
    """Return the most probable type among those that the event's own words suggest, if it is probable enough."""
    ranked = sorted(zip(best.types, judge.types, strict=True), reverse=True)
    odds, kind = ranked[0]
    if best.event * odds >= _CERTAIN:
        return kind
    return next((kind for odds, kind in ranked if kind in suggested and odds >= _PLAUSIBLE), None)


def _event(
    tree: Tree, chosen: Pair, best: Judgement, judged: list[tuple[Judgement, Pair]], kind: str | None
) -> EventSpan:
    actor = chosen.actor.token
    likely = [
        (judgement.event, pair.recipient.token)
        for judgement, pair in judged
        if pair.actor.token == actor and judgement.event >= _NEARLY * best.event
    ]
    recipients = _apart(tree, [token for _, token in sorted(likely, reverse=True)])
    actors = dict.fromkeys([actor, *(each for each in conjuncts(tree, actor) if each not in recipients)])
    others = dict.fromkeys(each for token in recipients for each in (token, *conjuncts(tree, token)))
    return EventSpan(
        chosen.predicate,
        tuple(actors),
        tuple(each for each in others if each not in actors),
        chosen.recipient.through,
        kind,
        best.event,
    )


def _apart(tree: Tree, heads: list[int]) -> list[int]:
    """Return the heads whose phrases do not overlap, the first of them winning."""
    kept: list[int] = []
    for head in heads:
        if all(head < tree.left[other] or other < tree.left[head] for other in kept):
            kept.append(head)
    return kept
