"""The desk's decision about one arriving version of a story."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from pipeline.annotations import Value, is_absent
from pipeline.story import Story, Time


class Record(Value):
    """What the desk remembers of a story: the version that counts, and when it was first seen.

    ``held`` is where an embargoed version waits on ``wire.stories``.
    """

    uri: str
    version: int
    versioncreated: Time
    firstcreated: Time
    pubstatus: Literal["usable", "withheld", "canceled"]
    embargoed: Annotated[Time | None, Field(exclude_if=is_absent)] = None
    held: Annotated[str | None, Field(exclude_if=is_absent)] = None


class Decision(Value):
    """What becomes of a version: passed on as ``story``, held, or ``dropped`` for a reason."""

    story: Story | None = None
    record: Record | None = None
    dropped: str | None = None


def decide(story: Story, known: Record | None, now: datetime, at: str) -> Decision:
    """Pass on the version if nothing newer is known; a kill holds against its own version's copies.

    ``at`` is where the story stands on ``wire.stories``. A story keeps the ``firstcreated`` it was
    first seen with, so that it stays in its month. An embargoed version is remembered, not passed.
    """
    if known and _is_older(story, known):
        return Decision(dropped=f"version {story.version} after version {known.version}")
    is_killed = known is not None and known.pubstatus != "usable" and story.version <= known.version
    if known and is_killed and story.pubstatus == "usable":
        return Decision(dropped=f"version {story.version} was {known.pubstatus}")
    # Nothing was first created in the future, where every hostile month would open an index.
    firstcreated = known.firstcreated if known else min(story.firstcreated, now)
    story = story.model_copy(update={"firstcreated": firstcreated})
    waits = story.pubstatus == "usable" and story.embargoed is not None and story.embargoed > now
    record = Record(
        uri=story.uri,
        version=story.version,
        versioncreated=story.versioncreated,
        firstcreated=firstcreated,
        pubstatus=story.pubstatus,
        embargoed=story.embargoed if waits else None,
        held=at if waits else None,
    )
    return Decision(story=None if waits else story, record=None if record == known else record)


def counts(version: int, known: Record | None) -> bool:
    """Whether this version may be in the indices, as far as the desk remembers."""
    if known is None:
        return True
    return version >= known.version


def _is_older(story: Story, known: Record) -> bool:
    return (story.version, story.versioncreated) < (known.version, known.versioncreated)
