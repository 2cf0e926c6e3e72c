"""Decide what becomes of an arriving version, from the story's record.

What is shown of a story at any time is a function of the set of versions and kills that have arrived: their order
and repetition make no difference. A message that is delivered again leads to the same decision, since the worker
may have died before it finished.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pipeline.state.decision import POLICY, Comparison, Decision, Policy
from pipeline.state.pending import confirmed, held_version
from pipeline.state.record import Record, Version
from pipeline.state.relations import MOST_RELATED, merged_replacements, replacing_story
from pipeline.state.status import StoryStatus, is_embargoed, status_of
from pipeline.story import Story

_MOST_VERSIONS = 50


def needs_comparison(story: Story, known: Record | None, now: datetime) -> bool:
    """Return whether to compare the story with others; one that was passed on or folded stays what it is."""
    if story.pubstatus != "usable" or is_embargoed(story, now):
        return False
    if known is None:
        return True
    status = status_of(known.versions, now)
    if known.duplicateof:
        return status.content is None or status.content.rank != (story.version, story.versioncreated)
    return known.revision == 0 or status.content is None or known.pubstatus != "usable"


def decide(
    story: Story,
    known: Record | None,
    now: datetime,
    at: str,
    comparison: Comparison | None = None,
    policy: Policy = POLICY,
    sender: str = "",
) -> Decision:
    """Decide about a version whose text is ``at`` this coordinate of ``wire.stories``.

    The highest version whose embargo has passed is current, unless a kill covers it. If it arrives again, it is
    passed on again. A story keeps its first ``firstcreated``, so that it stays in its monthly index, and its first
    ``sender``, who owns it. Without a ``comparison`` the story stays what it was. With ``policy.folds`` a copy is
    folded into its original instead of being passed on, and a story that an update replaces is passed on only to be
    removed from the indices.
    """
    one = Version.of(story, at)
    versions = _merged(known.versions if known else (), one, now)
    status = status_of(versions, now)
    is_usable = story.pubstatus == "usable"
    is_content = is_usable and status.content is not None and status.content.rank == one.rank
    originals = known.originals if known else ()
    duplicateof = known.duplicateof if known else None
    earlier = known.earlier if known else ()
    replacedby = known.replacedby if known else ()
    if comparison and is_content and not status.kill:
        earlier = tuple(sorted({*earlier, *comparison.earlier})[:MOST_RELATED])
        replacedby = merged_replacements(replacedby, comparison.replacedby)
        # A version that is newer than the story's updates stands beside them, and is no copy of one.
        is_own = any(each.uri == comparison.duplicateof for each in replacedby)
        duplicateof = None if is_own else comparison.duplicateof
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
        **held_version(status, known, now, policy),
        versions=versions,
        alsoin=known.alsoin if known else (),
        duplicateof=duplicateof,
        originals=originals,
        storyline=(known.storyline if known else None) or (comparison.storyline if comparison else None),
        replaces=known.replaces if known else (),
        earlier=earlier,
        replacedby=replacedby,
        separate=known.separate if known else False,
        apart=known.apart if known else (),
        said=tuple(sorted({mark for each in versions for mark in each.said})),
        names=tuple(sorted({name for each in versions for name in each.names})),
        sender=(known.sender if known else "") or sender,
        **_ordered(versions, status, known),
    )
    notify = (*originals, *earlier, *(each.uri for each in replacedby))
    replaced = replacing_story(record, now) if policy.folds else None
    if status.kill and not is_usable:
        gone = {"version": record.version, "firstcreated": record.firstcreated, "pubstatus": record.pubstatus}
        return Decision(record, story=story.model_copy(update=gone), notify=notify)
    if is_content and not status.kill:
        shown = story.model_copy(update={"firstcreated": record.firstcreated, "replacedby": replaced})
        if replaced:
            record = confirmed(record, one.rank, now, policy)
            was_passed = record.revision > 0
            return Decision(
                record, story=shown if was_passed else None, dropped=f"replaced by {replaced}", notify=notify
            )
        if duplicateof and policy.folds:
            return Decision(record, dropped=f"a copy of {duplicateof}", notify=notify)
        return Decision(record, story=shown, notify=notify)
    why = _why_not(story, status, now)
    if status.content is None or status.kill or replaced or (duplicateof and policy.folds):
        return Decision(record, dropped=why)
    return Decision(record, dropped=why, resend=status.content.at)


def with_revision(record: Record) -> Record:
    """Return the record with the next revision; it is never below the version, by which 0.6 numbered."""
    return record.model_copy(update={"revision": max(record.version, record.revision) + 1})


def is_current(story: Story, known: Record | None, now: datetime, policy: Policy = POLICY) -> bool:
    """Return whether a version may be in the indices: it is the current one, or a message that removes it.

    Its revision does not matter. A worker that died between writing the record and sending the message has used a
    revision for a message that never came; the message before it has the same version.
    """
    if known is None or story.is_removal:
        return True
    status = status_of(known.versions, now)
    if status.kill or status.content is None or (policy.folds and replacing_story(known, now)):
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


def _merged(versions: tuple[Version, ...], one: Version, now: datetime) -> tuple[Version, ...]:
    """Return the history including this version, in order, without the oldest if there are too many.

    The same version with another headline replaces its entry.
    """
    same = [each for each in versions if (each.rank, each.pubstatus) == (one.rank, one.pubstatus)]
    others = [each for each in versions if each not in same]
    is_pending = one.pubstatus == "usable" and (is_embargoed(one, now) or any(each.pending for each in same))
    one = one.model_copy(update={"pending": is_pending})
    return tuple(sorted([*others, one], key=lambda each: (*each.rank, each.pubstatus))[-_MOST_VERSIONS:])
