"""Read when a story may be published, from the words of an agency or a press office.

"00.01 GMT Thursday 10 December 2026", "6 a.m. EDT, Tuesday, May 19", "14.05., 18 Uhr", "jeudi à 06H00 GMT". Where
the words leave two times open, or give several, the latest counts; where they contradict each other, none does: a
story that is published too early cannot be taken back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pipeline.clean.dateline import MONTH, MONTH_NUMBERS
from pipeline.languages.words import any_name, any_of, names_in_order, words

LAST_ZONE = timezone(timedelta(hours=-12))
"""Where each time comes last; for words that leave the zone open."""
_WEEKDAYS = names_in_order("calendar", "weekdays")
_FROM_TODAY = dict.fromkeys(words("calendar", "today"), 0) | dict.fromkeys(words("calendar", "tomorrow"), 1)
_NAMED_CLOCKS = dict.fromkeys(words("calendar", "noon"), 12) | dict.fromkeys(words("calendar", "midnight"), 24)
_ZONES: dict[str, tzinfo] = {
    name: timezone(timedelta(hours=hours))
    for names, hours in (
        ("ut utc gmt z wet", 0), ("bst cet mez west wat", 1), ("cest mesz eet sast cat", 2), ("msk eest eat", 3),
        ("gst", 4), ("pkt", 5), ("ist", 5.5), ("wib", 7), ("hkt sgt awst", 8), ("jst kst", 9),
        ("acst", 9.5), ("aest", 10), ("aedt", 11), ("nzst", 12), ("nzdt", 13), ("brt", -3), ("ast", -4),
        ("adt", -3), ("est", -5), ("edt", -4), ("cst", -6), ("cdt", -5), ("mst", -7), ("mdt", -6), ("pst", -8),
        ("pdt", -7), ("akst", -9), ("hst", -10),
    )
    for name in names.split()
} | {
    name: ZoneInfo(zone)
    for names, zone in (
        ("et|eastern", "America/New_York"), ("ct|us central", "America/Chicago"), ("mt", "America/Denver"),
        ("pt|pacific", "America/Los_Angeles"), ("uk|british summer time", "Europe/London"),
        ("irish time", "Europe/Dublin"), ("heure française", "Europe/Paris"), ("deutscher zeit", "Europe/Berlin"),
        ("ora italiana", "Europe/Rome"), ("hora peninsular|hora española", "Europe/Madrid"),
        ("japan time", "Asia/Tokyo"), ("china time", "Asia/Shanghai"),
        ("india time|indian standard time", "Asia/Kolkata"),
        ("central european time|central european summer time|mitteleuropäischer zeit", "Europe/Berlin"),
        *((f"{us}{name}{time}", zone)
          for us in ("", "us ", "u.s. ") for time in (" time", " daylight time", " standard time", "")
          for name, zone in (("eastern", "America/New_York"), ("central", "America/Chicago"),
                             ("mountain", "America/Denver"), ("pacific", "America/Los_Angeles")) if us or time),
        *((f"{city} time|hora de {city}|heure de {city}|ora di {city}|({city})", zone)
          for cities, zone in (
              ("new york|n.y.|washington|nueva york", "America/New_York"), ("london|londres|londra", "Europe/London"),
              ("paris|parís|parigi", "Europe/Paris"), ("brussels|bruxelles|bruselas", "Europe/Brussels"),
              ("geneva|genève|zurich", "Europe/Zurich"), ("berlin|frankfurt", "Europe/Berlin"),
              ("rome|roma", "Europe/Rome"), ("madrid", "Europe/Madrid"), ("moscow", "Europe/Moscow"),
              ("tokyo", "Asia/Tokyo"), ("beijing", "Asia/Shanghai"), ("sydney|canberra", "Australia/Sydney"),
              ("new delhi|delhi", "Asia/Kolkata"), ("méxico|mexico city", "America/Mexico_City"),
          )
          for city in cities.split("|")),
    )
    for name in names.split("|")
}  # fmt: skip


_ON_A_WEEKDAY = rf"(?:on\s)?(?:{any_name(_WEEKDAYS)})\b"
_ZONE = rf"(?:(?:gmt|utc)\s?(?P<offset>[+-]\d{{1,2}}(?::?\d{{2}})?)|(?P<zone>{any_name(_ZONES)}))(?![\w'’])"
_ISO_OFFSET = r"(?P<iso>[+-](?:0\d|1[0-4]):?(?:00|15|30|45))(?![\w:])"
_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"
_CLOCK = re.compile(
    rf"""(?<![\w./-])(?<!\d:)(?:
      (?:{any_of("clock", "before")})?\s*(?P<hour>[01]?\d|2[0-4])\s?[:.hH]\s?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\.?\d)
        \s*(?:(?:{any_of("clock", "after")}|h)\b\.?)?\s*(?:{_HALF})?
      |(?P<hour1>1[0-2]|0?\d)\s?{_HALF.replace("half", "half1")}
      |(?P<hour2>[01]?\d|2[0-4])\s?(?:{any_of("clock", "whole")}|h)\b
      |(?:{any_of("clock", "hour")})\s+(?P<hour3>[01]?\d|2[0-4])\b(?!\s?[:.h]?\d)
      |(?P<hour4>[01]\d|2[0-4])(?P<minute4>[0-5]\d)(?=\s*(?:h(?:rs|ours)\b|{_ON_A_WEEKDAY}
          |{_ZONE.replace("offset", "o").replace("zone>", "z>")}))
        \s*(?:h(?:rs|ours)\b\.?)?
      |(?:12\s)?(?P<named>{any_name(_NAMED_CLOCKS)})\b
    )\s*(?:\(?(?:{_ZONE}|{_ISO_OFFSET})\)?)?""",
    re.X | re.I,
)
_DAY = re.compile(
    rf"""(?<![\w.:/-])(?:
      (?P<year>\d{{4}})-(?P<month_number>\d{{2}})-(?P<day>\d{{2}})
      |(?P<day1>[0-3]?\d)\.\s?(?P<month1>[01]?\d)\.(?:\s?(?P<year1>\d{{4}}|\d{{2}})(?!\d|\s?(?:uhr|h\b)))?
      |(?P<one>[0-3]?\d)(?:/|-(?=\d\d?-\d{{4}}))(?P<other>[0-3]?\d)(?:[/-](?P<year2>\d{{4}}|\d{{2}}))?(?![\d/])
      |(?P<day3>[0-3]?\d)\s?(?:st|nd|rd|th|er|º|°|\.)?\s?(?:of\s|de\s|d[’'])?\s?(?P<name3>{MONTH})\b\.?
        (?:,?\s?(?:de\s|del\s)?(?P<year3>\d{{4}})\b(?!\s?(?:gmt|utc|hrs|hours)))?
      |(?P<name4>{MONTH})\b\.?\s(?P<day4>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:)(?:,?\s?(?P<year4>\d{{4}})\b(?!\s?(?:gmt|utc|hrs|hours)))?
      |(?P<day5>[0-3]?\d)(?:st|nd|rd|th)\b
    )""",
    re.X | re.I,
)
_WEEKDAY = re.compile(rf"(?<!\w)(?P<weekday>{any_name(_WEEKDAYS)})(?!\w)\.?", re.I)
_RELATIVE = re.compile(rf"(?<!\w)(?P<relative>{any_name(_FROM_TODAY)})(?!\w)", re.I)
_LONE_ZONE = re.compile(rf"(?<!\w)(?:{_ZONE})", re.I)
_FILLER = re.compile(rf"(?:{any_of('clock', 'filler')})(?!\w)", re.I)
_BETWEEN = re.compile(r"[\s,;.·|/()\[\]*–—-]+")
_ISO_SEPARATOR = re.compile(r"(?<=\d)T(?=\d\d:)")
_TRAILING = re.compile(rf"(?:(?:{_BETWEEN.pattern})?(?:{_FILLER.pattern})?)*$", re.I)
_GAP = re.compile(r"(?:(?!\s[–—-]+\s)[^\s.!?:;)\]]+[,;]?\s+){1,3}?(?=\S)")
"""A few words between the parts of a time that are not understood."""
_STOP = re.compile(r"[:)\]–—]|\s-+\s|[.!?]\s")
_UNREAD_DAY = re.compile(r"(?<![\d:.])\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\b20\d\d\b")
_OTHER_ZONE = re.compile(rf"(?<!local )(?<!release )(?<!embargo )\b(?:{any_of('clock', 'zone')})\b", re.I)
_LONGEST = 200
_NEAR = 25
"""A digit in so many characters after a day may be the hour, in words that are not understood."""


class ReleaseTime(NamedTuple):
    """The time that words give, and where in the text they end.

    ``has_zone`` is whether they name its zone, ``has_clock`` whether its hour.
    """

    at: datetime | None
    has_zone: bool
    end: int
    has_clock: bool = False


def read_release_time(text: str, start: int, created: datetime, home: tzinfo | None) -> ReleaseTime:
    """Read the time in a text from ``start`` on, up to the first word that is not part of one.

    ``created`` is when the story was written; ``home`` is the zone of its sender, None if unknown. The time is in
    UTC; None if the words give none, or contradict each other.
    """
    text = _ISO_SEPARATOR.sub(" ", text[: _LONGEST + start])
    pieces = list(_pieces(text, start))
    if not pieces:
        later = list(_pieces(text, start, begun=True))
        pieces = later if any(piece.re is _CLOCK for piece in later) else []
    end = max((piece.end() for piece in pieces), default=start)
    if trailing := _TRAILING.match(text, end):
        end = trailing.end()
    clocks: list[tuple[timedelta | None, tzinfo | None]]
    clocks = [(clock, _zone(piece)) for piece in pieces if (clock := _clock(piece.groupdict())) is not None]
    days = [piece for piece in pieces if piece.re in (_DAY, _WEEKDAY, _RELATIVE)]
    ahead = _STOP.split(text[end:], maxsplit=1)[0]
    if (not clocks and any(map(str.isdigit, text[end : end + _NEAR]))) or (not days and _UNREAD_DAY.search(ahead)):
        return ReleaseTime(None, has_zone=False, end=end)
    zoned = [each for each in clocks if each[1]]
    named = next((zone for piece in pieces if (zone := _zone(piece))), None)
    unknown = LAST_ZONE if not named and _OTHER_ZONE.search(text[start:end] + ahead) else None
    times = zoned or [(clock, named) for clock, _ in clocks] or [(None, named)]
    moments = (_moment(days, clock, created, zone or unknown or home or LAST_ZONE) for clock, zone in times)
    at = max((moment for moment in moments if moment), default=None)
    return ReleaseTime(at and at.astimezone(UTC), named is not None, end, bool(clocks))


def _pieces(text: str, start: int, *, begun: bool = False) -> Iterator[re.Match[str]]:
    """Yield the parts of a time that follow one another in the text, with at most a few other words between them."""
    at = start
    while True:
        if between := _BETWEEN.match(text, at):
            at = between.end()
        if found := _piece(text, at):
            yield found
            at, begun = found.end(), True
        elif filler := _FILLER.match(text, at):
            at = filler.end()
        elif begun and (found := _after_gap(text, at)):
            at = found.start()
        else:
            return


def _piece(text: str, at: int) -> re.Match[str] | None:
    patterns = (_DAY, _CLOCK, _WEEKDAY, _RELATIVE, _LONE_ZONE)
    return next((m for p in patterns if (m := p.match(text, at)) and m.end() > at), None)


def _after_gap(text: str, at: int) -> re.Match[str] | None:
    """Return the next part of a time after up to three other words of the same sentence."""
    for _ in range(3):
        if not (gap := _GAP.match(text, at)):
            return None
        at = gap.end()
        if found := _piece(text, at):
            return found
    return None


def _zone(piece: re.Match[str]) -> tzinfo | None:
    named = piece.groupdict()
    if offset := named.get("offset") or named.get("iso"):
        digits = offset[1:].replace(":", "")
        hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
        return timezone(timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if offset[0] == "-" else 1))
    return _ZONES.get(" ".join((named.get("zone") or "").lower().split()))


def _moment(
    pieces: Sequence[re.Match[str]], clock: timedelta | None, created: datetime, zone: tzinfo
) -> datetime | None:
    local = created.astimezone(zone)
    weekdays = [_WEEKDAYS[piece["weekday"].lower()] for piece in pieces if piece.re is _WEEKDAY]
    relative = [_FROM_TODAY[piece["relative"].lower()] for piece in pieces if piece.re is _RELATIVE]
    if dates := [piece for piece in pieces if piece.re is _DAY]:
        moments = []
        for piece in dates:
            for days in _days(piece, local.date()):
                fitting = [day for day in days if not weekdays or day.weekday() in weekdays]
                dated = [datetime.combine(day, time(), zone) + (clock or timedelta()) for day in fitting]
                moments += [min(dated, key=lambda moment: abs(moment - created))] if dated else []
        return max(moments, default=None)
    if weekdays:
        ahead = [(weekday - local.weekday()) % 7 for weekday in weekdays]
        if 0 in ahead and clock is None:
            return None
        days = [local.date() + timedelta(days=max(ahead) + more) for more in (0, 7)]
    elif relative:
        days = [local.date() + timedelta(days=max(relative))]
    elif clock is not None:
        days = [local.date(), local.date() + timedelta(days=1)]
    else:
        return None
    moments = [datetime.combine(day, time(), zone) + (clock or timedelta()) for day in days]
    return next((moment for moment in moments if moment > created), None)


def _days(piece: re.Match[str], today: date) -> Iterator[list[date]]:
    """Yield the days that a date may be, for each order of day and month: without a year those around today."""
    words = {name: value for name, value in piece.groupdict().items() if value}
    stated = next((int(words[name]) for name in ("year", "year1", "year2", "year3", "year4") if name in words), None)
    years = range(today.year - 1, today.year + 2) if stated is None else [stated + (2000 if stated < 100 else 0)]
    day = next((int(words[name]) for name in ("day", "day1", "day3", "day4", "day5") if name in words), 0)
    if "one" in words:
        orders = [[(int(words["one"]), int(words["other"]))], [(int(words["other"]), int(words["one"]))]]
    elif "day5" in words:
        orders = [[(day, today.month), (day, today.month % 12 + 1)]]
    else:
        name = words.get("name3") or words.get("name4")
        number = MONTH_NUMBERS[name.lower()] if name else int(words.get("month_number") or words.get("month1") or 0)
        orders = [[(day, number)]]
    for pairs in orders:
        days = []
        for year in years:
            for number, month in pairs:
                with suppress(ValueError):
                    days.append(date(year, month, number))
        yield days


def _clock(words: Mapping[str, str | None]) -> timedelta | None:
    """Return the time since the day's beginning; midnight is the end of the day that is named."""
    if named := words.get("named"):
        return timedelta(hours=_NAMED_CLOCKS[named.lower()])
    hour = next(
        (int(words[name] or 0) for name in ("hour", "hour1", "hour2", "hour3", "hour4") if words.get(name)), None
    )
    if hour is None:
        return None
    half = (words.get("half") or words.get("half1") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return timedelta(hours=hour, minutes=int(words.get("minute") or words.get("minute4") or 0))
