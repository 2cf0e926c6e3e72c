"""Recognise updates that an agency sends under a new identifier.

Agencies correct, lead and refile stories ("2nd lead", "Here is a corrected repetition", the same text once more).
Where the identifier is new, only the texts tell. The thresholds come from labelled pairs of AFP and Xinhua stories;
see docs/decisions/relations.md.
"""

import re
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.derive.claims import Claims
from pipeline.desk.text_features import Hashes, TextFeatures, content_words, hashes, share
from pipeline.desk.withdrawn import digest_of
from pipeline.languages.words import any_of
from pipeline.story import Story

SPAN = timedelta(hours=18)
"""The most time between a story and its update. The next day's story is a new one, however similar."""
_LEAD_CHARACTERS = 600
_UPDATING = ("correction", "update")
_COLLECTION = re.compile(rf"\b(?:{any_of('collections', 'names')})\b", re.IGNORECASE)
_EDITION = re.compile(rf"\d+|\b(?:{any_of('collections', 'editions')})", re.IGNORECASE)


@dataclass(frozen=True)
class Comparable:
    """What comparisons need of a story.

    ``lead`` and ``opening`` are the content words of its first paragraph and of its first 600 characters, hashed.
    """

    uri: str
    receivedas: str | None
    versioncreated: datetime
    headline: str | None
    signal: str | None
    is_collection: bool
    lead: Hashes
    opening: Hashes
    features: TextFeatures
    claims: Claims
    source: str
    digest: str

    @classmethod
    def of(cls, story: Story) -> "Comparable":
        """Return that of a story."""
        beginning = story.body[:_LEAD_CHARACTERS]
        return cls(
            uri=story.uri,
            receivedas=story.receivedas,
            versioncreated=story.versioncreated,
            headline=story.headline,
            signal=story.signal,
            is_collection=_is_collection(story),
            lead=hashes(content_words(beginning.partition("\n")[0])),
            opening=hashes(content_words(beginning)),
            features=TextFeatures.of(story.body),
            claims=Claims.of(story),
            source=story.source.name,
            digest=digest_of(story.body),
        )

    @property
    def size(self) -> int:
        """The bytes of all that grows with the story."""
        arrays = (self.lead, self.opening, self.features.words, self.features.facts)
        words = sum(map(sys.getsizeof, (*self.claims.numbers, *self.claims.quoted, self.claims.text)))
        return sum(each.nbytes for each in arrays) + sys.getsizeof(self.headline) + words

    @property
    def position(self) -> tuple[datetime, str]:
        """What orders stories that may replace one another: the time, then the uri."""
        return self.versioncreated, self.uri


def is_update(earlier: Comparable, later: Comparable) -> bool:
    """Return whether ``later`` replaces ``earlier``, by another identifier of the same agency.

    It does if it contains the earlier text, or says that it is an update and contains most of it, or rewrites it at
    the same length. In the first two cases it also begins with the same news; otherwise the earlier text is its
    background. A round-up or analysis replaces nothing, and neither does the next edition of a report whose
    headline differs in its numbers or days only.
    """
    if later.versioncreated - earlier.versioncreated > SPAN or later.is_collection > earlier.is_collection:
        return False
    is_told = later.signal in _UPDATING
    if not is_told and _is_next_edition(earlier.headline, later.headline):
        return False
    before, after = earlier.features, later.features
    kept = share(before.words, after.words)
    known = share(before.facts, after.facts)
    if kept >= 0.65 and known >= 0.8 and share(after.words, before.words) >= 0.55:
        return True
    contained = (kept >= 0.8 and known >= 0.75) or (is_told and kept >= 0.65 and known >= 0.8)
    return contained and share(earlier.lead, later.opening) >= 0.5


def _is_collection(story: Story) -> bool:
    genres = (genre.name for genre in story.genre if genre.name)
    return any(_COLLECTION.search(text) for text in (*genres, story.headline or ""))


def _is_next_edition(earlier: str | None, later: str | None) -> bool:
    if not earlier or not later or earlier == later:
        return False
    return _EDITION.sub("", earlier) == _EDITION.sub("", later)
