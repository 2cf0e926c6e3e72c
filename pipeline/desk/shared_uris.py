"""Tell apart different stories that come under one uri, as from feeds whose identifiers are no identifiers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import structlog

from pipeline.desk.record import Record
from pipeline.desk.story_status import is_killed
from pipeline.desk.text_features import Hashes, TextFeatures, content_words, number_in_common
from pipeline.envelope import Coordinate
from pipeline.story import Order, Story

log = structlog.get_logger()

_FEWEST_TOKENS = 12
_MOST_SHARED = 0.2
"""Of pairs of unrelated stories, 97 % share less of the shorter text and of its facts; updates share 0.4 and more."""
_LONGEST = 2_000


class Arrival(NamedTuple):
    """A version that arrived, who answers for it, where its text stands, and when that was written there.

    ``apartfrom`` is the uri that it came under, if that is the uri of another story of the same sender.
    """

    story: Story
    sender: str
    at: Coordinate
    sent: datetime
    apartfrom: str = ""


def of_their_senders(arrivals: Sequence[Arrival], records: Mapping[str, Record]) -> list[Arrival]:
    """Return the arrivals, those under another sender's uri with a uri of their own.

    The first sender of a uri owns it.
    """
    owners = {uri: record.sender for uri, record in records.items() if record.sender}
    found = []
    for each in arrivals:
        owner = owners.setdefault(each.story.uri, each.sender)
        found.append(each if owner == each.sender else each._replace(story=_of_sender(each.story, each.sender, owner)))
    return found


def to_compare(arrivals: Sequence[Arrival], records: Mapping[str, Record]) -> dict[str, Coordinate]:
    """Return by uri where the text stands that these versions must be compared with."""
    found = ((each.story.uri, records.get(each.story.uri), each.story) for each in arrivals)
    return {uri: place for uri, record, story in found if record and (place := _place_to_compare(record, story))}


def separated(
    arrivals: Sequence[Arrival], records: Mapping[str, Record], texts: Mapping[str, bytes]
) -> list[list[Arrival]]:
    """Return what each arrival tells the desk: of a version that is another story than its uri's, a uri of its own; of
    a kill, the same for all other stories that came under its uri.

    ``texts`` has by uri the story to compare with; without one, as where the topic keeps it no longer, a version
    counts as one of the same story.
    """
    known = {uri: Story.model_validate_json(text) for uri, text in texts.items()}
    apart = {uri: [*record.apart] for uri, record in records.items()}
    kept = []
    for arrival in arrivals:
        uri, story = arrival.story.uri, arrival.story
        may_differ = story.pubstatus == "usable" and (uri not in records or uri in known)
        if may_differ and are_different(known.setdefault(uri, story), story):
            made = kept_apart(story)
            apart.setdefault(uri, []).append(made.uri)
            log.warning("uri_shared", uri=uri, kept_as=made.uri)
            kept.append(arrival._replace(story=made, apartfrom=uri))
        else:
            kept.append(arrival)
    return [[each, *_others(each, apart.get(each.story.uri, ()))] for each in kept]


def _others(arrival: Arrival, apart: Sequence[str]) -> list[Arrival]:
    """Return a kill for each of these uris if the arrival is one."""
    if arrival.story.pubstatus == "usable":
        return []
    about = ({"uri": uri, "receivedas": arrival.story.uri} for uri in apart)
    return [arrival._replace(story=arrival.story.model_copy(update=each)) for each in about]


def _place_to_compare(record: Record, story: Story) -> Coordinate | None:
    """Return where the text stands that this version must be compared with.

    None if it is clearly the same story, or killed under this uri.
    """
    usable = [each for each in record.versions if each.pubstatus == "usable"]
    if not usable or not _may_differ(usable[-1].headline, story) or is_killed(story, record.versions):
        return None
    return Coordinate.read(usable[-1].at or "")


def _may_differ(headline: str | None, story: Story) -> bool:
    """Return whether a version could be another story than the one with this headline; then compare their texts."""
    if story.pubstatus != "usable" or story.signal == "correction":
        return False
    return not content_words(headline or "") & content_words(story.headline or "")


def are_different(one: Story, other: Story) -> bool:
    """Return whether headline and text of both have nothing in common."""
    if not _may_differ(one.headline, other):
        return False
    texts = TextFeatures.of(one.body), TextFeatures.of(other.body)
    if min(text.length for text in texts) < _FEWEST_TOKENS:
        return False
    words, facts = (text.words for text in texts), (text.facts for text in texts)
    return max(_shared(*words), _shared(*facts)) < _MOST_SHARED


def kept_apart(story: Story) -> Story:
    """Return the story under a uri of its own, made from its uri and its text."""
    text = "\x1f".join((story.headline or "", story.body))
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return story.model_copy(update={"uri": f"{story.uri[:_LONGEST]}#{digest}", "receivedas": story.uri})


def _of_sender(story: Story, sender: str, owner: str) -> Story:
    """Return a story that came under another sender's uri, under a uri made from that one and its sender.

    If it is a kill, a person decides whether it is right: the sender may be the same agency by another name.
    """
    digest = blake2b(sender.encode("utf-8", "replace"), digest_size=8).hexdigest()
    order = story.order
    if story.pubstatus == "canceled" and order is None:
        order = Order(kind="kill", text=f"{sender or 'somebody'} cancels {story.uri}, which is {owner}'s")
    made = f"{story.uri[:_LONGEST]}#{digest}"
    log.warning("uri_of_another_sender", uri=story.uri, sender=sender, kept_as=made)
    return story.model_copy(update={"uri": made, "receivedas": story.uri, "order": order})


def _shared(one: Hashes, other: Hashes) -> float:
    return number_in_common(one, other) / max(1, min(len(one), len(other)))
