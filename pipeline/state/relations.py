"""Decide how stories depend on one another: copies in other feeds, and updates under another uri.

A copy is hidden behind its original, a replaced story behind its update. Behind every hidden story stands one that
is shown: a copy is folded into what is shown at the end of that chain (``shown_for``), and a story is not replaced
by one that is itself hidden behind it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pipeline.state.decision import POLICY, Decision, Policy
from pipeline.state.pending import unconfirmed
from pipeline.state.record import OtherStory, Record, Replacement
from pipeline.state.status import status_of

MOST_RELATED = 50
"""The most updates that a record knows of; the oldest are forgotten first."""
_MOST_COPIES = 200


def replacing_story(record: Record, now: datetime) -> str | None:
    """Return the uri of the update that stands for this story now.

    If the story has itself a newer version than all its updates, there is none.
    """
    content = status_of(record.versions, now).content
    return replacing_version(record, content.versioncreated) if content else None


def replacing_version(record: Record, versioncreated: datetime) -> str | None:
    """Return the uri of the update that stands for the version of that time."""
    newer = [each for each in record.replacedby if each.versioncreated >= versioncreated]
    return max(newer, key=_order).uri if newer and not record.separate else None


def merged_replacements(known: Sequence[Replacement], more: Sequence[Replacement]) -> tuple[Replacement, ...]:
    """Return both, sorted by time; of two for one story the second."""
    found = {each.uri: each for each in (*known, *more)}
    return tuple(sorted(found.values(), key=_order)[-MOST_RELATED:])


def path(uri: str, records: Mapping[str, Record], now: datetime) -> Iterator[str]:
    """Yield this story and those behind which it is hidden, one after the other; the last one is shown."""
    passed: set[str] = set()
    while uri not in passed:
        yield uri
        passed.add(uri)
        record = records.get(uri)
        uri = (record and (record.duplicateof or replacing_story(record, now))) or uri


def original_of(
    uri: str, copied: Sequence[str], earlier: Sequence[str], records: Mapping[str, Record], now: datetime
) -> str | None:
    """Return the story to fold a copy into: what is shown for one of these, if that is not what it updates.

    ``copied`` are the stories that it is a copy of, ``earlier`` those that it is an update of.
    """
    updated = {uri, *(one for each in earlier for one in _copied(each, records))}
    shown = ([*path(each, records, now)][-1] for each in copied)
    return next((each for each in shown if each not in updated), None)


def unfolded(record: Record, records: Mapping[str, Record], now: datetime, policy: Policy) -> Record:
    """Return the record as that of a story of its own if it was folded into what it updates, or what updates it.

    That happens if several desks decide at the same time. Its message may have been read a second time, and may not
    be read a third time, so its version is held until it is indexed.
    """
    if record.duplicateof is None:
        return record
    is_own = any(each.uri == record.duplicateof for each in record.replacedby)
    if is_own or not original_of(record.uri, [record.duplicateof], record.earlier, records, now):
        return unconfirmed(record.model_copy(update={"duplicateof": None}), now, policy)
    return record


def listed_updates(record: Record, records: Mapping[str, Record], source: str, now: datetime) -> Record:
    """Return the record with the earlier stories that it stands for now; killed ones are left out.

    Only those whose records know it as their update are listed, since a kill of another would not be passed on to it.
    ``source`` is the provider of all of them.
    """
    replaces = []
    for one in filter(None, map(records.get, record.earlier)):
        listed = _listed(one, source, now)
        knows = any(each.uri == record.uri for each in one.replacedby)
        if listed and knows and one.pubstatus == "usable" and replacing_story(one, now):
            replaces.append(listed)
    return record.model_copy(update={"replaces": tuple(sorted(replaces, key=_order))})


def relisted(
    record: Record, known: Record | None, records: Mapping[str, Record], source: str, now: datetime, policy: Policy
) -> Record:
    """Return the record of a story that has arrived, with the earlier stories that it stands for now.

    If the ``known`` record of a story that was passed on before lists others, its version is held until it is indexed,
    for the reason given in ``unfolded``.
    """
    current = listed_updates(record, records, source, now)
    is_other = known is not None and bool(known.revision) and current.replaces != known.replaces
    return unconfirmed(current, now, policy) if is_other else current


def add_update(known: Record, update: Record, records: Mapping[str, Record], now: datetime, policy: Policy) -> Decision:
    """Decide about a story after the record of its update has changed: remove it from the indices, or let it be."""
    if known.uri in path(update.uri, records, now):
        again = unfolded(update, records, now, policy) is not update
        return Decision(known, dropped="an update that is hidden behind its story", again=again)
    top = status_of(update.versions, now).content or max(update.versions, key=lambda each: each.rank)
    replacement = Replacement(uri=update.uri, versioncreated=top.versioncreated)
    alsoin = tuple(each for each in known.alsoin if each.uri != update.uri)
    replacedby = merged_replacements(known.replacedby, [replacement])
    record = known.model_copy(update={"alsoin": alsoin, "replacedby": replacedby})
    status = status_of(record.versions, now)
    is_hidden = bool(replacing_story(record, now)) and record.pubstatus == "usable"
    is_listed = any(each.uri == known.uri for each in update.replaces)
    resend = status.content.at if is_hidden and status.content and not status.kill and policy.folds else None
    return Decision(record, dropped="replaced", resend=resend, again=is_listed != is_hidden)


def add_earlier(
    known: Record, earlier: Record, records: Mapping[str, Record], source: str, now: datetime, policy: Policy
) -> Decision:
    """Decide about an update after the record of the story that it replaces has changed: list that one, or not."""
    uris = tuple(sorted({*known.earlier, earlier.uri})[:MOST_RELATED])
    record = unfolded(known.model_copy(update={"earlier": uris}), records, now, policy)
    record = listed_updates(record, records, source, now)
    notify = () if record.duplicateof else record.originals
    return Decision(record, dropped="replaced", resend=_shown_text(record, now, policy), notify=notify)


def add_copy(known: Record, copy: Record, source: str, now: datetime, policy: Policy = POLICY) -> Decision:
    """Decide about the original after a copy's record has changed: list the copy, or remove it.

    ``source`` is the provider of the copy.
    """
    others = [each for each in known.alsoin if each.uri != copy.uri]
    if copy.duplicateof and copy.pubstatus == "usable" and (listed := _listed(copy, source, now)):
        others.append(listed)
    record = known.model_copy(update={"alsoin": tuple(sorted(others, key=_order)[:_MOST_COPIES])})
    return Decision(record, dropped="a copy", resend=_shown_text(record, now, policy))


def with_apart(record: Record, uri: str) -> Record:
    """Return the record with one more uri of a story that came under this record's."""
    return record.model_copy(update={"apart": tuple(sorted({*record.apart, uri})[:_MOST_COPIES])})


def without(record: Record, uri: str) -> Record:
    """Return the record of a story that does not depend on that one, which never arrived."""
    return record.model_copy(
        update={
            "duplicateof": None if record.duplicateof == uri else record.duplicateof,
            "originals": tuple(each for each in record.originals if each != uri),
            "earlier": tuple(each for each in record.earlier if each != uri),
            "replacedby": tuple(each for each in record.replacedby if each.uri != uri),
        }
    )


def depends_on(record: Record, uri: str) -> bool:
    """Return whether that story is a copy's original, an update, or what an update replaces."""
    return uri in {record.duplicateof, *record.earlier, *(each.uri for each in record.replacedby)}


def _copied(uri: str, records: Mapping[str, Record]) -> set[str]:
    """Return this story, and all that it is directly or indirectly a copy of."""
    found: set[str] = set()
    while uri and uri not in found:
        found.add(uri)
        record = records.get(uri)
        uri = (record and record.duplicateof) or ""
    return found


def _shown_text(record: Record, now: datetime, policy: Policy) -> str | None:
    """Return the coordinate of the text to pass on again, or None if the story is not shown."""
    status = status_of(record.versions, now)
    is_folded = record.duplicateof is not None and policy.folds
    return None if status.content is None or status.kill or is_folded else status.content.at


def _listed(record: Record, source: str, now: datetime) -> OtherStory | None:
    content = status_of(record.versions, now).content
    if content is None:
        return None
    return OtherStory(uri=record.uri, source=source, versioncreated=content.versioncreated, headline=content.headline)


def _order(one: OtherStory | Replacement) -> tuple[datetime, str]:
    return one.versioncreated, one.uri
