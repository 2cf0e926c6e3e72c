"""Choose the events among all pairs of arguments: for each predicate its actor, its recipients and its type."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.annotate.events.argument_structure import Argument, Pair, conjuncts, pairs_of
from pipeline.annotate.events.classifier import Classifier, Types, probability
from pipeline.annotate.events.features import FeatureExtractor, Features
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
_REACH = 1.7
"""The most that arguments add to the score of a predicate, or a pair to both; more is too rare."""
_NEARLY = 0.6
"""The share of the best recipient's probability that another one needs."""


class EventSpan(NamedTuple):
    """An event in tokens: predicate, heads of its actors and recipients, words in between, and its type."""

    predicate: int
    actors: tuple[int, ...]
    recipients: tuple[int, ...]
    through: tuple[int, ...]
    type: str | None


def span(tree: Tree, head: int) -> tuple[int, int]:
    """Return the characters of a noun phrase from its first word to its head."""
    return tree.start[tree.left[head]], tree.end[head]


def event_spans(
    tree: Tree, extractor: FeatureExtractor, judge: Classifier, likely: float = LIKELY, possible: float = POSSIBLE
) -> Iterator[EventSpan]:
    """Yield the events in the order of their predicates.

    A report ("said that …") is left out where what it reports is an event with the same recipient, and so is what a
    verb of the same type governs: "refused to meet" is one event.
    """
    found = list(_all_events(tree, extractor, judge, likely, possible))
    types = {each.predicate: each.type for each in found}
    for each in found:
        if each.type and any(types.get(above) == each.type for above in extractor.governors(each.predicate)):
            continue
        is_report = extractor.word(each.predicate).lemma in REPORTS
        if not is_report or not any(_reports(tree, each, other) for other in found):
            yield each


def _reports(tree: Tree, one: EventSpan, other: EventSpan) -> bool:
    above = one.predicate
    below = other is not one and tree.left[above] <= other.predicate <= tree.right[above] and other.type is not None
    return below and not set(one.recipients).isdisjoint((*other.recipients, *other.actors))


def _all_events(
    tree: Tree, extractor: FeatureExtractor, judge: Classifier, likely: float, possible: float
) -> Iterator[EventSpan]:
    scorer = _Scorer(extractor, judge, math.log(possible / (1 - possible)))
    for predicate in range(len(tree)):
        if not extractor.is_verb(predicate) and not extractor.may_happen(predicate):
            continue
        scored = scorer.scored(predicate, pairs_of(tree, predicate, extractor))
        if not scored:
            continue
        is_eventful = extractor.word(predicate).lemma not in UNEVENTFUL
        score, best = max(scored, key=lambda each: each[0])
        event = probability(score)
        kind = None
        if event >= likely:
            odds = judge.types_of(scorer.features(best))
            kind = _type(
                judge.types, odds, event, extractor.suggested(predicate, best.recipient), is_eventful=is_eventful
            )
        if kind or (event >= possible and is_eventful):
            yield _event(tree, best, event, [(probability(score), pair) for score, pair in scored], kind)


class _Scorer:
    """Scores the pairs of a story; features of an argument are read once for all predicates."""

    def __init__(self, extractor: FeatureExtractor, judge: Classifier, least: float) -> None:
        self._extractor, self._judge, self._least = extractor, judge, least
        self._arguments: dict[tuple[str, Argument], tuple[Features, float]] = {}

    def scored(self, predicate: int, pairs: Iterable[Pair]) -> list[tuple[float, Pair]]:
        """Return the pairs that may reach the least score, with their scores."""
        base = self._judge.event_bias + self._judge.event_score(self._extractor.of_predicate(predicate))
        if base < self._least - _REACH:
            return []
        found = []
        for pair in pairs:
            score = base + self._argument("A", pair.actor)[1] + self._argument("R", pair.recipient)[1]
            if score >= self._least - _REACH:
                found.append((score + self._judge.event_score(self._extractor.of_pair(*pair)), pair))
        return found

    def features(self, pair: Pair) -> tuple[Features, ...]:
        """Return all features of a pair."""
        extractor, predicate = self._extractor, pair.predicate
        return (
            extractor.of_predicate(predicate),
            self._argument("A", pair.actor)[0],
            self._argument("R", pair.recipient)[0],
            extractor.of_pair(*pair),
            extractor.details_of_predicate(predicate),
            extractor.details_of_pair(predicate, pair.recipient),
        )

    def _argument(self, side: str, each: Argument) -> tuple[Features, float]:
        known = self._arguments.get((side, each))
        if known is None:
            features = self._extractor.of_argument(side, each)
            known = self._arguments[side, each] = (features, self._judge.event_score(features))
        return known


def _type(types: Sequence[str], odds: Types, event: float, suggested: set[str], *, is_eventful: bool) -> str | None:
    """Return the most probable type among those that the event's own words suggest, if it is probable enough."""
    ranked = sorted(zip(odds.tolist(), types, strict=True), reverse=True)
    if is_eventful and event * ranked[0][0] >= _CERTAIN:
        return ranked[0][1]
    return next((kind for likely, kind in ranked if kind in suggested and likely >= _PLAUSIBLE), None)


def _event(tree: Tree, chosen: Pair, event: float, judged: list[tuple[float, Pair]], kind: str | None) -> EventSpan:
    actor = chosen.actor.token
    likely = [
        (likely, pair.recipient.token)
        for likely, pair in judged
        if pair.actor.token == actor and likely >= _NEARLY * event
    ]
    recipients = _apart(tree, [_whole(tree, token, actor) for _, token in sorted(likely, reverse=True)])
    actors = dict.fromkeys([actor, *(each for each in conjuncts(tree, actor) if each not in recipients)])
    others = dict.fromkeys(each for token in recipients for each in (token, *conjuncts(tree, token)))
    return EventSpan(
        chosen.predicate,
        tuple(actors),
        tuple(each for each in others if each not in actors),
        chosen.recipient.through,
        kind,
    )


def _apart(tree: Tree, heads: list[int]) -> list[int]:
    """Return the heads whose phrases do not overlap, the first of them winning."""
    kept: list[int] = []
    for head in heads:
        if all(head < tree.left[other] or other < tree.left[head] for other in kept):
            kept.append(head)
    return kept


def _whole(tree: Tree, token: int, actor: int) -> int:
    """Return the noun that a name modifies ("the Turkish delegation"), unless the actor is part of its phrase."""
    head = tree.head[token]
    is_part = tree.dep[token] in ("amod", "compound", "nmod") and not tree.left[head] <= actor <= tree.right[head]
    return head if is_part and token < head else token
