"""Remember of a text that its agency withdraws what finds others that carry it, and not the text itself."""

from hashlib import blake2b

from pipeline.desk.record import Record, Withdrawn
from pipeline.desk.text_features import TextFeatures
from pipeline.desk.text_signature import signature_of
from pipeline.story import Story


def with_withdrawn(record: Record, story: Story, feed: str) -> Record:
    """Return the record of a killed story with what finds copies of this version of it, unless of a later one."""
    if record.withdrawn and record.withdrawn.rank >= (story.version, story.versioncreated):
        return record
    withdrawn = Withdrawn(
        source=story.source.name,
        origin=origin_of(story, feed),
        version=story.version,
        versioncreated=story.versioncreated,
        digest=digest_of(story.body),
        signature=signature_of(TextFeatures.of(story.body)),
    )
    return record.model_copy(update={"withdrawn": withdrawn})


def origin_of(story: Story, feed: str) -> str:
    """Return a story's source and feed; two feeds may carry the same agency."""
    return f"{story.source.name} by {feed}"[:500]


def digest_of(body: str) -> str:
    """Return what two texts with the same words share."""
    words = " ".join(body.casefold().split())
    return blake2b(words.encode("utf-8", "replace"), digest_size=16).hexdigest()
