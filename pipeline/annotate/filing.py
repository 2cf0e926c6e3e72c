"""Where a story was filed, and so its own day and its writer's country.

Time zones are those of GeoNames' cities, their offsets those of the IANA database.
"""

import re
from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.agencies import Agency, agency_named
from pipeline.knowledge.gazetteer import PlaceCandidate, gazetteer
from pipeline.story import Story

_BEFORE_AGENCY = re.compile(r"[(—–:]|[-_]+(?:\s|$)")
_DATELINE_AGE = timedelta(days=3)


def day_written(story: Story) -> date:
    """Return the day from whose point of view the story is written: its dateline's, or that of this version.

    The latter is the day where the story was filed, else at its agency, else in UTC. A dateline counts if it is at
    most a few days older: a feature may carry the date of its research.
    """
    created = _local_day(story)
    stated = date.fromisoformat(story.dateline.date) if story.dateline and story.dateline.date else created
    return stated if abs(created - stated) <= _DATELINE_AGE else created


def country(story: Story) -> str | None:
    """Return the ISO 3166 code of the country of the agency, else of the place of filing; None if neither is known."""
    writer = _agency(story) or _place_filed(story)
    return writer.country if writer else None


def _local_day(story: Story) -> date:
    moment = story.versioncreated
    # A source that states a day alone gives midnight.
    if moment.time() == time.min:
        return moment.date()
    place, agency = _place_filed(story), _agency(story)
    zone = ZoneInfo(place.zone) if place and place.zone else agency.zone if agency else UTC
    return moment.astimezone(zone).date()


def _place_filed(story: Story) -> PlaceCandidate | None:
    """Return the place of the dateline, else where the source says the story was filed."""
    stated = (story.dateline.text if story.dateline else "", story.located or "")
    return next(filter(None, map(_place_of, stated)), None)


def _place_of(stated: str) -> PlaceCandidate | None:
    """Return the first part of "PARIS, Texas (AP) -" that is a place, as the other parts tell which."""
    parts = [part.strip() for part in re.split(r"[,/]", _BEFORE_AGENCY.split(stated, maxsplit=1)[0])]
    for part in parts:
        beside = gazetteer().context([other for other in parts if other != part])
        if found := gazetteer().resolve(part, beside, beside):
            return found
    return None


def _agency(story: Story) -> Agency | None:
    """Return the agency that the dateline names in brackets, else the provider."""
    dateline = story.dateline.text if story.dateline else ""
    return agency_named(*re.split(r"[()/]", dateline)[1:], story.source.name, re.split(r"[\s_-]", story.source.name)[0])
