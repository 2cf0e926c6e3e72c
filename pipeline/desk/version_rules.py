"""Decide what becomes of an arriving version, from the record of its story.

What is shown of a story at any time is a function of the set of versions and kills that have arrived: their order
and repetition make no difference. A message that is delivered again leads to the same decision, since the worker
may have died before it finished.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.desk.pending import held_version
from pipeline.desk.record import Record, Version
from pipeline.desk.story_status import StoryStatus, is_embargoed, status_of
from pipeline.story import Story

_MOST_VERSIONS = 50
KEEP = timedelta(days=7)
"""How long the topics keep a text, unless the settings say otherwise."""


@dataclass(frozen=True)
class Decision:
    """What becomes of a version: passed on as ``story``, or ``dropped`` for a reason.

    ``record`` is the new record; whoever passes something on raises its revision. A version that is ``listed`` was
    dropped, but the document of the current one lists it.
    """

    record: Record
    story: Story | None = None
    dropped: str = ""
    listed: bool = False


def decide(
    story: Story,
    known: Record | None,
    now: datetime,
    at: str,
    keep: timedelta = KEEP,
    sender: str = "",
    sent: datetime | None = None,
) -> Decision:
    """Decide about a version whose text is ``at`` this coordinate of ``wire.stories``, which keeps it so long.

    The highest version whose embargo has passed is current, unless a kill covers it. If it arrives again, it is
    passed on again. A story keeps its first ``firstcreated``, so that it stays in its monthly index, and its first
    ``sender``, who owns it. A version is pending until it comes with a message that was ``sent`` after its embargo: a
    worker that has lost its partition, and is late with an older message, would release it without passing it on.
    """
    one = Version.of(story, at)
    versions = _merged(known.versions if known else (), one, sent or now)
    status = status_of(versions, now)
    current = status.kill or status.content or status.waiting or one
    record = Record(
        uri=story.uri,
        version=max(each.version for each in versions),
        versioncreated=current.versioncreated,
        # A future firstcreated would let hostile items create one index per month.
        firstcreated=known.firstcreated if known else min(story.firstcreated, now),
        pubstatus=status.kill.pubstatus if status.kill else "usable",
        revision=known.revision if known else 0,
        **held_version(status, known, now, keep),
        versions=versions,
        apart=known.apart if known else (),
        said=tuple(sorted({mark for each in versions for mark in each.said})),
        names=tuple(sorted({name for each in versions for name in each.names})),
        sender=(known.sender if known else "") or sender,
        withdrawn=known.withdrawn if known else None,
        **_ordered(versions, status, known),
    )
    if status.kill and story.pubstatus != "usable":
        gone = {"version": record.version, "firstcreated": record.firstcreated, "pubstatus": record.pubstatus}
        return Decision(record, story=story.model_copy(update=gone))
    is_content = story.pubstatus == "usable" and status.content is not None and status.content.rank == one.rank
    if is_content and not status.kill:
        return Decision(record, story=story.model_copy(update={"firstcreated": record.firstcreated}))
    return Decision(record, dropped=_why_not(story, status, now), listed=status.content is not None)


def with_revision(record: Record) -> Record:
    """Return the record with the next revision; it is never below the version, by which 0.6 numbered."""
    return record.model_copy(update={"revision": max(record.version, record.revision) + 1})


def is_current(story: Story, known: Record | None, now: datetime) -> bool:
    """Return whether a version may be in the indices: it is the current one, or a message that removes it.

    Its revision does not matter. A worker that died between writing the record and sending the message has used a
    revision for a message that never came; the message before it has the same version.
    """
    if known is None or story.pubstatus != "usable":
        return True
    status = status_of(known.versions, now)
    if status.kill or status.content is None:
        return False
    return (story.version, story.versioncreated) >= status.content.rank


def _ordered(versions: Sequence[Version], status: StoryStatus, known: Record | None) -> dict[str, Any]:
    """Return the order in the newest message that has one, and whether it is settled.

    A hold is settled by a later version, a kill by being one of this story itself.
    """
    order = next((each.order for each in reversed(versions) if each.order), None)
    if order is None:
        return {}
    is_carried_out = (
        status.kill is None if order.kind == "hold" else any(each.pubstatus == "usable" for each in versions)
    )
    was_settled = known is not None and known.settled and known.order == order
    return {"order": order, "settled": was_settled or is_carried_out}


def _why_not(story: Story, status: StoryStatus, now: datetime) -> str:
    """Return why an arriving version is not passed on."""
    if story.pubstatus == "usable" and is_embargoed(story, now):
        return "embargoed"
    if story.pubstatus == "usable" and status.kill:
        return f"version {story.version} was {status.kill.pubstatus}"
    if status.content:
        kind = "version" if story.pubstatus == "usable" else story.pubstatus
        return f"{kind} {story.version} after version {status.content.version}"
    return "embargoed"


def _merged(versions: tuple[Version, ...], one: Version, sent: datetime) -> tuple[Version, ...]:
    """Return the history including this version, in order, without the oldest if there are too many.

    The same version with another headline replaces its entry.
    """
    same = [each for each in versions if (each.rank, each.pubstatus) == (one.rank, one.pubstatus)]
    others = [each for each in versions if each not in same]
    one = one.model_copy(update={"pending": one.pubstatus == "usable" and is_embargoed(one, sent)})
    return tuple(sorted([*others, one], key=lambda each: (*each.rank, each.pubstatus))[-_MOST_VERSIONS:])
