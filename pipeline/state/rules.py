"""Decide what becomes of an arriving version, from the story's record.

What is shown of a story at any time is a function of the set of versions and kills that have arrived: their order
and repetition make no difference. A message that is delivered again leads to the same decision, since the worker
may have died before it finished.
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
"""How long a worker may take to send a held version again before another worker may."""
CONFIRMATION = timedelta(minutes=10)
"""How long after its embargo a version may take to be indexed before it is sent again."""


@dataclass(frozen=True)
class Policy:
    """``folds``: fold a copy into its original instead of passing it on. ``keep``: the retention of the topics."""

    folds: bool = True
    keep: timedelta = timedelta(days=7)


class Comparison(Value):
    """The result of comparing a story with others: its original if it is a copy, and its storyline."""

    duplicateof: str | None = None
    storyline: str | None = None


@dataclass(frozen=True)
class Decision:
    """What becomes of a version: passed on as ``story``, or ``dropped`` for a reason.

    ``record`` is the new record; whoever passes something on raises its revision. ``resend`` is the coordinate of a
    version to pass on once more, because what is indexed with it has changed (or had, before a worker died).
    ``notify`` lists the stories that must look at their copies again.
    """

    record: Record
    story: Story | None = None
    dropped: str | None = None
    resend: str | None = None
    notify: tuple[str, ...] = ()


@dataclass(frozen=True)
class _StoryStatus:
    """The state of a story: its current version, the kill that covers it, the version that waits for its embargo."""

    content: Version | None
    kill: Version | None
    waiting: Version | None

    @property
    def pending(self) -> list[Version]:
        """The pending versions that still need attention: the waiting one and the current one."""
        content = self.content if self.content and self.content.pending and not self.kill else None
        return [each for each in (content, self.waiting) if each]


def needs_comparison(story: Story, known: Record | None, now: datetime) -> bool:
    """Return whether to compare the story with others; one that was passed on or folded stays what it is."""
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
    """Decide about a version whose text is ``at`` this coordinate of ``wire.stories``.

    The highest version whose embargo has passed is current, unless a kill covers it. If it arrives again, it is
    passed on again. A story keeps its first ``firstcreated``, so that it stays in its monthly index. Without a
    ``comparison`` the story stays what it was. With ``policy.folds`` a copy is folded into its original instead of
    being passed on.
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
        # A future firstcreated would let hostile items create one index per month.
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
    """Decide about the original after a copy's record has changed: list the copy, or remove it.

    ``source`` is the provider of the copy.
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
    """Return the record of a story that is a copy of nothing."""
    return record.model_copy(update={"duplicateof": None, "originals": ()})


def claim(record: Record, now: datetime) -> Record | None:
    """Return the record with its release claimed, or None if it is not due or another worker has claimed it."""
    if record.held is None or record.sendagain is None or record.sendagain > now:
        return None
    return record.model_copy(update={"sendagain": now + CLAIM})


def confirmed(record: Record, rank: Rank, now: datetime, policy: Policy) -> Record:
    """Return the record once the version of this rank is indexed, or listed as a copy."""
    if not any(each.pending and each.rank == rank for each in record.versions):
        return record
    versions = tuple(
        each.model_copy(update={"pending": False}) if each.rank == rank else each for each in record.versions
    )
    held = _retained(_status(versions, now), record, now, policy)
    return record.model_copy(update={"versions": versions, **held})


def with_revision(record: Record) -> Record:
    """Return the record with the next revision; it is never below the version, by which 0.6 numbered."""
    return record.model_copy(update={"revision": max(record.version, record.revision) + 1})


def is_current(story: Story, known: Record | None, now: datetime) -> bool:
    """Return whether a version may be in the indices: it is the current one, or the kill that covers it.

    Its revision does not matter. A worker that died between writing the record and sending the message has used a
    revision for a message that never came; the message before it has the same version.
    """
    if known is None or story.pubstatus != "usable":
        return True
    status = _status(known.versions, now)
    if status.kill or status.content is None:
        return False
    return (story.version, story.versioncreated) >= status.content.rank


def _retained(status: _StoryStatus, known: Record | None, now: datetime, policy: Policy) -> dict[str, Any]:
    """Return which pending version is held and when to send it again: at its embargo, or before its topic drops it.

    After its embargo it is held until the index stage confirms it. Otherwise, if a worker died after writing its
    record and before sending its message, nobody would send it.
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
    """Return why an arriving version is not passed on."""
    if story.pubstatus == "usable" and _is_embargoed(story, now):
        return "embargoed"
    if story.pubstatus == "usable" and status.kill:
        return f"version {story.version} was {status.kill.pubstatus}"
    if status.content:
        kind = "version" if story.pubstatus == "usable" else story.pubstatus
        return f"{kind} {story.version} after version {status.content.version}"
    return "embargoed"


def _merged(versions: tuple[Version, ...], one: Version, now: datetime) -> tuple[Version, ...]:
    """Return the history including this version, in order, without the oldest if there are too many.

    The same version with another headline replaces its entry.
    """
    same = [each for each in versions if (each.rank, each.pubstatus) == (one.rank, one.pubstatus)]
    others = [each for each in versions if each not in same]
    is_pending = one.pubstatus == "usable" and (_is_embargoed(one, now) or any(each.pending for each in same))
    one = one.model_copy(update={"pending": is_pending})
    return tuple(sorted([*others, one], key=lambda each: (*each.rank, each.pubstatus))[-_MOST_VERSIONS:])


def _covers(kill: Version, content: Version) -> bool:
    """Return whether a kill covers a version.

    A kill with a version number covers all versions up to it. One without (a notice in a message of its own,
    numbered 1) covers whatever was there before it.
    """
    if content.version <= kill.version:
        return True
    return kill.version == 1 and content.versioncreated <= kill.versioncreated
