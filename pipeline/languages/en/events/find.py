"""Who did what to whom, when and where, and whether it happened."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.annotations import EVENT_TYPES, DateMention, Entity, EventMention, EventPlace, Participant, Quote
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.events.argument_structure import Argument, arguments, conjuncts, is_predicate
from pipeline.languages.en.events.casualties import TOLLS, counts, toll
from pipeline.languages.en.events.circumstances import Circumstances
from pipeline.languages.en.events.event_clause import clause, clause_head
from pipeline.languages.en.events.event_features import EventFeatures
from pipeline.languages.en.events.event_status import Status, status
from pipeline.languages.en.events.event_types import MISHAPS, RELEASES, VIOLENCE, is_mishap
from pipeline.languages.en.events.model import ACTOR, HARM, HOSTILE, RECIPIENT, Decision, EventModel, event_model
from pipeline.languages.en.events.modes import mode
from pipeline.languages.en.events.story_words import StoryWords
from pipeline.languages.en.events.word_classes import word_classes
from pipeline.languages.en.log_linear import Features
from pipeline.languages.en.quotes.candidates import quotations_of
from pipeline.languages.en.quotes.speaker_resolution import SpeakerResolver
from pipeline.reading.tree import Tree

LEAST_EVENT = 0.5
"""The probability from which a predicate is looked at further."""
TOLL_EVENT = 0.9
"""The probability of a noun that counts victims, and the confidence in it."""
LEAST_ROLE, LEAST_FURTHER_ROLE = 0.35, 0.6
"""The probability that the first participant of a side needs, and that of any other."""
MAIN_SENTENCES = 2
"""Of the events in so many sentences, 85 % are what a story is about."""
_MOST_PARTICIPANTS = 3
_LEAD_CHARACTERS = 300
_LONGEST_PHRASE = 12
_STEM = 5
_WITHOUT_VIOLENCE = frozenset(EVENT_TYPES) - VIOLENCE
_WITHOUT_HARM = frozenset(EVENT_TYPES) - HOSTILE
_FREE = frozenset("ROOT conj nsubj nsubjpass dobj advcl parataxis".split())
"""Relations of a predicate that nothing above it makes less than a fact."""
_DIRECT = re.compile(r"(S:(nsubj|(conj<|advcl<|xcomp<)+nsubj)|A:agent|P:(nsubjpass|(conj<|xcomp<)+nsubj(pass)?)|C:dobj"
                     r"|N:(poss|amod|prep_by|prep_of|prep_on|prep_against)|L[SAPOX]:.*)")  # fmt: skip
"""Arguments of which the text itself says that they take part."""
_IN = frozenset("in after during".split())
_OF_WORDS = frozenset("verbal verbally rhetorical political legal scathing stinging blistering".split())
"""Modifiers of attacks that hurt nobody."""
_SHARED = frozenset("dobj attr".split())
"""Relations of a predicate to one that names the same event: "launched an attack"."""


def events(
    tree: Tree,
    about: AnnotationInput,
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    dates: Sequence[DateMention],
) -> tuple[EventMention, ...]:
    """Return the events of a story in the order of the text, given its entities, quotes and dates."""
    circumstances = Circumstances(tree, dates, entities, about.written, about.located)
    return tuple(EventReader(tree, entities, quotes, circumstances).read(event_model()))


class Candidate(NamedTuple):
    """A predicate that may name an event, with its status and how probable it is."""

    token: int
    status: Status
    probability: float = 0


class Decided(NamedTuple):
    """A candidate with its type and its participants."""

    candidate: Candidate
    type: str
    actors: tuple[Participant, ...]
    recipients: tuple[Participant, ...]
    decision: Decision


class EventReader:
    """Reads the events of one story."""

    def __init__(
        self, tree: Tree, entities: Sequence[Entity], quotes: Sequence[Quote], circumstances: Circumstances
    ) -> None:
        """Take what was found before."""
        self._tree, self._quotes, self._circumstances = tree, quotes, circumstances
        self.words = StoryWords(tree, word_classes())
        self.features = EventFeatures(tree, self.words)
        self._resolver = SpeakerResolver(tree, quotations_of(tree), entities, ())

    def read(self, model: EventModel) -> Iterator[EventMention]:
        """Yield the events in the order of their triggers."""
        sure = [
            (TOLL_EVENT if self._is_toll(each.candidate.token) else model.confidence(each.decision), each)
            for each in self.decided(model)
        ]
        kept = sorted(self.distinct(sure), key=lambda each: each[1].candidate.token)
        for number, (confidence, each) in enumerate(kept, 1):
            yield self.event(each, confidence).model_copy(update={"id": f"v{number}"})

    def candidates(self) -> Iterator[tuple[Candidate, Features]]:
        """Yield every predicate, with what tells whether it names an event."""
        for token in range(len(self._tree)):
            if is_predicate(self._tree, token, self.words) or self._is_toll(token):
                state = status(self._tree, token, is_verb=self.words.is_verb(token))
                yield Candidate(token, state), self.features.of_event(token, state, self._kind_of_quote(token))

    def arguments(self, candidate: Candidate) -> list[Argument]:
        """Return what may take part in what a predicate names."""
        return arguments(self._tree, candidate.token, self.words)

    def decided(self, model: EventModel) -> list[Decided]:
        """Return what may be an event, each with the most probable type and participants."""
        contexts = model.contexts(self._tree)
        scored = (
            each._replace(
                probability=max(model.event(features, contexts[each.token]), TOLL_EVENT * self._is_toll(each.token))
            )
            for each, features in self.candidates()
        )
        likely = [each for each in scored if each.probability >= LEAST_EVENT]
        return [self._decided(each, model) for each in self._apart(likely)]

    def _is_toll(self, token: int) -> bool:
        """Return whether a noun counts victims: "the death toll rose to 31"."""
        return self._tree.lower[token] in TOLLS and toll(self._tree, token) is not None

    def distinct(self, found: Sequence[tuple[float, Decided]]) -> list[tuple[float, Decided]]:
        """Return what was found with its confidence, without what tells the same as a surer one.

        Two words do if one line tells both, or if they are alike and nobody speaks against it.
        """
        kept: list[tuple[float, Decided]] = []
        lines: set[int] = set()
        by_stem: dict[str, list[Decided]] = {}
        for confidence, each in sorted(found, key=lambda each: -each[0]):
            token = each.candidate.token
            line, others = clause_head(self._tree, token), by_stem.setdefault(self._lemma(token)[:_STEM], [])
            if line not in lines and not any(_may_be_same(each, other) for other in others):
                kept.append((confidence, each))
                lines.add(line)
                others.append(each)
        return kept

    def _apart(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the candidates without those that name the same event as a likelier one that governs them."""
        tree, kept = self._tree, dict[int, Candidate]()
        for each in sorted(candidates, key=lambda each: -each.probability):
            dep, above = tree.dep[each.token], tree.head[each.token]
            if dep == "pobj":
                above = tree.head[above]
            is_governed = above != each.token and above in kept and dep in (*_SHARED, "pobj")
            governs = any(tree.dep[child] in _SHARED and child in kept for child in tree.children[each.token])
            if not is_governed and not governs:
                kept[each.token] = each
        return list(kept.values())

    def _decided(self, candidate: Candidate, model: EventModel) -> Decided:
        """Return a candidate with the most probable type and participants."""
        token, state, probability = candidate
        features, found = self.features, self.arguments(candidate)
        kinds = self._kinds(token, found)
        kind, sure = model.type(features.of_type(token, found, state), features.suggestions(token, found), kinds)
        odds = model.roles(list(self.role_features(candidate, found, kind)))
        chosen: dict[int, list[int]] = {ACTOR: [], RECIPIENT: []}
        for number in sorted(range(len(found)), key=lambda number: -max(odds[number])):
            side = max(ACTOR, RECIPIENT, key=lambda side: odds[number][side])
            least = LEAST_FURTHER_ROLE if chosen[side] else LEAST_ROLE
            if odds[number][side] >= least and len(chosen[side]) < _MOST_PARTICIPANTS:
                chosen[side].append(number)
        is_hostile = kind in HOSTILE
        if is_hostile:
            # Nobody is said to attack whom the text only puts near.
            chosen[ACTOR] = [number for number in chosen[ACTOR] if _is_direct(found[number].path)]
        actors = self._participants([found[number].token for number in chosen[ACTOR]], ())
        recipients = self._participants([found[number].token for number in chosen[RECIPIENT]], actors)
        acting, acted_on = ([odds[number][side] for number in chosen[side]] for side in (ACTOR, RECIPIENT))
        spare = [
            max((odds[number][side] for number in range(len(found)) if number not in chosen[side]), default=0.0)
            for side in (ACTOR, RECIPIENT)
        ]
        decision = Decision(
            event=probability,
            type=sure,
            actors=acting,
            recipients=acted_on,
            spare=(spare[0], spare[1]),
            known=(any(each.entity for each in actors), any(each.entity for each in recipients)),
            is_verb=self.words.is_verb(token),
            happened=state == "happened",
            is_lead=self._tree.start[token] < _LEAD_CHARACTERS,
            has_pronoun=any(self._is_open(each) for each in (*actors, *recipients)),
            is_direct=all(_is_direct(found[number].path) for number in (*chosen[ACTOR], *chosen[RECIPIENT])),
            is_hostile=is_hostile,
            is_governed=self._tree.dep[token] not in _FREE,
        )
        return Decided(candidate, kind, actors, recipients, decision)

    def _kinds(self, token: int, found: Sequence[Argument]) -> Collection[str] | None:
        """Return the types that an event may have, None for all: floods kill, but they attack nobody."""
        if self._is_toll(token):
            return HARM
        tree = self._tree
        if self._lemma(token) in RELEASES:
            return _WITHOUT_HARM
        if any(tree.lower[child] in _OF_WORDS for child in tree.children[token]):
            return _WITHOUT_VIOLENCE
        acting = [each.token for each in found if each.path[0] in "SA"]
        if acting:
            named = (tree.lower[word] for head in acting for word in (head, *tree.children[head]) if word <= head)
            return _WITHOUT_VIOLENCE - {"DEATH"} if any(map(is_mishap, named)) else None
        return _WITHOUT_VIOLENCE if any(self._in_what(token)) else None

    def _in_what(self, token: int) -> Iterator[bool]:
        """Yield whether what somebody comes to harm in is a mishap: "in a fire", "when a ferry capsized"."""
        tree = self._tree
        for child in tree.children[token]:
            if tree.dep[child] == "prep" and tree.lower[child] in _IN:
                yield from (tree.lower[noun] in MISHAPS or is_mishap(tree.lower[noun]) for noun in tree.children[child])
            elif tree.dep[child] == "advcl":
                yield is_mishap(self._lemma(child))

    def role_features(self, candidate: Candidate, found: Sequence[Argument], kind: str) -> Iterator[Features]:
        """Yield the features of each argument in an event of this type."""
        token, state, _ = candidate
        for number, each in enumerate(found):
            known = self._resolver.entity_of(each.token, ()) is not None
            yield self.features.of_role(token, found, number, kind, state, has_entity=known)

    def place(self, candidate: Candidate) -> tuple[int, int]:
        """Return the characters of a predicate."""
        return self._tree.start[candidate.token], self._tree.end[candidate.token]

    def _is_open(self, participant: Participant) -> bool:
        """Return whether nothing says whom a pronoun means."""
        return participant.entity is None and self.words.is_pronoun(self._tree.token_at(participant.start))

    def event(self, decided: Decided, confidence: float) -> EventMention:
        """Return an event with its circumstances, as yet without an identifier."""
        tree, (trigger, state, _) = self._tree, decided.candidate
        own = [word for token in (trigger, *self._inner(trigger)) for word in (self._lemma(token), tree.lower[token])]
        words = tree.lower[tree.left[trigger] : tree.right[trigger] + 1]
        numbers = counts(tree, trigger, decided.type)
        place = self._circumstances.place(trigger)
        return EventMention(
            id="",
            start=tree.start[trigger],
            end=tree.end[trigger],
            text=tree.word[trigger],
            predicate=self._lemma(trigger),
            type=decided.type,
            mode=mode(decided.type, own, (*words, *map("-".join, pairwise(words)))),
            status=state,
            confidence=round(confidence, 2),
            main=tree.sentence[trigger] < MAIN_SENTENCES,
            clause=clause(tree, trigger, decided.actors, decided.recipients),
            actors=decided.actors,
            recipients=_without_place(decided.recipients, place),
            date=self._circumstances.date(trigger, state),
            place=place,
            quote=self._quote(tree.start[trigger]),
            **numbers._asdict(),
        )

    def _inner(self, trigger: int) -> list[int]:
        """Return what a predicate governs, which tells of which mode it is."""
        tree = self._tree
        below = [child for child in tree.children[trigger] if tree.dep[child] in ("dobj", "xcomp", "attr", "prep")]
        objects = [noun for each in below if tree.dep[each] == "prep" for noun in tree.children[each]]
        return [each for each in (*below, *objects) if tree.dep[each] != "prep"]

    def _lemma(self, token: int) -> str:
        return self.words.word(token).lemma

    def _participants(self, heads: Sequence[int], others: tuple[Participant, ...]) -> tuple[Participant, ...]:
        """Return the participants with these heads and what is joined to them, without any that overlap one before."""
        kept = list(others)
        acting = {other.entity for other in others if other.entity}
        joined = dict.fromkeys(each for head in heads for each in (head, *conjuncts(self._tree, head)))
        for each in (self.participant(head, acting) for head in joined):
            apart = all(each.end <= other.start or other.end <= each.start for other in kept)
            if apart and (each.entity is None or each.entity not in {other.entity for other in kept}):
                kept.append(each)
        return tuple(kept[len(others) :])

    def participant(self, head: int, others: Collection[str] = ()) -> Participant:
        """Return the noun phrase with this head, and whom it means; not one of the entities ``others``."""
        tree = self._tree
        begins, last = self._resolver.name_around(head)
        first = min(tree.left[head], begins)
        while first < head and not tree.word[first][0].isalnum():
            first += 1
        complement = next(
            (child for child in tree.children[head] if tree.lower[child] == "of" and child == head + 1), None
        )
        if complement is not None and tree.right[complement] - first < _LONGEST_PHRASE:
            last = tree.right[complement]
        start, end = tree.start[first], tree.end[last]
        text = tree.text[start:end]
        entity = self._resolver.entity_of(head, others)
        return Participant(
            start=start, end=end, text=text, entity=entity.id if entity else None, name=entity.name if entity else text
        )

    def _quote(self, offset: int) -> str | None:
        within = [quote for quote in self._quotes if quote.start <= offset < quote.end]
        return min(within, key=lambda quote: quote.end - quote.start).id if within else None

    def _kind_of_quote(self, token: int) -> str | None:
        """Return the kind of the first quote that a token is in."""
        offset = self._tree.start[token]
        return next((each.kind for each in self._quotes if each.start <= offset < each.end), None)


def _is_direct(path: str) -> bool:
    return _DIRECT.fullmatch(path) is not None


def _may_be_same(one: Decided, other: Decided) -> bool:
    """Return whether two events of like words may be one: on each side they share an entity, or one names none."""
    for mine, others in ((one.actors, other.actors), (one.recipients, other.recipients)):
        named, theirs = ({each.entity for each in side if each.entity} for side in (mine, others))
        if named and theirs and named.isdisjoint(theirs):
            return False
    return True


def _without_place(recipients: tuple[Participant, ...], place: EventPlace | None) -> tuple[Participant, ...]:
    """Return the recipients without the place of the event, if another of them is named."""
    others = tuple(each for each in recipients if place is None or each.entity != place.entity)
    return others if any(each.entity for each in others) else recipients
