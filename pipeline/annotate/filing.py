"""Where a story was filed, and so its own day and the order of its numeric dates.

Time zones are those of GeoNames' cities, their offsets those of the IANA database.
"""

import re
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.annotate.entities.gazetteer import gazetteer
from pipeline.annotations import Place
from pipeline.story import Story

_DESKS = {
    "New York": "ap|associated press|bloomberg|dow jones|business wire|pr newswire|globenewswire|ny times",
    "Washington": "upi|united press international|states newsroom|mcclatchy|tns|voa|cnn",
    "Toronto": "canadian press|cp|la presse canadienne",
    "London": "reuters|pa|pa media|press association|bbc|guardian",
    "Paris": "afp|agence france-presse|agence france presse",
    "Berlin": "dpa|deutsche presse-agentur|dts",
    "Vienna": "apa",
    "Bern": "ats|sda|keystone-ats|keystone-sda",
    "Rome": "ansa|agi|adnkronos",
    "Madrid": "efe|europa press",
    "Lisbon": "lusa",
    "Brussels": "belga",
    "Amsterdam": "anp",
    "Stockholm": "tt",
    "Oslo": "ntb",
    "Copenhagen": "ritzau",
    "Helsinki": "stt",
    "Warsaw": "pap",
    "Prague": "ctk|čtk",
    "Budapest": "mti",
    "Athens": "ana-mpa|ana",
    "Ankara": "anadolu|aa|anadolu agency",
    "Moscow": "tass|itar-tass|interfax|ria novosti|sputnik",
    "Kyiv": "ukrinform|interfax-ukraine",
    "Cairo": "mena",
    "Johannesburg": "sapa",
    "Lagos": "nan",
    "Doha": "qna|al jazeera|al-jazeera",
    "Tehran": "irna|isna|fars",
    "New Delhi": "pti|ani|ians|press trust of india",
    "Karachi": "ppi",
    "Islamabad": "app",
    "Dhaka": "bss|unb",
    "Bangkok": "tna",
    "Kuala Lumpur": "bernama",
    "Singapore": "cna",
    "Jakarta": "antara",
    "Manila": "pna",
    "Hanoi": "vna|vietnam news agency",
    "Beijing": "xinhua|cns|china news service",
    "Taipei": "focus taiwan",
    "Seoul": "yonhap",
    "Tokyo": "kyodo|jiji|kyodo news|jiji press",
    "Sydney": "aap|australian associated press|abc australia",
    "Wellington": "rnz|nzpa",
    "Mexico City": "notimex",
    "Buenos Aires": "telam|télam",
    "Brasilia": "agencia brasil|agência brasil",
}
"""Agencies, as datelines and sources call them in small letters, by the city of their main desk."""
_DESK_OF = {name: city for city, names in _DESKS.items() for name in names.split("|")}
_BEFORE_AGENCY = re.compile(r"[(—–:]|[-_]+(?:\s|$)")
_DATELINE_AGE = timedelta(days=3)
_MONTH_FIRST = ("US", "PH")
"""Countries that write the month of a numeric date first."""


def day_written(story: Story) -> date:
    """Return the day from whose point of view the story is written: its dateline's, or that of this version.

    The latter is the day where the story was filed, else at its agency, else in UTC. A dateline counts if it is at
    most a few days older: a feature may carry the date of its research.
    """
    created = _local_day(story)
    stated = date.fromisoformat(story.dateline.date) if story.dateline and story.dateline.date else created
    return stated if abs(created - stated) <= _DATELINE_AGE else created


def month_first(story: Story) -> bool | None:
    """Return whether the agency, else the place of filing, writes 3 April as 04/03; None if neither is known."""
    place = _agency_place(story) or _place_filed(story)
    return place.country in _MONTH_FIRST if place else None


def _local_day(story: Story) -> date:
    moment = story.versioncreated
    place = _place_filed(story) or _agency_place(story)
    # A source that states a day alone gives midnight.
    if place is None or moment.time() == time.min:
        return moment.date()
    return moment.astimezone(ZoneInfo(gazetteer().zone(place))).date()


def _place_filed(story: Story) -> Place | None:
    """Return the place of the dateline, else where the source says the story was filed."""
    stated = (story.dateline.text if story.dateline else "", story.located or "")
    return next(filter(None, map(_place_of, stated)), None)


def _place_of(stated: str) -> Place | None:
    """Return the first part of "PARIS, Texas (AP) -" that is a place, as the other parts tell which."""
    parts = [part.strip() for part in re.split(r"[,/]", _BEFORE_AGENCY.split(stated, maxsplit=1)[0])]
    for part in parts:
        beside = gazetteer().context([other for other in parts if other != part])
        if found := gazetteer().resolve(part, beside, beside):
            return found.place
    return None


def _agency_place(story: Story) -> Place | None:
    """Return the place of the agency that the dateline names in brackets, else of the provider."""
    dateline = story.dateline.text if story.dateline else ""
    names = [*re.split(r"[()/]", dateline)[1:], story.source.name, re.split(r"[\s_-]", story.source.name)[0]]
    desk = next(filter(None, (_DESK_OF.get(name.strip().casefold()) for name in names)), None)
    return _place_of(desk) if desk else None
