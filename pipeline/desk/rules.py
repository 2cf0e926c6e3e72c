"""The desk's decision about one arriving version of a story.

What the desk remembers is a join of all it has seen: merging the same versions, kills and copies in
any order, and any number of times, ends in the same record.
"""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from pipeline.annotations import Value, is_absent
from pipeline.story import Story, Time

Status = Literal["usable", "withheld", "canceled"]
_MOST_VERSIONS = 50
_MOST_COPIES = 200


class Version(Value):
    """A version of a story as its history keeps it."""

    version: int
    versioncreated: Time
    pubstatus: Status = "usable"
    headline: Annotated[str | None, Field(exclude_if=is_absent)] = None
    signal: Annotated[str | None, Field(exclude_if=is_absent)] = None
    ednote: Annotated[str | None, Field(exclude_if=is_absent)] = None

    @classmethod
    def of(cls, story: Story) -> Self:
        """What is kept of it."""
        return cls(
            version=story.version,
            versioncreated=story.versioncreated,
            pubstatus=story.pubstatus,
            headline=story.headline,
            signal=story.signal,
            ednote=story.ednote and story.ednote[:500],
        )

    @property
    def rank(self) -> tuple[int, datetime]:
        """The order of versions: by number, among equal numbers by time."""
        return self.version, self.versioncreated


class Copy(Value):
    """The same story as another feed sent it."""

    uri: str
    source: str
    versioncreated: Time
    headline: Annotated[str | None, Field(exclude_if=is_absent)] = None


class Record(Value):
    """What the desk remembers of a story.

    ``version``, ``versioncreated`` and ``pubstatus`` are those of what counts; ``at`` is where the
    last version with text stands on ``wire.stories``, ``held`` the same while its embargo lasts,
    ``texts`` where each version in the history does, by its number.
    ``duplicateof`` is the story that this one was found to be a copy of.
    """

    uri: str
    version: int
    versioncreated: Time
    firstcreated: Time
    pubstatus: Status
    embargoed: Annotated[Time | None, Field(exclude_if=is_absent)] = None
    held: Annotated[str | None, Field(exclude_if=is_absent)] = None
    at: Annotated[str | None, Field(exclude_if=is_absent)] = None
    versions: Annotated[tuple[Version, ...], Field(exclude_if=is_absent)] = ()
    alsoin: Annotated[tuple[Copy, ...], Field(exclude_if=is_absent)] = ()
    duplicateof: Annotated[str | None, Field(exclude_if=is_absent)] = None
    storyline: Annotated[str | None, Field(exclude_if=is_absent)] = None
    texts: Annotated[dict[int, str], Field(exclude_if=is_absent)] = {}


class Verdict(Value):
    """What a look at other stories told: which one this is a copy of, and whose line it continues."""

    duplicateof: str | None = None
    storyline: str | None = None


class Decision(Value):
    """What becomes of a version: passed on as ``story``, or ``dropped`` for a reason.

    ``record`` is what to remember, None where nothing changed; ``again`` where the version stands
    that is to be passed on once more, since what is indexed with it changed (or had, before a worker
    died on the way); ``copyof`` whom to tell of a copy.
    """

    story: Story | None = None
    record: Record | None = None
    dropped: str | None = None
    again: str | None = None
    copyof: str | None = None


def decide(
    story: Story, known: Record | None, now: datetime, at: str, verdict: Verdict | None = None, folds: bool = True
) -> Decision:
    """What becomes of a version.

    The highest version counts, unless a kill covers it; the same version again is passed on again.
    ``at`` is where the story stands on ``wire.stories``. A story keeps the ``firstcreated`` it was
    first seen with, so that it stays in its month. An embargoed version is remembered, not passed.
    ``folds``: a copy of another story is told to that one instead of being passed on.
    """
    before = known.versions if known else ()
    versions = _merged(before, Version.of(story))
    content = _content(versions)
    killed = [each for each in versions if each.pubstatus != "usable"]
    kill = max(killed, key=lambda each: (*each.rank, each.pubstatus), default=None)
    covered = content is None or any(_covers(each, content) for each in killed)
    counting = kill if covered and kill else content
    assert counting is not None
    is_content = story.pubstatus == "usable" and content == Version.of(story)
    place = at if is_content else known.at if known else None
    waits = is_content and not covered and story.embargoed is not None and story.embargoed > now
    is_held = waits or bool(known and known.held and not is_content and not covered)
    verdict = verdict or Verdict()
    is_copy = bool(verdict.duplicateof) and is_content and not covered and not waits
    record = Record(
        uri=story.uri,
        version=max(each.version for each in versions),
        versioncreated=counting.versioncreated,
        # Nothing was first created in the future, where every hostile month would open an index.
        firstcreated=known.firstcreated if known else min(story.firstcreated, now),
        pubstatus=counting.pubstatus,
        embargoed=story.embargoed if waits else known.embargoed if known and is_held else None,
        held=place if is_held else None,
        at=place,
        versions=versions,
        alsoin=known.alsoin if known else (),
        duplicateof=verdict.duplicateof if is_content else known.duplicateof if known else None,
        storyline=(known.storyline if known else None) or verdict.storyline,
        texts=_texts(versions, known.texts if known else {}, story, at),
    )
    changed = None if record == known else record
    if covered:
        if story.pubstatus == "usable":
            return Decision(record=changed, dropped=f"version {story.version} was {counting.pubstatus}")
        gone = {"version": record.version, "firstcreated": record.firstcreated, "pubstatus": counting.pubstatus}
        return Decision(record=changed, story=story.model_copy(update=gone), copyof=record.duplicateof)
    if not is_content:
        reason = f"{story.pubstatus} {story.version} after version {content.version}" if content else "killed"
        if story.pubstatus == "usable":
            reason = f"version {story.version} after version {content.version}" if content else reason
        is_indexed = not record.held and not (record.duplicateof and folds)
        return Decision(record=changed, dropped=reason, again=record.at if is_indexed else None)
    if waits:
        return Decision(record=changed)
    story = story.model_copy(update={"firstcreated": record.firstcreated})
    if is_copy and folds:
        return Decision(record=changed, dropped=f"a copy of {verdict.duplicateof}", copyof=verdict.duplicateof)
    return Decision(record=changed, story=story, copyof=verdict.duplicateof)


def list_copy(known: Record, copy: Story) -> Decision:
    """What becomes of the original when a copy of it was found, or taken back."""
    others = [each for each in known.alsoin if each.uri != copy.uri]
    if copy.pubstatus == "usable":
        others.append(
            Copy(uri=copy.uri, source=copy.source.name, versioncreated=copy.versioncreated, headline=copy.headline)
        )
    alsoin = tuple(sorted(others, key=lambda each: (each.versioncreated, each.uri))[:_MOST_COPIES])
    record = known.model_copy(update={"alsoin": alsoin})
    is_indexed = known.pubstatus == "usable" and not known.held
    changed = None if record == known else record
    return Decision(record=changed, dropped="a copy", again=known.at if is_indexed else None)


def released(record: Record) -> Record:
    """The record once the embargo is over."""
    return record.model_copy(update={"held": None, "embargoed": None})


def counts(version: int, versioncreated: datetime, pubstatus: str, known: Record | None) -> bool:
    """Whether this version may be in the indices, as far as the desk remembers.

    While a newer one waits for its embargo, the one before it may.
    """
    if known is None or pubstatus != "usable":
        return True
    if known.pubstatus != "usable":
        return False
    return bool(known.held) or (version, versioncreated) >= (known.version, known.versioncreated)


def _merged(versions: tuple[Version, ...], one: Version) -> tuple[Version, ...]:
    """The history with this version in it, in its order; the oldest go where there are too many.

    The same version sent again with another headline replaces its entry.
    """
    others = [each for each in versions if (each.rank, each.pubstatus) != (one.rank, one.pubstatus)]
    return tuple(sorted([*others, one], key=lambda each: (*each.rank, each.pubstatus))[-_MOST_VERSIONS:])


def _texts(versions: tuple[Version, ...], before: dict[int, str], story: Story, at: str) -> dict[int, str]:
    """Where the versions' texts are; of a version that came twice the same place, whichever came first."""
    if story.pubstatus == "usable":
        before = before | {story.version: min(at, before.get(story.version, at))}
    kept = {each.version for each in versions if each.pubstatus == "usable"}
    return {number: before[number] for number in sorted(before) if number in kept}


def _content(versions: tuple[Version, ...]) -> Version | None:
    return max((each for each in versions if each.pubstatus == "usable"), key=lambda each: each.rank, default=None)


def _covers(kill: Version, content: Version) -> bool:
    """Whether a kill holds against a version.

    One that has a number of its own holds against all up to it; one without (a notice in a message
    of its own, whose number is 1) against whatever was there before it.
    """
    if content.version <= kill.version:
        return True
    return kill.version == 1 and content.versioncreated <= kill.versioncreated
