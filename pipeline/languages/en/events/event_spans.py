"""Choose the events among all pairs of arguments: for each predicate its actor, its recipients and its type."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from pipeline.languages.en.events.argument_structure import (
    Argument,
    Pair,
    agents,
    conjuncts,
    is_passive,
    is_predicate,
    objects,
    own_subject,
    pairs_of,
    patient_subjects,
    subjects,
)
from pipeline.languages.en.events.casualties import TOLLS, counts, is_costly, number, toll
from pipeline.languages.en.events.classifier import Classifier, Types, probability
from pipeline.languages.en.events.event_features import FeatureExtractor, Features
from pipeline.languages.en.events.mishaps import is_mishap
from pipeline.languages.en.events.plover import ALONE, NOTABLE, OPERATOR_TYPES, OPERATORS, REPORTS, UNEVENTFUL, VERBAL
from pipeline.reading.paragraph_memory import Paragraph
from pipeline.reading.tree import Tree

LIKELY = 0.12
"""The probability from which an event has its type."""
POSSIBLE = 0.025
"""The probability from which a pair is an event without a type, if somebody named takes part."""
_PLAUSIBLE = 0.05
"""The probability that a type needs, beside being suggested by a word."""
_CERTAIN = 0.35
"""The probability of event and type from which no word needs to suggest the type."""
_NAMED = 1.6
"""How much more probable a verb of ``lexicon.ALONE`` makes its type: labelled sentences have few of each."""
_REACH = 1.7
"""The most that arguments add to the score of a predicate, or a pair to both; more is too rare."""
_HARM = (None, "ASSAULT")
"""What the classifier takes mishaps for."""
_NEARLY = 0.6
"""The share of the best recipient's probability that another one needs."""


class EventSpan(NamedTuple):
    """An event in tokens: predicate, heads of its actors and recipients, words in between, and its type."""

    predicate: int
    actors: tuple[int, ...]
    recipients: tuple[int, ...]
    through: tuple[int, ...]
    type: str | None

    def moved(self, by: int) -> "EventSpan":
        """Return the event with all tokens moved."""
        actors, recipients, through = (
            tuple([token + by for token in each]) for each in (self.actors, self.recipients, self.through)
        )
        return EventSpan(self.predicate + by, actors, recipients, through, self.type)


def span(tree: Tree, head: int) -> tuple[int, int]:
    """Return the characters of a noun phrase from its first word to its head."""
    return tree.start[tree.left[head]], tree.end[head]


def remembered_event_spans(tree: Tree, extractor: FeatureExtractor, judge: Classifier) -> Iterator[EventSpan]:
    """Yield the same as ``event_spans``, but read a paragraph with the same names only once.

    All that decides about an event is in its sentence.
    """
    for each in tree.paragraphs:
        key = ("events", *tree.kind[each.first : each.last])
        spans = each.recall(key, partial(_spans_in, each, tree, extractor, judge))
        yield from (span.moved(each.first) for span in spans)


def _spans_in(paragraph: Paragraph, tree: Tree, extractor: FeatureExtractor, judge: Classifier) -> list[EventSpan]:
    tokens = range(paragraph.first, paragraph.last)
    return [each.moved(-paragraph.first) for each in event_spans(tree, extractor, judge, tokens)]


def event_spans(
    tree: Tree,
    extractor: FeatureExtractor,
    judge: Classifier,
    tokens: range | None = None,
    likely: float = LIKELY,
    possible: float = POSSIBLE,
) -> Iterator[EventSpan]:
    """Yield the events whose predicates are among these tokens (all, if None), in their order.

    A report ("said that …") is left out where what it reports is an event with the same recipient, unless it is a
    demand, an offer, a threat or a refusal itself. Of a verb and one that it governs with the same type
    one is left out: "refused to meet" is a refusal, "denied attacking" an attack that is denied.
    """
    scorer = Scorer(extractor, judge, math.log(possible / (1 - possible)))
    within = range(len(tree)) if tokens is None else tokens
    found = list(_all_events(tree, extractor, scorer, within, likely, possible))
    governing = _governing(extractor, found)
    for each in found:
        if each.predicate in governing:
            continue
        is_report = extractor.word(each.predicate).lemma in REPORTS
        reported = [other.type for other in found if _reports(tree, each, other)] if is_report else []
        if not reported or (each.type in VERBAL and each.type not in reported):
            yield each


def _governing(extractor: FeatureExtractor, found: Sequence[EventSpan]) -> set[int]:
    """Return the predicates that name the same event as one above or below them, which names it better."""
    types = {each.predicate: each.type for each in found}
    worse: set[int] = set()
    for each in found:
        for above in extractor.governors(each.predicate):
            if each.type and types.get(above) == each.type:
                operators = OPERATORS.get(extractor.word(above).lemma, ())
                is_operator = operators and each.type not in map(OPERATOR_TYPES.get, operators)
                worse.add(above if is_operator else each.predicate)
    return worse


def _reports(tree: Tree, one: EventSpan, other: EventSpan) -> bool:
    above = one.predicate
    below = other is not one and tree.left[above] <= other.predicate <= tree.right[above] and other.type is not None
    return below and not set(one.recipients).isdisjoint((*other.recipients, *other.actors))


def _all_events(
    tree: Tree, extractor: FeatureExtractor, scorer: "Scorer", tokens: range, likely: float, possible: float
) -> Iterator[EventSpan]:
    types: dict[int, str | None] = {}
    for predicate in tokens:
        may_happen = tree.lower[predicate] in TOLLS or is_predicate(tree, predicate, extractor)
        if not may_happen or not tree.word[predicate][:1].isalpha():
            continue
        found = _of_a_pair(tree, extractor, scorer, predicate, likely, possible)
        nobody = found is not None and _has_no_actor(tree, extractor, found)
        found = found._replace(type=None) if found and nobody else found
        if found is None or found.type is None:
            alone = _alone(tree, extractor, predicate)
            if alone and _follows(tree, alone, types):
                continue
            found = alone if alone and (found is None or alone.type or nobody) else found
        if found:
            types[predicate] = found.type
            yield found


def _has_no_actor(tree: Tree, extractor: FeatureExtractor, event: EventSpan) -> bool:
    """Return whether nobody acts in what the classifier takes for an act: "a fire killed", "the war claimed lives"."""
    return (event.type != "ASSAULT" and is_costly(tree, event.predicate)) or (
        event.type in _HARM and is_mishap(tree, event.predicate, extractor)
    )


def _follows(tree: Tree, event: EventSpan, types: Mapping[int, str | None]) -> bool:
    """Return whether an event is no second one, but follows from that above: "attacked a base, killing 12"."""
    verb, above = event.predicate, tree.head[event.predicate]
    if tree.dep[verb] != "advcl" or own_subject(tree, verb) is not None or types.get(above) != event.type:
        return False
    return above in types or counts(tree, verb, None).dead is None


def _of_a_pair(
    tree: Tree, extractor: FeatureExtractor, scorer: "Scorer", predicate: int, likely: float, possible: float
) -> EventSpan | None:
    """Return the event that joins two arguments of a predicate, if one is probable enough."""
    scored = scorer.scored(predicate, pairs_of(tree, predicate, extractor))
    if not scored:
        return None
    is_eventful = extractor.word(predicate).lemma not in UNEVENTFUL
    score, best = max(scored, key=lambda each: each[0])
    event = probability(score)
    kind = None
    if event >= likely:
        odds = scorer.types_of(best)
        suggested = extractor.suggested(predicate, best.recipient)
        kind = _type(scorer.types, odds, event, suggested, is_eventful=is_eventful)
    if kind or (event >= possible and is_eventful):
        return _event(tree, best, event, [(probability(score), pair) for score, pair in scored], kind)
    return None


def _alone(tree: Tree, extractor: FeatureExtractor, verb: int) -> EventSpan | None:
    """Return the event of a word that names one whoever takes part: "nobody was arrested", "the toll rose to 31"."""
    if tree.lower[verb] in TOLLS and toll(tree, verb):
        return EventSpan(verb, (), (), (), None)
    if not extractor.is_verb(verb) or extractor.governors(verb):
        return None
    lemma = extractor.word(verb).lemma
    with_next = (f"{lemma}-{extractor.word(child).lemma}" for child in tree.children[verb] if child > verb)
    kind = next((ALONE[words] for words in (lemma, *with_next) if words in ALONE), None)
    if kind is None and lemma not in NOTABLE and not is_costly(tree, verb):
        return None
    if kind == "ASSAULT" and is_mishap(tree, verb, extractor):
        kind = None
    passive = is_passive(tree, verb)
    acting = list(agents(tree, verb) if passive else subjects(tree, verb, extractor))
    concerned = list(patient_subjects(tree, verb, extractor) if passive else objects(tree, verb))
    actors = [each.token for each in acting if extractor.may_act(each.token)]
    recipients = [each.token for each in concerned if each.token not in actors and tree.lower[each.token] != "lives"]
    is_counted = any(_counts_people(tree, extractor, each.token) for each in (*acting, *concerned))
    is_harm = kind is None and (is_counted or is_costly(tree, verb))
    if not is_harm and not any(map(extractor.is_somebody, (*actors, *recipients))):
        return None
    return EventSpan(verb, _with_conjuncts(tree, actors), _with_conjuncts(tree, recipients), (), kind)


def _counts_people(tree: Tree, extractor: FeatureExtractor, token: int) -> bool:
    """Return whether a number stands for people: "another three died", "50 of the miners"."""
    counted = [noun for of in tree.children[token] for noun in tree.children[of] if tree.lower[of] == "of"]
    is_numeral = tree.child(token, "nummod") is None and (number(tree, token) or 0) > 1
    return is_numeral and all(map(extractor.is_somebody, counted))


def _with_conjuncts(tree: Tree, heads: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(each for head in heads for each in (head, *conjuncts(tree, head))))


class Scorer:
    """Scores the pairs of a story; features of an argument are read once for all predicates."""

    def __init__(self, extractor: FeatureExtractor, judge: Classifier, least: float) -> None:
        """``least`` is the score from which pairs count."""
        self._extractor, self._judge, self._least = extractor, judge, least
        self._arguments: dict[tuple[str, Argument], tuple[Features, float]] = {}

    def scored(self, predicate: int, pairs: Iterable[Pair]) -> list[tuple[float, Pair]]:
        """Return the pairs that may reach the least score, with their scores."""
        pairs = iter(pairs)
        first = next(pairs, None)
        if first is None:
            # Half of all predicates have none.
            return []
        base = self._judge.event_bias + self._judge.event_score(self._extractor.of_predicate(predicate))
        if base < self._least - _REACH:
            return []
        found = []
        for pair in chain((first,), pairs):
            score = base + self._argument("A", pair.actor)[1] + self._argument("R", pair.recipient)[1]
            if score >= self._least - _REACH:
                found.append((score + self._judge.event_score(self._extractor.of_pair(*pair)), pair))
        return found

    @property
    def types(self) -> tuple[str, ...]:
        """The types that ``types_of`` tells apart."""
        return self._judge.types

    def types_of(self, pair: Pair) -> Types:
        """Return the probability of each type of a pair."""
        extractor, predicate = self._extractor, pair.predicate
        features = (
            extractor.of_predicate(predicate),
            self._argument("A", pair.actor)[0],
            self._argument("R", pair.recipient)[0],
            extractor.of_pair(*pair),
            extractor.details_of_predicate(predicate),
            extractor.details_of_pair(predicate, pair.recipient),
        )
        odds = self._judge.types_of(features)
        named = ALONE.get(extractor.word(predicate).lemma)
        if named:
            odds[self.types.index(named)] *= _NAMED
            odds /= odds.sum()
        return odds

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
