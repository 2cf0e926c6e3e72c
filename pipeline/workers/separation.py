"""Keep different stories apart that come under one uri."""

from collections.abc import Mapping, Sequence

import structlog

from pipeline.desk.shared_uris import are_different, kept_apart, may_differ
from pipeline.envelope import Coordinate, Envelope
from pipeline.state.record import Record
from pipeline.state.status import is_killed
from pipeline.story import Story
from pipeline.workers.contract import Broker

log = structlog.get_logger()


class Separator:
    """Compares versions with what their uri stands for already."""

    def __init__(self, broker: Broker) -> None:
        """``broker`` holds the texts."""
        self._broker = broker

    async def separated(
        self, arrivals: Sequence[tuple[Story, Envelope]], records: Mapping[str, Record]
    ) -> dict[Coordinate, tuple[str, Story]]:
        """Return the versions that are other stories, by their coordinate: their uri, and the story with its own.

        A text that Kafka holds no longer is compared with nothing. Raises KafkaUnavailable.
        """
        places = {
            story.uri: place
            for story, _ in arrivals
            if (record := records.get(story.uri)) and (place := _place_to_compare(record, story))
        }
        held = await self._broker.fetch(list(set(places.values())))
        known = {uri: Story.model_validate_json(held[at].payload) for uri, at in places.items() if at in held}
        found: dict[Coordinate, tuple[str, Story]] = {}
        for story, envelope in arrivals:
            if story.pubstatus != "usable":
                continue
            if story.uri not in records or story.uri in known:
                before = known.setdefault(story.uri, story)
                if are_different(before, story):
                    made = kept_apart(story)
                    found[envelope.at] = story.uri, made
                    log.warning("uri_shared", feed=envelope.headers.feed, uri=story.uri, kept_as=made.uri)
        return found


def _place_to_compare(record: Record, story: Story) -> Coordinate | None:
    """Return where the text stands that this version must be compared with.

    None if it is clearly the same story, or killed under this uri.
    """
    usable = [each for each in record.versions if each.pubstatus == "usable"]
    if not usable or not may_differ(usable[-1].headline, story) or is_killed(story, record.versions):
        return None
    return Coordinate.read(usable[-1].at or "")
