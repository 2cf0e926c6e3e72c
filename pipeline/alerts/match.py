"""A match: what an alert has found, as it is recorded and sent."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.value import Time, Value, is_absent

MatchKind = Literal["match", "repeated", "corrected", "withdrawn", "killed", "test"]
STANDING = ("match", "corrected")
"""The kinds of a notification that holds until another one about the same story."""
_PREFIXES: dict[MatchKind, str] = {
    "match": "",
    "repeated": "",
    "corrected": "Corrected: ",
    "withdrawn": "No longer fits: ",
    "killed": "Killed: ",
    "test": "Test: ",
}


class Match(Value):
    """A notification: an alert, and the version of a story, or the quote or event in it, that it concerns.

    ``kind`` is ``match`` if the version matches; ``corrected`` if it does but what matched in an earlier version
    has changed; ``withdrawn`` if it no longer matches; ``killed`` if the story was removed from the indices;
    ``test`` for a trial. ``repeated`` is recorded, but sent to nobody: the version matches, and repeats what was
    notified of another member of its group.

    ``matched`` identifies what matched; ``text`` is its text, shortened. ``differs`` is a line that says what is
    new against the other members that were notified, if there were any. ``same`` tells quotes and events that say
    the same: a quote has ``once``; a mention of an event its ``event``, and what it says of that.
    """

    id: str
    alert: str
    kind: MatchKind
    uri: str
    version: int
    versioncreated: Time
    firstcreated: Time
    at: Time
    headline: Annotated[str | None, Field(exclude_if=is_absent)] = None
    source: Annotated[str | None, Field(exclude_if=is_absent)] = None
    speaker: Annotated[str | None, Field(exclude_if=is_absent)] = None
    differs: Annotated[str | None, Field(exclude_if=is_absent)] = None
    text: str = ""
    matched: str = ""
    same: Annotated[dict[str, str], Field(exclude_if=lambda value: not value)] = {}

    @property
    def prefix(self) -> str:
        """The words that precede the headline and name the kind; none for a plain match."""
        return _PREFIXES[self.kind]

    @property
    def said(self) -> str:
        """What matched; a quote with its speaker."""
        return f"“{self.text}” — {self.speaker}" if self.speaker else self.text
