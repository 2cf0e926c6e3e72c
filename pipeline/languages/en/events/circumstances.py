"""When and where an event takes place: what its clause says, else what the story's dateline lets one infer."""

from collections.abc import Sequence
from datetime import date

from pipeline.annotations import DateMention, Entity, EventDate, EventPlace
from pipeline.languages.en.events.event_status import Status
from pipeline.reading.tree import Tree

_STATIC = frozenset("in at near on outside around inside off".split())
_WHERE = frozenset("in at near on outside around inside from across into to toward towards off throughout".split())
_PERFECT = frozenset("had has have having 've ’ve".split())
_PLACES = ("GPE", "LOC", "FAC")
_CLAUSES = frozenset("ROOT ccomp conj relcl advcl parataxis acl".split())


class Circumstances:
    """The dates and places of a story by their tokens."""

    def __init__(
        self, tree: Tree, dates: Sequence[DateMention], entities: Sequence[Entity], written: date | None, located: str
    ) -> None:
        """Index what the story mentions."""
        self._tree = tree
        self._dates = [(tree.token_at(each.start), each) for each in dates if each.value[:1].isdigit()]
        self._places = [
            (tree.token_at(mention.end - 1), mention, entity)
            for entity in entities
            if entity.type in _PLACES
            for mention in entity.mentions
        ]
        self._written = written
        self._located = located.partition(",")[0].strip()

    def date(self, trigger: int, status: Status) -> EventDate | None:
        """Return the date of an event: that of its clause, else the story's own day.

        What lies ahead, goes on, is denied, or happened some time before has no date unless its clause states one.
        """
        ahead = status in ("planned", "possible", "demanded")
        stated = self._stated(trigger, ahead=ahead)
        if stated is not None:
            return EventDate(stated=True, **stated.model_dump())
        if self._written is None or status != "happened" or self._is_perfect(trigger):
            return None
        return EventDate(value=self._written.isoformat(), stated=False)

    def _is_perfect(self, trigger: int) -> bool:
        tree = self._tree
        return any(tree.dep[child] == "aux" and tree.lower[child] in _PERFECT for child in tree.children[trigger])

    def _stated(self, trigger: int, *, ahead: bool) -> DateMention | None:
        tree = self._tree
        first, last = tree.sentences[tree.sentence[trigger]]
        near = [(token, each) for token, each in self._dates if first <= token < last]
        best: tuple[tuple[int, int], DateMention] | None = None
        chain = [trigger, *tree.ancestors(trigger)]
        for token, each in near:
            distance = self._steps(token, chain)
            if distance is None or (ahead and distance > 0 and self._is_past(each)):
                continue
            rank = (distance, abs(token - trigger))
            if best is None or rank < best[0]:
                best = (rank, each)
        return best[1] if best else None

    def _is_past(self, mention: DateMention) -> bool:
        """Return whether a date lies before the story: it then is that of an announcement, not of a plan."""
        return self._written is not None and mention.value <= self._written.isoformat()

    def _steps(self, token: int, chain: list[int]) -> int | None:
        """Return how many clause borders lie between a date and the trigger, or None if it dates something else."""
        tree = self._tree
        borders, climbed = 0, token
        while climbed not in chain:
            if tree.head[climbed] == climbed:
                return None
            if tree.dep[climbed] in _CLAUSES and tree.dep[climbed] != "ROOT":
                borders += 2
            climbed = tree.head[climbed]
        for above in chain[: chain.index(climbed)]:
            if tree.dep[above] in ("ccomp", "relcl", "acl", "parataxis"):
                borders += 1
            elif tree.dep[above] == "advcl":
                borders += 2
        return borders

    def place(self, trigger: int) -> EventPlace | None:
        """Return the place of an event: the nearest one below its trigger; of the lead's own, else the dateline's."""
        tree = self._tree
        first, last = tree.sentences[tree.sentence[trigger]]
        near = [each for each in self._places if first <= each[0] < last and self._is_where(each[0])]
        chain = [trigger, *tree.ancestors(trigger)]
        ranked = [
            ((steps, abs(token - trigger)), mention, entity)
            for token, mention, entity in near
            if (steps := self._steps(token, chain)) is not None and steps <= (2 if self._is_static(token) else 1)
        ]
        if ranked:
            _, mention, entity = min(ranked, key=lambda each: each[0])
            return EventPlace(
                stated=True,
                start=mention.start,
                end=mention.end,
                text=mention.text,
                entity=entity.id,
                name=entity.name,
            )
        is_lead = tree.sentence[trigger] == 0
        return EventPlace(stated=False, name=self._located) if self._located and is_lead else None

    def _is_static(self, token: int) -> bool:
        """Return whether a place is where something is, not where it goes: other clauses of a sentence share it."""
        return self._tree.lower[self._tree.head[token]] in _STATIC

    def _is_where(self, token: int) -> bool:
        tree = self._tree
        return tree.dep[token] == "pobj" and tree.lower[tree.head[token]] in _WHERE
