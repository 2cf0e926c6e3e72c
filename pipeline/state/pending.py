"""Hold a version until it is known to be indexed, and send it again if that takes too long.

A version is held if it waits for its embargo, or if it becomes visible without a message of its own. A worker that
dies after it has written the record and before it has sent the version would otherwise lose it.
"""

from datetime import datetime, timedelta
from typing import Any

from pipeline.state.decision import Policy
from pipeline.state.record import Rank, Record, Version
from pipeline.state.status import StoryStatus, is_embargoed, status_of

CLAIM = timedelta(seconds=30)
"""How long a worker may take to send a held version again before another worker may."""
CONFIRMATION = timedelta(minutes=10)
"""How long a version may take to be indexed before it is sent again."""


def claim(record: Record, now: datetime) -> Record | None:
    """Return the record with its release claimed, or None if it is not due or another worker has claimed it."""
    if record.held is None or record.sendagain is None or record.sendagain > now:
        return None
    return record.model_copy(update={"sendagain": now + CLAIM})


def unconfirmed(record: Record, now: datetime, policy: Policy) -> Record:
    """Return the record with its current version held until it is indexed."""
    content = status_of(record.versions, now).content
    return _with_pending(record, content.rank, now, policy, pending=True) if content else record


def confirmed(record: Record, rank: Rank, now: datetime, policy: Policy) -> Record:
    """Return the record once the version of this rank is indexed, or listed as a copy."""
    if not any(each.pending and each.rank == rank for each in record.versions):
        return record
    return _with_pending(record, rank, now, policy, pending=False)


def held_version(status: StoryStatus, known: Record | None, now: datetime, policy: Policy) -> dict[str, Any]:
    """Return which pending version is held and when to send it again: at its embargo, or before its topic drops it.

    After its embargo it is held until the index stage confirms it.
    """
    if not status.pending:
        return {"embargoed": None, "held": None, "sendagain": None}

    def due(pending: Version) -> datetime:
        if known and known.held == pending.at and known.sendagain and known.sendagain > now:
            return known.sendagain
        lifted = pending.embargoed if pending.embargoed and is_embargoed(pending, now) else now + CONFIRMATION
        return min(lifted, now + policy.keep / 2)

    first = min(status.pending, key=due)
    return {"embargoed": first.embargoed, "held": first.at, "sendagain": due(first)}


def _with_pending(record: Record, rank: Rank, now: datetime, policy: Policy, *, pending: bool) -> Record:
    versions = tuple(
        each.model_copy(update={"pending": pending}) if each.rank == rank and each.pubstatus == "usable" else each
        for each in record.versions
    )
    held = held_version(status_of(versions, now), record, now, policy)
    return record.model_copy(update={"versions": versions, **held})
