"""Compare new stories with recent ones: copies from other feeds, updates under other uris, storylines."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from pipeline.desk import updates
from pipeline.desk.near_duplicates import SignedStory, Similarity, signature_of
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
    """Compares stories by their signatures, and by their texts where only these can tell."""

    def __init__(self, store: Store, signatures: Signatures, broker: Broker) -> None:
        """Take the clients."""
        self._store, self._signatures, self._broker = store, signatures, broker

    async def compare(self, new: Mapping[str, tuple[Story, Envelope]], now: datetime) -> dict[str, Comparison]:
        """Return the result for each new story, by uri. Raises KafkaUnavailable, ElasticsearchUnavailable."""
        comparisons = {uri: Comparison(storyline=story_id(uri)) for uri in new}
        signed = [signed for story, envelope in new.values() if (signed := _signed(story, envelope))]
        if not signed:
            return comparisons
        similar = dict(zip((each.uri for each in signed), await self._signatures.compare(signed), strict=True))
        stored = await read_related(self._store, {uri for each in similar.values() for uri in _uris(each)})
        records = {uri: each.record for uri, each in stored.items()}
        texts = await self._texts([other for each in similar.values() for other in each.candidates])
        for uri, similarity in similar.items():
            story, _ = new[uri]
            comparison = _comparison(story, similarity, texts, records, now)
            related = comparison.duplicateof or similarity.topic or next(iter(comparison.earlier), uri)
            known, coming = records.get(related), comparisons.get(related)
            line = (known and known.storyline) or (coming and coming.storyline) or story_id(related)
            comparisons[uri] = comparison.model_copy(update={"storyline": line})
        return comparisons

    async def _texts(self, signed: Sequence[SignedStory]) -> dict[str, Story]:
        """Return the stories whose text Kafka still holds, by uri."""
        places = {at: each.uri for each in signed if (at := Coordinate.read(each.at))}
        found = await self._broker.fetch(list(places))
        stories = {uri: _read(found[at].payload) for at, uri in places.items() if at in found}
        return {uri: story for uri, story in stories.items() if story}


def _comparison(
    story: Story, similarity: Similarity, texts: Mapping[str, Story], records: Mapping[str, Record], now: datetime
) -> Comparison:
    earlier: list[str] = []
    replacedby: list[Replacement] = []
    for each in similarity.candidates:
        other = texts.get(each.uri)
        if other is None or other.uri == story.uri or _is_itself(other, story):
            continue
        if updates.position(other) < updates.position(story):
            if updates.is_update(other, story):
                earlier.append(other.uri)
        elif updates.is_update(story, other):
            replacedby.append(Replacement(uri=other.uri, versioncreated=other.versioncreated))
    # An update whose story is unknown is newer than what it would be folded into.
    can_be_copy = not replacedby and (earlier or story.signal not in _REPLACING)
    copied = [uri for uri in similarity.copies if uri != story.uri] if can_be_copy else []
    return Comparison(
        duplicateof=original_of(story.uri, copied, earlier, records, now),
        earlier=tuple(earlier),
        replacedby=tuple(replacedby),
    )


def _is_itself(other: Story, story: Story) -> bool:
    """Return whether the other is this story under the uri it came under, signed before it got one of its own."""
    return story.receivedas == other.uri and (story.headline, story.body) == (other.headline, other.body)


def _uris(similarity: Similarity) -> set[str]:
    return {*similarity.copies, similarity.topic or "", *(each.uri for each in similarity.candidates)} - {""}


def _read(value: bytes) -> Story | None:
    try:
        return Story.model_validate_json(value)
    except ValidationError:
        return None


def _signed(story: Story, envelope: Envelope) -> SignedStory | None:
    """Return the story's signature with its source and feed; two feeds may carry the same agency."""
    signature = signature_of(story)
    if signature is None:
        return None
    return SignedStory(
        uri=story.uri,
        origin=f"{story.source.name} by {envelope.headers.feed}"[:500],
        versioncreated=story.versioncreated,
        signature=signature,
        at=str(envelope.at),
    )
