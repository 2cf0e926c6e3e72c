"""Who did what to whom, when and where, and whether it happened."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from pipeline.annotations import DateMention, Entity, Event, EventPlace, Participant, Quote
from pipeline.languages.contract import AnnotationInput
from pipeline.languages.en.events.casualties import counts
from pipeline.languages.en.events.circumstances import Circumstances
from pipeline.languages.en.events.classifier import classifier
from pipeline.languages.en.events.event_features import FeatureExtractor
from pipeline.languages.en.events.event_spans import EventSpan, remembered_event_spans
from pipeline.languages.en.events.event_status import status
from pipeline.languages.en.events.further_types import FurtherTypes
from pipeline.languages.en.events.modes import is_retreat, mode
from pipeline.languages.en.events.word_classes import word_classes
from pipeline.languages.en.quotes.candidates import quotations_of
from pipeline.languages.en.quotes.speaker_resolution import SpeakerResolver
from pipeline.reading.tree import Tree

_LIGHT = frozenset(
    "hold make launch carry stage conduct take give file issue begin start open pay mount wage lead commit suffer"
    " announce declare impose sign reach have put face deliver undertake perform".split()
)
"""Verbs whose object names the event: "launched an attack on"."""
_SAYING = frozenset(
    "say tell report quote note add believe think describe inform remark comment explain mention want expect seem"
    " manage appear hope continue try seek know".split()
)
"""What is a quote, a wish or a beginning of something else, whatever type its object suggests."""
_LONGEST_PHRASE = 12
_PLACES = ("GPE", "LOC", "FAC")
_ADJUNCT = frozenset(
    "in near across outside inside around during after before amid under since until through throughout as within"
    " without despite because along off over".split()
)
_ADJUNCT_OF_PLACES = frozenset(("at", "from"))
"""Prepositions whose noun takes no part in an event."""
_LEAD_CHARACTERS = 300
_GOVERNED = ("dobj", "attr", "oprd", "prep", "nsubjpass")


def events(
    tree: Tree,
    about: AnnotationInput,
    entities: Sequence[Entity],
    quotes: Sequence[Quote],
    dates: Sequence[DateMention],
) -> tuple[Event, ...]:
    """Return the events of a story in the order of the text, given its entities, quotes and dates."""
    circumstances = Circumstances(tree, dates, entities, about.written, about.located)
    return tuple(EventReader(tree, entities, quotes, circumstances).read())


class EventReader:
    """Reads the events of one story."""

    def __init__(
        self, tree: Tree, entities: Sequence[Entity], quotes: Sequence[Quote], circumstances: Circumstances
    ) -> None:
        """Take what was found before."""
        self._tree, self._quotes, self._circumstances = tree, quotes, circumstances
        self._extractor = FeatureExtractor(tree, word_classes())
        self._resolver = SpeakerResolver(tree, quotations_of(tree), entities, ())
        self._types = FurtherTypes(tree)

    def read(self) -> Iterator[Event]:
        """Yield the events in the order of their triggers."""
        found = (self._event(each) for each in remembered_event_spans(self._tree, self._extractor, classifier()))
        kept = sorted((each for each in found if each is not None), key=lambda each: each.start)
        for number, each in enumerate(kept, 1):
            yield each.model_copy(update={"id": f"v{number}"})

    def _event(self, found: EventSpan) -> Event | None:
        tree = self._tree
        trigger = self._trigger(found)
        if self._lemma(trigger) in _SAYING:
            return None
        actors = self._participants([head for head in found.actors if not self._is_adjunct(head)], ())
        core = [head for head in found.recipients if not self._is_adjunct(head)]
        recipients = self._participants(core or found.recipients, actors)
        tokens = {trigger, found.predicate, *found.through}
        own = [word for token in tokens for word in (self._lemma(token), tree.lower[token])]
        words = tree.lower[tree.left[found.predicate] : tree.right[found.predicate] + 1]
        clause = (*words, *map("-".join, pairwise(words)))
        kind = found.type
        if kind == "CONCEDE" and is_retreat(own):
            kind = "RETREAT"
        numbers = counts(tree, trigger, kind)
        is_act = any(self._extractor.is_somebody(head) for head in found.actors)
        names = {self._lemma(trigger), self._lemma(found.predicate)}
        kind = self._types.of(kind, names, self._objects(found), is_act=is_act, is_deadly=numbers.dead is not None)
        # Most of what has no type is no event.
        if kind is None and self._is_told_first(trigger) and any(each.entity for each in (*actors, *recipients)):
            kind = "OTHER"
        if kind is None:
            return None
        state = status(tree, trigger, is_verb=self._extractor.is_verb(trigger))
        place = self._circumstances.place(trigger)
        recipients = _without_place(recipients, place)
        return Event(
            id="",
            start=tree.start[trigger],
            end=tree.end[trigger],
            text=tree.word[trigger],
            predicate=self._lemma(trigger),
            type=kind,
            mode=mode(kind, own, clause),
            status=state,
            actors=actors,
            recipients=recipients,
            date=self._circumstances.date(trigger, state),
            place=place,
            quote=self._quote(tree.start[trigger]),
            dead=numbers.dead,
            injured=numbers.injured,
            size=numbers.size,
        )

    def _is_told_first(self, trigger: int) -> bool:
        """Return whether the first paragraphs tell it, which tell what the story is about."""
        return self._tree.start[trigger] < _LEAD_CHARACTERS

    def _objects(self, found: EventSpan) -> set[str]:
        """Return the lemmas of what a predicate governs: its object, and that of its preposition."""
        tree = self._tree
        below = [child for child in tree.children[found.predicate] if tree.dep[child] in _GOVERNED]
        below += [child for each in below if tree.dep[each] == "prep" for child in tree.children[each]]
        return {self._lemma(token) for token in (*below, *found.through, *found.recipients)}

    def _trigger(self, found: EventSpan) -> int:
        """Return the token that names the event: the predicate, or the object of a light verb."""
        if found.through and self._lemma(found.predicate) in _LIGHT and self._tree.dep[found.through[0]] == "dobj":
            return found.through[0]
        return found.predicate

    def _lemma(self, token: int) -> str:
        return self._extractor.word(token).lemma

    def _is_adjunct(self, head: int) -> bool:
        """Return whether a noun says where, when or how rather than who: "in Jeddah", "after the vote"."""
        tree = self._tree
        before = tree.lower[tree.head[head]] if tree.dep[head] == "pobj" else ""
        return before in _ADJUNCT or (before in _ADJUNCT_OF_PLACES and tree.kind[head] in _PLACES)

    def _participants(self, heads: Sequence[int], others: tuple[Participant, ...]) -> tuple[Participant, ...]:
        """Return the participants with these heads, without any that overlap one before."""
        kept = list(others)
        acting = {other.entity for other in others if other.entity}
        for each in (self._participant(head, acting) for head in heads):
            apart = all(each.end <= other.start or other.end <= each.start for other in kept)
            if apart and (each.entity is None or each.entity not in {other.entity for other in kept}):
                kept.append(each)
        return tuple(kept[len(others) :])

    def _participant(self, head: int, others: Collection[str]) -> Participant:
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


def _without_place(recipients: tuple[Participant, ...], place: EventPlace | None) -> tuple[Participant, ...]:
    """Return the recipients without the place of the event, if another of them is named."""
    others = tuple(each for each in recipients if place is None or each.entity != place.entity)
    return others if any(each.entity for each in others) else recipients
