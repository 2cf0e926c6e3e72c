"""A match: what an alert has found, as it is recorded and sent."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.annotations import Value, is_absent
from pipeline.story import Time

Kind = Literal["match", "corrected", "withdrawn", "killed", "test"]
_PREFIXES: dict[Kind, str] = {
    "match": "",
    "corrected": "Corrected: ",
    "withdrawn": "No longer fits: ",
    "killed": "Killed: ",
    "test": "Test: ",
}


class Match(Value):
    """A notification: an alert, and the version of a story, or the quote or event in it, that it concerns.

    ``kind`` is ``match`` if the version matches; ``corrected`` if it does but what matched in an earlier version
    has changed; ``withdrawn`` if it no longer matches; ``killed`` if the story was removed from the indices;
    ``test`` for a trial. ``matched`` identifies what matched; ``text`` is its text, shortened.
    """

    id: str
    alert: str
    kind: Kind
    uri: str
    version: int
    versioncreated: Time
    firstcreated: Time
    at: Time
    headline: Annotated[str | None, Field(exclude_if=is_absent)] = None
    source: Annotated[str | None, Field(exclude_if=is_absent)] = None
    speaker: Annotated[str | None, Field(exclude_if=is_absent)] = None
    text: str = ""
    matched: str = ""

    @property
    def prefix(self) -> str:
        """The words that precede the headline and name the kind; none for a plain match."""
        return _PREFIXES[self.kind]
