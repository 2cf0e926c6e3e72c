"""Recognise updates that an agency sends under a new identifier.

Agencies correct, lead and refile stories ("2nd lead", "Here is a corrected repetition", the same text once more).
Where the identifier is new, only the texts tell. The thresholds come from labelled pairs of AFP and Xinhua stories;
see docs/decisions/updates.md.
"""

import re
from datetime import datetime, timedelta

from pipeline.desk.text_features import content_words, facts, word_features
from pipeline.story import Story

SPAN = timedelta(hours=18)
"""The most time between a story and its update. The next day's story is a new one, however similar."""
_LEAD_CHARACTERS = 600
_UPDATING = ("correction", "update")
_COLLECTION = re.compile(
    r"\b(?:round-?up|wrap-?up|summary|digest|highlights?|advisory|diary|schedule|at a glance|in brief|briefs|"
    r"factbox|chronology|timeline|backgrounder|analysis|feature|profile|review)\b",
    re.IGNORECASE,
)
_EDITION = re.compile(
    r"\d+|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:open|close|morning|noon|midday|afternoon|evening|night|first|second|third|half)\w*",
    re.IGNORECASE,
)


def position(story: Story) -> tuple[datetime, str]:
    """Return what orders stories that may replace one another: the time, then the uri."""
    return story.versioncreated, story.uri


def is_update(earlier: Story, later: Story) -> bool:
    """Return whether ``later`` replaces ``earlier``, by another identifier of the same agency.

    It does if it contains the earlier text, or says that it is an update and contains most of it, or rewrites it at
    the same length. In the first two cases it also begins with the same news; otherwise the earlier text is its
    background. A round-up or analysis replaces nothing, and neither does the next edition of a report whose
    headline differs in its numbers or days only.
    """
    if later.versioncreated - earlier.versioncreated > SPAN or _is_collection(later) > _is_collection(earlier):
        return False
    is_told = later.signal in _UPDATING
    if not is_told and _is_next_edition(earlier.headline, later.headline):
        return False
    before, after = word_features(earlier.body), word_features(later.body)
    kept = _share(before, after)
    known = _share(facts(earlier.body), facts(later.body))
    if kept >= 0.65 and known >= 0.8 and _share(after, before) >= 0.55:
        return True
    contained = (kept >= 0.8 and known >= 0.75) or (is_told and kept >= 0.65 and known >= 0.8)
    return contained and _has_same_lead(earlier.body, later.body)


def _share(these: set[str], those: set[str]) -> float:
    """Return how much of ``these`` is among ``those``."""
    return len(these & those) / len(these) if these else 0.0


def _has_same_lead(earlier: str, later: str) -> bool:
    lead = content_words(earlier[:_LEAD_CHARACTERS].partition("\n")[0])
    return _share(lead, content_words(later[:_LEAD_CHARACTERS])) >= 0.5


def _is_collection(story: Story) -> bool:
    genres = (genre.name for genre in story.genre if genre.name)
    return any(_COLLECTION.search(text) for text in (*genres, story.headline or ""))


def _is_next_edition(earlier: str | None, later: str | None) -> bool:
    if not earlier or not later or earlier == later:
        return False
    return _EDITION.sub("", earlier) == _EDITION.sub("", later)
