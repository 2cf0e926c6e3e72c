"""Hold a version until its embargo passes, and then send it to the desk again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from pipeline.desk.record import Record, Version
from pipeline.desk.store import Store
from pipeline.desk.story_status import StoryStatus, is_embargoed
from pipeline.envelope import Broker, Coordinate

log = structlog.get_logger()

CLAIM = timedelta(seconds=30)
"""How long a worker may take to send a held version again before another worker may."""


def claim(record: Record, now: datetime) -> Record | None:
    """Return the record with its release claimed, or None if it is not due or another worker has claimed it."""
    if record.held is None or record.sendagain is None or record.sendagain > now:
        return None
    return record.model_copy(update={"sendagain": now + CLAIM})


def held_version(status: StoryStatus, known: Record | None, now: datetime, keep: timedelta) -> dict[str, Any]:
    """Return which pending version is held and when to send it again: at its embargo, or before its topic drops it.

    It is held until it arrives after its embargo.
    """
    if not status.pending:
        return {"embargoed": None, "held": None, "sendagain": None}

    def due(pending: Version) -> datetime:
        if known and known.held == pending.at and known.sendagain and known.sendagain > now:
            return known.sendagain
        lifted = pending.embargoed if pending.embargoed and is_embargoed(pending, now) else now
        return min(lifted, now + keep / 2)

    first = min(status.pending, key=due)
    return {"embargoed": first.embargoed, "held": first.at, "sendagain": due(first)}


class Release:
    """Releases versions whose embargo has passed."""

    def __init__(self, store: Store, broker: Broker, now: Callable[[], datetime]) -> None:
        """``now`` returns the current time."""
        self._store, self._broker, self._now = store, broker, now

    async def work(self) -> None:
        """Send versions whose embargo has passed to the desk again. Only one worker does it for each.

        Raises ElasticsearchUnavailable, KafkaUnavailable.
        """
        now = self._now()
        stored = await self._store.read([record.uri for record in await self._store.due(now)])
        claims = [(claimed, each) for each in stored.values() if (claimed := claim(each.record, now))]
        conflicts = await self._store.write(claims)
        ours = {
            record.uri: Coordinate.parse(record.held)
            for record, _ in claims
            if record.held and record.uri not in conflicts
        }
        texts = await self._broker.fetch(list(ours.values()))
        for uri, at in ours.items():
            if held := texts.get(at):
                await self._broker.send(at.topic, uri.encode(), held.payload, held.onward().pairs())
                log.info("embargo_released", uri=uri)
            else:
                log.error("embargoed_story_expired", uri=uri, at=str(at))
