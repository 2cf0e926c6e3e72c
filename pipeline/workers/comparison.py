"""Compare new stories with recent ones: copies from other feeds, updates under other uris, storylines."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from pipeline.desk.contradictions import contradict
from pipeline.desk.near_duplicates import SignedStory, Similarity, signature_of
from pipeline.desk.updates import Comparable, is_update
from pipeline.envelope import Coordinate, Envelope
from pipeline.state.decision import Comparison
from pipeline.state.record import Record, Replacement
from pipeline.state.relations import original_of
from pipeline.state.store import Store, Stored
from pipeline.story import Story, story_id
from pipeline.workers.contract import Broker
from pipeline.workers.signatures import Signatures

_REPLACING = ("correction", "update")
_LONGEST_CHAIN = 8
_MOST_REMEMBERED = 8 << 20
"""Bytes of the stories that a desk remembers: some 4,000 of two agencies, or fewer long ones."""


async def read_related(store: Store, uris: set[str]) -> dict[str, Stored]:
    """Return the records of these stories and of those behind which they are hidden, or that they replace.

    Raises ElasticsearchUnavailable.
    """
    found: dict[str, Stored] = {}
    for _ in range(_LONGEST_CHAIN):
        more = await store.read(uris - found.keys())
        found |= more
        uris = {uri for each in more.values() for uri in _neighbours(each.record)}
        if not uris - found.keys():
            break
    return found


def _neighbours(record: Record) -> set[str]:
    return {record.duplicateof or "", *record.earlier, *(each.uri for each in record.replacedby)} - {""}


class Comparer:
    """Compares stories by their signatures, and by their texts where only these can tell.

    It remembers those that it compared last; others are read from Kafka.
    """

    def __init__(self, store: Store, signatures: Signatures, broker: Broker) -> None:
        """Take the clients."""
        self._store, self._signatures, self._broker = store, signatures, broker
        self._remembered: dict[Coordinate, Comparable] = {}
        self._size = 0

    async def compare(self, new: Mapping[str, tuple[Story, Envelope]], now: datetime) -> dict[str, Comparison]:
        """Return the result for each new story, by uri. Raises KafkaUnavailable, ElasticsearchUnavailable."""
        comparisons = {uri: Comparison(storyline=story_id(uri)) for uri in new}
        stories = {uri: Comparable.of(story) for uri, (story, _) in new.items()}
        signed = [signed for uri, each in new.items() if (signed := _signed(*each, stories[uri]))]
        if not signed:
            return comparisons
        self._remember({envelope.at: stories[uri] for uri, (_, envelope) in new.items()})
        similar = dict(zip((each.uri for each in signed), await self._signatures.compare(signed), strict=True))
        stored = await read_related(self._store, {uri for each in similar.values() for uri in _uris(each)})
        records = {uri: each.record for uri, each in stored.items()}
        others = await self._others([other for each in similar.values() for other in (*each.candidates, *each.copies)])
        for uri, similarity in similar.items():
            comparison = _comparison(stories[uri], similarity, others, records, now)
            related = comparison.duplicateof or similarity.topic or next(iter(comparison.earlier), uri)
            known, coming = records.get(related), comparisons.get(related)
            line = (known and known.storyline) or (coming and coming.storyline) or story_id(related)
            comparisons[uri] = comparison.model_copy(update={"storyline": line})
        return comparisons

    async def _others(self, signed: Sequence[SignedStory]) -> dict[str, Comparable]:
        """Return the stories that are remembered, or whose text Kafka still holds, by uri."""
        places = {each.uri: at for each in signed if (at := Coordinate.read(each.at))}
        found = {at: self._remembered[at] for at in places.values() if at in self._remembered}
        texts = await self._broker.fetch([at for at in set(places.values()) if at not in found])
        read = {at: Comparable.of(story) for at, envelope in texts.items() if (story := _read(envelope.payload))}
        self._remember(read)
        found |= read
        return {uri: found[at] for uri, at in places.items() if at in found}

    def _remember(self, stories: Mapping[Coordinate, Comparable]) -> None:
        for at, story in stories.items():
            if at not in self._remembered:
                self._remembered[at] = story
                self._size += story.size
        while self._size > _MOST_REMEMBERED:
            self._size -= self._remembered.pop(next(iter(self._remembered))).size


def _comparison(
    story: Comparable,
    similarity: Similarity,
    others: Mapping[str, Comparable],
    records: Mapping[str, Record],
    now: datetime,
) -> Comparison:
    earlier: list[str] = []
    replacedby: list[Replacement] = []
    for each in similarity.candidates:
        other = others.get(each.uri)
        if other is None or other.uri == story.uri or _is_itself(other, story):
            continue
        if other.position < story.position:
            if is_update(other, story):
                earlier.append(other.uri)
        elif is_update(story, other):
            replacedby.append(Replacement(uri=other.uri, versioncreated=other.versioncreated))
    # An update whose story is unknown is newer than what it would be folded into.
    can_be_copy = not replacedby and (earlier or story.signal not in _REPLACING)
    copied = [each.uri for each in similarity.copies if can_be_copy and _is_told_alike(story, others.get(each.uri))]
    return Comparison(
        duplicateof=original_of(story.uri, copied, earlier, records, now),
        earlier=tuple(earlier),
        replacedby=tuple(replacedby),
    )


def _is_itself(other: Comparable, story: Comparable) -> bool:
    """Return whether the other is this story under the uri it came under, signed before it got one of its own."""
    return story.receivedas == other.uri and (story.headline, story.digest) == (other.headline, other.digest)


def _is_told_alike(story: Comparable, other: Comparable | None) -> bool:
    """Return whether a near-duplicate says the same; of a text that Kafka holds no longer nothing else is known."""
    return other is None or (other.uri != story.uri and not contradict(story.claims, other.claims))


def _uris(similarity: Similarity) -> set[str]:
    return {similarity.topic or "", *(each.uri for each in (*similarity.copies, *similarity.candidates))} - {""}


def _read(value: bytes) -> Story | None:
    try:
        return Story.model_validate_json(value)
    except ValidationError:
        return None


def _signed(story: Story, envelope: Envelope, comparable: Comparable) -> SignedStory | None:
    """Return the story's signature with its source and feed; two feeds may carry the same agency."""
    signature = signature_of(comparable.features)
    if signature is None:
        return None
    return SignedStory(
        uri=story.uri,
        origin=f"{story.source.name} by {envelope.headers.feed}"[:500],
        versioncreated=story.versioncreated,
        signature=signature,
        at=str(envelope.at),
    )
