"""What becomes of an arriving version of a story, by what is remembered of it.

What is shown of a story at a time is a function of the set of versions and kills that have arrived
by then: any order and any repetition of them ends in the same. Whatever is decided is decided
again when its message comes again, since the worker may have died before it was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.annotations import Value
from pipeline.state.record import Copy, Rank, Record, Version
from pipeline.story import Story

_MOST_VERSIONS = 50
_MOST_COPIES = 200
CLAIM = timedelta(seconds=30)
"""How long a worker has for sending a held version again before another one may."""
CONFIRMATION = timedelta(minutes=10)
"""How long a version has, once its embargo is over, to be indexed before it is sent again."""


@dataclass(frozen=True)
class Policy:
    """``folds``: a copy is told to its original instead of being passed on. ``keep``: how long topics keep a text."""

    folds: bool = True
    keep: timedelta = timedelta(days=7)


class Comparison(Value):
    """What a look at other stories told: which one this is a copy of, and whose line it continues."""

    duplicateof: str | None = None
    storyline: str | None = None


@dataclass(frozen=True)
class Decision:
    """What becomes of a version: passed on as ``story``, or ``dropped`` for a reason.

    ``record`` is what is remembered from now on; whoever passes something on gives it the next
    revision. ``resend`` is where the version stands that is to be passed on once more, since what is
    indexed with it changed (or had, before a worker died on the way); ``notify`` are the stories that
    have to look at their copies again.
    """

    record: Record
    story: Story | None = None
    dropped: str | None = None
    resend: str | None = None
    notify: tuple[str, ...] = ()


@dataclass(frozen=True)
class _StoryStatus:
    """How a story stands: the version that counts by now, the kill it fell under, what waits for its embargo."""

    content: Version | None
    kill: Version | None
    waiting: Version | None

    @property
    def pending(self) -> list[Version]:
        """The pending versions that somebody has to look after: the one that waits, and the one that counts."""
        content = self.content if self.content and self.content.pending and not self.kill else None
        return [each for each in (content, self.waiting) if each]


def needs_comparison(story: Story, known: Record | None, now: datetime) -> bool:
    """Whether a story is to be compared with others: what was passed on, or folded, stays what it is."""
    if story.pubstatus != "usable" or _is_embargoed(story, now):
        return False
    if known is None:
        return True
    status = _status(known.versions, now)
    if known.duplicateof:
        return status.content is None or status.content.rank != (story.version, story.versioncreated)
    return known.revision == 0 or status.content is None or known.pubstatus != "usable"


def decide(
    story: Story,
    known: Record | None,
    now: datetime,
    at: str,
    comparison: Comparison | None = None,
    policy: Policy = Policy(),
) -> Decision:
    """What becomes of a version that stands ``at`` this place of ``wire.stories``.

    The highest version whose embargo has passed counts, unless a kill covers it; when it arrives
    again it is passed on again. A story keeps the ``firstcreated`` it was first seen with, so that it
    stays in its month. ``comparison`` is None where the story was not compared with others: it stays
    what it was. ``folds``: a copy of another story is told to that one instead of being passed on.
    """
    one = Version.of(story, at)
    versions = _merged(known.versions if known else (), one, now)
    status = _status(versions, now)
    is_usable = story.pubstatus == "usable"
    is_content = is_usable and status.content is not None and status.content.rank == one.rank
    originals = known.originals if known else ()
    duplicateof = known.duplicateof if known else None
    if comparison and is_content and not status.kill:
        duplicateof = comparison.duplicateof
        originals = tuple(sorted({*originals, duplicateof})) if duplicateof else originals
    current = status.kill or status.content or status.waiting or one
    record = Record(
        uri=story.uri,
        version=max(each.version for each in versions),
        versioncreated=current.versioncreated,
        # Nothing was first created in the future, where every hostile month would open an index.
        firstcreated=known.firstcreated if known else min(story.firstcreated, now),
        pubstatus=status.kill.pubstatus if status.kill else "usable",
        revision=known.revision if known else 0,
        **_retained(status, known, now, policy),
        versions=versions,
        alsoin=known.alsoin if known else (),
        duplicateof=duplicateof,
        originals=originals,
        storyline=(known.storyline if known else None) or (comparison.storyline if comparison else None),
    )
    if status.kill and not is_usable:
        gone = {"version": record.version, "firstcreated": record.firstcreated, "pubstatus": record.pubstatus}
        return Decision(record, story=story.model_copy(update=gone), notify=originals)
    if is_content and not status.kill:
        if duplicateof and policy.folds:
            return Decision(record, dropped=f"a copy of {duplicateof}", notify=originals)
        shown = story.model_copy(update={"firstcreated": record.firstcreated})
        return Decision(record, story=shown, notify=originals)
    why = _why_not(story, status, now)
    if status.content is None or status.kill or (duplicateof and policy.folds):
        return Decision(record, dropped=why)
    return Decision(record, dropped=why, resend=status.content.at)


def add_copy(known: Record, copy: Record, source: str, now: datetime) -> Decision:
    """What becomes of the original when a copy's record changed: it is listed, or is no longer.

    ``source`` is whose story the copy is.
    """
    others = [each for each in known.alsoin if each.uri != copy.uri]
    content = _status(copy.versions, now).content
    if copy.duplicateof and copy.pubstatus == "usable" and content:
        others.append(
            Copy(uri=copy.uri, source=source, versioncreated=content.versioncreated, headline=content.headline)
        )
    alsoin = tuple(sorted(others, key=lambda each: (each.versioncreated, each.uri))[:_MOST_COPIES])
    record = known.model_copy(update={"alsoin": alsoin})
    shown = _status(known.versions, now)
    if shown.content is None or shown.kill or known.duplicateof:
        return Decision(record, dropped="a copy")
    return Decision(record, dropped="a copy", resend=shown.content.at)


def as_own_story(record: Record) -> Record:
    """The record of a story that is a copy of nothing."""
    return record.model_copy(update={"duplicateof": None, "originals": ()})


def claim(record: Record, now: datetime) -> Record | None:
    """The record with the sending of what it holds taken on, None where it is not time, or another worker has it."""
    if record.held is None or record.sendagain is None or record.sendagain > now:
        return None
    return record.model_copy(update={"sendagain": now + CLAIM})


def confirmed(record: Record, rank: Rank, now: datetime, policy: Policy) -> Record:
    """The record once the version of that rank is indexed, or listed as a copy."""
    if not any(each.pending and each.rank == rank for each in record.versions):
        return record
    versions = tuple(
        each.model_copy(update={"pending": False}) if each.rank == rank else each for each in record.versions
    )
    held = _retained(_status(versions, now), record, now, policy)
    return record.model_copy(update={"versions": versions, **held})


def with_revision(record: Record) -> Record:
    """The record when something is passed on; revisions are never below versions, by which 0.6 numbered."""
    return record.model_copy(update={"revision": max(record.version, record.revision) + 1})


def is_current(story: Story, known: Record | None, now: datetime) -> bool:
    """Whether a version may be in the indices: it is the one that counts, or the kill of one.

    Its revision does not matter here. A worker that died between its record and its message has
    given a revision to something that never came; what came before it is the same version.
    """
    if known is None or story.pubstatus != "usable":
        return True
    status = _status(known.versions, now)
    if status.kill or status.content is None:
        return False
    return (story.version, story.versioncreated) >= status.content.rank


def _retained(status: _StoryStatus, known: Record | None, now: datetime, policy: Policy) -> dict[str, Any]:
    """Which pending version is held, and when it is sent again: in time for its embargo and before its topic drops it.

    One whose embargo is over is held until the index confirms it. A worker that took it up again
    by mistake may have died after its record and before its message, with nobody else to send it.
    """
    if not status.pending:
        return {"embargoed": None, "held": None, "sendagain": None}

    def due(pending: Version) -> datetime:
        if known and known.held == pending.at and known.sendagain and known.sendagain > now:
            return known.sendagain
        lifted = pending.embargoed if pending.embargoed and _is_embargoed(pending, now) else now + CONFIRMATION
        return min(lifted, now + policy.keep / 2)

    first = min(status.pending, key=due)
    return {"embargoed": first.embargoed, "held": first.at, "sendagain": due(first)}


def _status(versions: Sequence[Version], now: datetime) -> _StoryStatus:
    usable = [each for each in versions if each.pubstatus == "usable"]
    kills = [each for each in versions if each.pubstatus != "usable"]
    content = max((each for each in usable if not _is_embargoed(each, now)), key=lambda each: each.rank, default=None)
    newest = max(kills, key=lambda each: (*each.rank, each.pubstatus), default=None)
    covered = content is None or any(_covers(kill, content) for kill in kills)
    waiting = [
        each
        for each in usable
        if _is_embargoed(each, now)
        and (content is None or each.rank > content.rank)
        and not any(_covers(kill, each) for kill in kills)
    ]
    return _StoryStatus(
        content=content,
        kill=newest if covered else None,
        waiting=min(waiting, key=lambda each: (each.embargoed, each.rank), default=None),
    )


def _is_embargoed(version: Version | Story, now: datetime) -> bool:
    return version.embargoed is not None and version.embargoed > now


def _why_not(story: Story, status: _StoryStatus, now: datetime) -> str:
    """Why a version that arrived is not passed on."""
    if story.pubstatus == "usable" and _is_embargoed(story, now):
        return "embargoed"
    if story.pubstatus == "usable" and status.kill:
        return f"version {story.version} was {status.kill.pubstatus}"
    if status.content:
        kind = "version" if story.pubstatus == "usable" else story.pubstatus
        return f"{kind} {story.version} after version {status.content.version}"
    return "embargoed"


def _merged(versions: tuple[Version, ...], one: Version, now: datetime) -> tuple[Version, ...]:
    """The history with this version in it, in its order; the oldest go where there are too many.

    The same version sent again with another headline replaces its entry.
    """
    same = [each for each in versions if (each.rank, each.pubstatus) == (one.rank, one.pubstatus)]
    others = [each for each in versions if each not in same]
    is_pending = one.pubstatus == "usable" and (_is_embargoed(one, now) or any(each.pending for each in same))
    one = one.model_copy(update={"pending": is_pending})
    return tuple(sorted([*others, one], key=lambda each: (*each.rank, each.pubstatus))[-_MOST_VERSIONS:])


def _covers(kill: Version, content: Version) -> bool:
    """Whether a kill holds against a version.

    One that has a number of its own holds against all up to it; one without (a notice in a message
    of its own, whose number is 1) against whatever was there before it.
    """
    if content.version <= kill.version:
        return True
    return kill.version == 1 and content.versioncreated <= kill.versioncreated
