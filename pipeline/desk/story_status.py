"""Compute the state of a story from its versions: which one counts, whether a kill covers it, which one waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.desk.record import Record, Version
from pipeline.story import Story


@dataclass(frozen=True)
class StoryStatus:
    """The state of a story: its current version, the kill that covers it, the version that waits for its embargo."""

    content: Version | None
    kill: Version | None
    waiting: Version | None

    @property
    def pending(self) -> list[Version]:
        """The pending versions that still need attention: the waiting one and the current one."""
        content = self.content if self.content and self.content.pending and not self.kill else None
        return [each for each in (content, self.waiting) if each]


def status_of(versions: Sequence[Version], now: datetime) -> StoryStatus:
    """Return the state of a story with these versions and kills; their order makes no difference."""
    usable = [each for each in versions if each.pubstatus == "usable"]
    kills = [each for each in versions if each.pubstatus != "usable"]
    content = max((each for each in usable if not is_embargoed(each, now)), key=lambda each: each.rank, default=None)
    newest = max(kills, key=lambda each: (*each.rank, each.pubstatus), default=None)
    covered = content is None or any(_covers(kill, content) for kill in kills)
    waiting = [
        each
        for each in usable
        if is_embargoed(each, now)
        and (content is None or each.rank > content.rank)
        and not any(_covers(kill, each) for kill in kills)
    ]
    return StoryStatus(
        content=content,
        kill=newest if covered else None,
        waiting=min(waiting, key=lambda each: (each.embargoed, each.rank), default=None),
    )


def shown_text(record: Record, now: datetime) -> str | None:
    """Return the coordinate of the text that is shown of a story, or would be if no kill covered it."""
    content = status_of(record.versions, now).content
    return content.at if content else None


def is_embargoed(version: Version | Story, now: datetime) -> bool:
    """Return whether its embargo has not passed yet."""
    return version.embargoed is not None and version.embargoed > now


def is_killed(story: Story, versions: Sequence[Version]) -> bool:
    """Return whether one of these is a kill that covers the story."""
    one = Version.of(story, "")
    return any(_covers(each, one) for each in versions if each.pubstatus != "usable")


def _covers(kill: Version, content: Version) -> bool:
    """Return whether a kill covers a version.

    A kill with a version number covers all versions up to it. One without (a notice in a message of its own,
    numbered 1) covers whatever was there before it. A version that its own words withhold gives way to a later one.
    """
    if kill.order and kill.order.kind == "hold":
        return content.rank <= kill.rank
    if content.version <= kill.version:
        return True
    return kill.version == 1 and content.versioncreated <= kill.versioncreated
