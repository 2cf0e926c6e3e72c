"""Map what a source states, in IPTC's terms, to the values of a Story."""

import re
import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from dateutil import parser as dates
from pydantic import ValidationError

from pipeline.errors import MalformedItem, NoStory
from pipeline.story import Dateline, RawStory, Source, Story
from pipeline.subject import Subject
from pipeline.value import as_utc

Item = TypeVar("Item")
# With an unknown zone, the time is taken as UTC.
warnings.filterwarnings("ignore", category=dates.UnknownTimezoneWarning)
_PUBSTATUS = {
    "usable": "usable",
    "embargoed": "usable",
    "withheld": "withheld",
    "withhold": "withheld",
    "hold": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    "cancel": "canceled",
    "killed": "canceled",
    "kill": "canceled",
    "deleted": "canceled",
    "retracted": "canceled",
}
_SIGNALS = {
    "test": "test",
    "testmessage": "test",
    "advisory": "advisory",
    "advisories": "advisory",
    "servicemessage": "advisory",
    "correction": "correction",
    "corrected": "correction",
    "corrective": "correction",
    "update": "update",
    "updated": "update",
    "writethru": "update",
    "writethrough": "update",
}
_OFFSETS = {
    name: hours
    for hours, names in (
        (-10, "HST"), (-9, "AKST"), (-8, "AKDT PST"), (-7, "MST PDT"), (-6, "CST MDT"), (-5, "EST CDT COT PET"),
        (-4, "AST EDT VET BOT"), (-3.5, "NST"), (-3, "ADT ART BRT CLST UYT"), (-2.5, "NDT"), (0, "UT UTC GMT Z WET"),
        (1, "BST WEST CET MEZ WAT"), (2, "CEST MESZ EET SAST CAT"), (3, "EEST MSK EAT TRT IDT"), (3.5, "IRST"),
        (4, "GST"), (4.5, "AFT"), (5, "PKT UZT"), (5.5, "IST SLST"), (5.75, "NPT"), (6, "BDT"), (6.5, "MMT"),
        (7, "WIB ICT"), (8, "HKT SGT MYT PHT AWST WITA"), (9, "JST KST WIT"), (9.5, "ACST"), (10, "AEST"),
        (10.5, "ACDT"), (11, "AEDT"), (12, "NZST"), (13, "NZDT"),
    )
    for name in names.split()
}  # fmt: skip
"""Hours ahead of UTC, by the name of the zone."""
_ZONES = {name: timezone(timedelta(hours=hours)) for name, hours in _OFFSETS.items()}
OTHER_ZONES: dict[str, dict[str, tzinfo]] = {
    "IE": {"IST": _ZONES["BST"]},
    "IL": {"IST": ZoneInfo("Asia/Jerusalem")},
    "BD": {"BST": _ZONES["BDT"]},
    "CN": {"CST": _ZONES["HKT"]},
    "TW": {"CST": _ZONES["HKT"]},
}
"""What names of zones mean in countries where they mean something else."""
_ZONE_NAMED = re.compile(
    r"(?<=:\d\d)(?<![+-]\d\d:\d\d)(?P<half>\s*[AP]M)?\s*\(?(?P<zone>[A-Z]{1,5})\)?(?=(?:\s+\d{4})?$)", re.I
)
"""The name of a zone after a clock: ``17:00 CEST``, ``5:00 pm (ist)``, ``17:00:00 BST 2014``."""
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.I,
)
_NOBODY = re.compile(
    r"(?i:staff|newsroom|news desk|editors?|admin|agenc(?:y|ies)|online)(?i: (?:reporters?|writers?|desk))?"
    r"|\S+@\S+\.\S+|[a-z]+[._]?[a-z]*\d*|[a-z]{1,4}(?:/[a-z]{1,4})+"
    r"|(?!(?:AP|AFP|APA|ANP|ATS|AAP|DPA|EFE|NTB|PA|SDA|STT|TT|UPI)$)[A-Z]{2,4}(?:/[A-Z]{2,4})*"
)
"""Bylines that name nobody: "Staff Reporter", a mail address, a login, initials."""
_LONGEST_BYLINE = 1_000
_MEDIA = {
    **dict.fromkeys(("picture", "photo", "image", "photograph"), "picture"),
    **dict.fromkeys(("graphic", "animation"), "graphic"),
    "video": "video",
    "audio": "audio",
}
_PACKAGES = frozenset(("composite", "package", "packageitem"))
_PLANNING = frozenset(("event", "planning"))
_PLACEHOLDERS = frozenset(("0", "-", "null", "none", "undefined", "n/a", "nan"))
_ONLY_DAY = re.compile(r"\d{8}(?:T[\dZ+-]*)?")
_SITE = re.compile(r"https?://[^/?#\s]+/?", re.I)
_ONLY_TIME = re.compile(r"[\d\s/.:,+-]*\d[\d\s/.:,+-]*(?:[TZ][\d:.+-]*Z?|(?:GMT|UTC)[\d:+-]*)?")
_MOST_TERMS = 1_000
_REFERENCES = {"associations", "renditions"}
_YEARS = range(1970, 2200)


def time(text: str | None, country: str = "") -> datetime | None:
    """Return the time in UTC, from ISO 8601, RFC 5322 or as people write it; None if it is none.

    A time without a zone is taken to be UTC. ``country``, by its code, decides what a zone's name means: IST is in
    India, Ireland and Israel.
    """
    text = (text or "").strip()
    if not text or len(text) > 80:
        return None
    try:
        zones = _ZONES | OTHER_ZONES.get(country, {})
        text = _ZONE_NAMED.sub(lambda found: f"{found['half'] or ''} {found['zone'].upper()}", text)
        return _plausible(_iso(text) or dates.parse(text, tzinfos=zones, default=datetime(1, 1, 1)))  # noqa: DTZ001
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None


def names_zone(text: str | None) -> bool:
    """Return whether a time has the name of a zone."""
    found = _ZONE_NAMED.search((text or "").strip())
    return found is not None and found["zone"].upper() in _ZONES


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = found[7] or "Z"
    offset = timedelta()
    if zone not in "Zz":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    # A second of 60 is a leap second, an hour of 24 the end of the day.
    start = datetime(year, month, day, tzinfo=UTC)
    return start + timedelta(hours=hour, minutes=minute, seconds=second) - offset


def _plausible(moment: datetime) -> datetime | None:
    return as_utc(moment) if moment.year in _YEARS else None


def first_time(*texts: str | None) -> datetime | None:
    """Return the first of these that is a time."""
    return next((moment for text in texts if (moment := time(text))), None)


def embargo(text: str | None) -> datetime | None:
    """Return the time until which a story is embargoed.

    Raises MalformedItem if it cannot be read: a story with an unknown embargo must not be published.
    """
    moment = time(text)
    if text and text.strip() and moment is None:
        raise MalformedItem(f"embargo is not a time: {text.strip()[:60]!r}")
    return moment


def version(text: str | None) -> int | None:
    """Return the version, a whole number from 1; None for anything else."""
    digits = (text or "").strip()
    return int(digits) if re.fullmatch(r"[0-9]{1,18}", digits) and int(digits) else None


def urgency(text: str | None) -> int | None:
    """Return the urgency, 1 (highest) to 9."""
    digit = (text or "").strip()
    return int(digit) if re.fullmatch(r"0?[1-9]", digit) else None


def pubstatus(text: str | None, until: datetime | None = None) -> str:
    """Return usable, withheld or canceled, from any spelling and scheme (``stat:canceled``); usable if absent.

    Embargoed means usable from a time on; without one (``until``) it means withheld. Raises MalformedItem for an
    unknown word: it might be a kill.
    """
    word = _local(text)
    if not word:
        return "usable"
    if word == "embargoed" and until is None:
        return "withheld"
    if word not in _PUBSTATUS:
        raise MalformedItem(f"pubstatus {text!r} is none of usable, withheld, canceled")
    return _PUBSTATUS[word]


def signal(*texts: str | None) -> str | None:
    """Return what the sender says about the message itself, if it is no ordinary story: the first known word."""
    return next((known for text in texts if (known := _SIGNALS.get(_local(text)))), None)


def _local(text: str | None) -> str:
    """Return the last part of a code, lower-case letters only: ``stat:usable``, ``http://…/signal/test``."""
    return re.sub(r"[^a-z]", "", re.split(r"[:/#]", (text or "").strip().rstrip("/"))[-1].lower())


def byline(text: str | None) -> str | None:
    """Return who wrote it, without the word before; None for an address, a login, a placeholder or a whole text."""
    text = " ".join((text or "").split()).rstrip(" =")
    text = re.sub(r"^(?:by|von|par|por|di|door|af|av)[:\s]\s*(?=\S)", "", text, flags=re.I)
    return None if len(text) > _LONGEST_BYLINE or _NOBODY.fullmatch(text) else text or None


def identifier(text: str | None) -> str | None:
    """Return an identifier, or None if it cannot stand for one story alone.

    A URN with an empty or missing part, the address of a whole site, and placeholders are shared by many stories.
    """
    text = (text or "").strip()
    if not text or text.lower() in _PLACEHOLDERS or _SITE.fullmatch(text):
        return None
    if text.lower().startswith("urn:newsml:"):
        provider, _, rest = text[len("urn:newsml:") :].partition(":")
        return text if provider and rest and all(rest.split(":")[:2]) and not _ONLY_DAY.fullmatch(rest) else None
    return None if text.endswith(":") else text


def dateline(text: str | None, city: str | None = None) -> Dateline | None:
    """Return a dateline. If the text is only a time, which some agencies put in its place, the city stands for it."""
    text = " ".join((text or "").split())
    if text and not _ONLY_TIME.fullmatch(text):
        return Dateline(text=text)
    return Dateline(text=city, place=city) if text and city else None


def words(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Return keywords without duplicates, in order; no more than anybody sets by hand."""
    found = (word for text in texts if text and (word := " ".join(text.split())))
    return tuple(dict.fromkeys(islice(found, _MOST_TERMS)))


def subjects(pairs: Iterable[tuple[str | None, str | None]]) -> tuple[Subject, ...]:
    """Return subjects from pairs of code and name, without duplicates, in order; no more than anybody sets by hand."""
    found = dict.fromkeys(islice(pairs, _MOST_TERMS))
    return tuple(Subject(code=code, name=name) for code, name in found if code or name)


def single(items: Sequence[Item], what: str) -> Item:
    """Return the only item of a message.

    Raises MalformedItem for none, and for several, since it is unclear which is meant.
    """
    if len(items) == 1:
        return items[0]
    if items:
        raise MalformedItem(f"{len(items)} {what} in one message, which is to hold one (a feed takes them apart)")
    raise MalformedItem(f"no {what} in it")


def text_or_caption(
    raw: RawStory, kind: str | None, body: str, caption: str | None, headline: str | None, status: str = "usable"
) -> str:
    """Return an item's text, or else its caption or description.

    ``kind`` is the item's, in any spelling and scheme (``ninat:picture``). Raises NoStory for a picture or a recording
    without a text, unless the feed asks for captions; for planning; and for a package of links without a headline. A
    kill passes.
    """
    word = _local(kind)
    if body or status != "usable":
        return body or caption or ""
    if word in _MEDIA and not (raw.captions and caption):
        raise NoStory(_MEDIA[word])
    if word in _PLANNING or (word in _PACKAGES and not (caption or headline)):
        raise NoStory("planning" if word in _PLANNING else "package")
    return caption or ""


def story(raw: RawStory, **stated: Any) -> Story:
    """Return the Story, with missing values taken from the feed.

    ``stated`` are fields of Story, None if the source does not state them; ``source`` is the provider's name. Empty
    values are dropped from ``extra``. Raises MalformedItem for a story without text, headline or reference to
    content elsewhere.
    """
    given = raw.source if raw.source != raw.feed else None
    created = stated.pop("versioncreated", None) or raw.published or raw.receivedat
    fields = {name: value for name, value in stated.items() if value not in (None, "", (), {}, [])}
    fields |= {
        "uri": identifier(fields.get("uri")) or raw.uri,
        "versioncreated": created,
        "firstcreated": min(fields.get("firstcreated") or created, created),
        "source": Source(
            name=given or fields.get("source") or raw.source, format=raw.format, receivedat=raw.receivedat
        ),
        "body": fields.get("body") or "",
        "extra": {
            name: value for name, value in fields.get("extra", {}).items() if value not in (None, "", [], {}, ())
        },
    }
    has_content = fields["body"] or fields.get("headline") or not _REFERENCES.isdisjoint(fields["extra"])
    if fields.get("pubstatus", "usable") == "usable" and not has_content:
        raise MalformedItem("no text: neither a headline nor a body")
    try:
        return Story.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise MalformedItem(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
