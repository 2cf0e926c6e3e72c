"""Hold a version until its embargo passes, and send it again if its release does not arrive."""

from datetime import datetime, timedelta
from typing import Any

from pipeline.desk.record import Record, Version
from pipeline.desk.status import StoryStatus, is_embargoed

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
        lifted = pending.embargoed if pending.embargoed and is_embargoed(pending, now) else now + CLAIM
        return min(lifted, now + keep / 2)

    first = min(status.pending, key=due)
    return {"embargoed": first.embargoed, "held": first.at, "sendagain": due(first)}
