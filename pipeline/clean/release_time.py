"""Read when a story may be published, from the words of an agency or a press office.

"00.01 GMT Thursday 10 December 2026", "6 a.m. EDT, Tuesday, May 19", "14.05., 18 Uhr", "jeudi à 06H00 GMT". Where
the words leave two times open, the later one counts; where they contradict each other, none does: a story that is
published too early cannot be taken back.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pipeline.clean.dateline import MONTH, MONTH_NUMBERS

LAST_ZONE = timezone(timedelta(hours=-12))
"""Where each time comes last; for words that leave the zone open."""
_WEEKDAYS = (
    "monday mon montag lundi lunedì lunedi' lunedi lunes maandag segunda-feira måndag mandag",
    "tuesday tues tue dienstag mardi martedì martedi' martedi martes dinsdag terça-feira tisdag tirsdag",
    "wednesday wed mittwoch mercredi mercoledì mercoledi' mercoledi miércoles miercoles woensdag quarta-feira onsdag",
    "thursday thurs thur thu donnerstag jeudi giovedì giovedi' giovedi jueves donderdag quinta-feira torsdag",
    "friday fri freitag vendredi venerdì venerdi' venerdi viernes vrijdag sexta-feira fredag",
    "saturday sat samstag sonnabend samedi sabato sábado sabado zaterdag lördag lørdag",
    "sunday sun sonntag dimanche domenica domingo zondag söndag søndag",
)
_WEEKDAY_NUMBERS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
_FROM_TODAY = {
    **dict.fromkeys(("today", "tonight", "heute", "aujourd'hui", "aujourd’hui", "oggi", "hoy", "vandaag", "hoje"), 0),
    **dict.fromkeys(("tomorrow", "morgen", "demain", "domani", "mañana", "manana", "amanhã"), 1),
}
_NAMED_CLOCKS = {
    **dict.fromkeys(("noon", "midday", "mittag", "midi", "mezzogiorno", "mediodía", "mediodia"), 12),
    **dict.fromkeys(("midnight", "mitternacht", "minuit", "mezzanotte", "medianoche", "middernacht"), 24),
}
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
        ("et|eastern|eastern time|us eastern time|new york time|n.y. time", "America/New_York"),
        ("ct|central time|us central time", "America/Chicago"), ("mt|mountain time", "America/Denver"),
        ("pt|pacific|pacific time", "America/Los_Angeles"), ("uk time|london time", "Europe/London"),
        ("irish time", "Europe/Dublin"), ("heure de paris|heure française|paris time", "Europe/Paris"),
        ("heure de bruxelles|brussels time", "Europe/Brussels"), ("geneva time|heure de genève", "Europe/Zurich"),
        ("berlin time|deutscher zeit", "Europe/Berlin"), ("ora italiana|rome time|ora di roma", "Europe/Rome"),
        ("hora peninsular|hora española|madrid time", "Europe/Madrid"), ("moscow time", "Europe/Moscow"),
        ("tokyo time|japan time", "Asia/Tokyo"), ("beijing time|china time", "Asia/Shanghai"),
        ("sydney time", "Australia/Sydney"), ("indian standard time|india time", "Asia/Kolkata"),
    )
    for name in names.split("|")
}  # fmt: skip


def _any(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_ON_A_WEEKDAY = rf"(?:on\s)?(?:{_any(_WEEKDAY_NUMBERS)})\b"
_ZONE = rf"(?:(?:gmt|utc)\s?(?P<offset>[+-]\d{{1,2}}(?::?\d{{2}})?)|(?P<zone>{_any(_ZONES)}))(?![\w'’])"
_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"
_CLOCK = re.compile(
    rf"""(?<![\w.:/-])(?:
      (?:at|ore|las|à|um|ab)?\s*(?P<hour>[01]?\d|2[0-4])\s?[:.hH]\s?(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\.?\d)
        \s*(?:uhr|h(?:rs|ours|oras|eures)?\b\.?|u\b)?\s*(?:{_HALF})?
      |(?P<hour1>1[0-2]|0?\d)\s?{_HALF.replace("half", "half1")}
      |(?P<hour2>[01]?\d|2[0-4])\s?(?:uhr|h|u|heures?|horas|o[’']clock)\b
      |(?:ore|las|alle)\s+(?P<hour3>[01]?\d|2[0-4])\b(?!\s?[:.h]?\d)
      |(?P<hour4>[01]\d|2[0-4])(?P<minute4>[0-5]\d)(?=\s*(?:h(?:rs|ours)\b|{_ON_A_WEEKDAY}
          |{_ZONE.replace("offset", "o").replace("zone>", "z>")}))
        \s*(?:h(?:rs|ours)\b\.?)?
      |(?:12\s)?(?P<named>{_any(_NAMED_CLOCKS)})\b
    )\s*(?:\(?(?:{_ZONE})\)?)?""",
    re.X | re.I,
)
_DAY = re.compile(
    rf"""(?<![\w.:/-])(?:
      (?P<year>\d{{4}})-(?P<month_number>\d{{2}})-(?P<day>\d{{2}})
      |(?P<day1>[0-3]?\d)\.\s?(?P<month1>[01]?\d)\.(?:\s?(?P<year1>\d{{4}}|\d{{2}})(?!\d|\s?(?:uhr|h\b)))?
      |(?P<one>[0-3]?\d)/(?P<other>[0-3]?\d)(?:/(?P<year2>\d{{4}}|\d{{2}}))?(?![\d/])
      |(?P<day3>[0-3]?\d)\s?(?:st|nd|rd|th|er|º|°|\.)?\s?(?:of\s|de\s|d[’'])?\s?(?P<name3>{MONTH})\b\.?
        (?:,?\s?(?:de\s|del\s)?(?P<year3>\d{{4}})\b(?!\s?(?:gmt|utc|hrs|hours)))?
      |(?P<name4>{MONTH})\b\.?\s(?P<day4>[0-3]?\d)(?:st|nd|rd|th)?\b(?!:)(?:,?\s?(?P<year4>\d{{4}})\b(?!\s?(?:gmt|utc|hrs|hours)))?
    )""",
    re.X | re.I,
)
_WEEKDAY = re.compile(rf"(?<!\w)(?P<weekday>{_any(_WEEKDAY_NUMBERS)})(?!\w)\.?", re.I)
_RELATIVE = re.compile(rf"(?<!\w)(?P<relative>{_any(_FROM_TODAY)})(?!\w)", re.I)
_LONE_ZONE = re.compile(rf"(?<!\w)(?:{_ZONE})", re.I)
_FILLER = re.compile(
    r"""(?:on|at|the|of|in|from|by|until|till|before|after|publication|broadcast|release|use|print|online|and|or|digital
    |thereafter|local|time|date|further\snotice|am|um|den|vom|ab|bis|zum|uhr|ortszeit|sendefrei|frei|le|la|les|à|au|du
    |heures?|locale|hora|horas|ore|ora|alle|del|dell?[’']|di|il|el|las|a|de|d[’']|op|om|uur|not|for|no|not\sfor
    |morning|afternoon|evening|früh|abend|matin|soir|strict(?:ly)?|embargo(?:ed)?|gesperrt)(?!\w)""",
    re.X | re.I,
)
_BETWEEN = re.compile(r"[\s,;.·|/()\[\]*–—-]+")
_ISO_SEPARATOR = re.compile(r"(?<=\d)T(?=\d\d:)")
_TRAILING = re.compile(rf"(?:(?:{_BETWEEN.pattern})?(?:{_FILLER.pattern})?)*$", re.X | re.I)
_LONGEST = 200
_NEAR = 25
"""A digit in so many characters after a day may be the hour, in words that are not understood."""


class ReleaseTime(NamedTuple):
    """The time that words give; ``has_zone`` is whether they name its zone, ``end`` where in the text they end."""

    at: datetime | None
    has_zone: bool
    end: int


def read_release_time(text: str, start: int, created: datetime, home: tzinfo | None) -> ReleaseTime:
    """Read the time in a text from ``start`` on, up to the first word that is not part of one.

    ``created`` is when the story was written; ``home`` is the zone of its sender, None if unknown. The time is in
    UTC; None if the words give none, or contradict each other.
    """
    text = _ISO_SEPARATOR.sub(" ", text[: _LONGEST + start])
    pieces = list(_pieces(text, start))
    end = max((piece.end() for piece in pieces), default=start)
    if trailing := _TRAILING.match(text, end):
        end = trailing.end()
    words = {name: value for piece in reversed(pieces) for name, value in piece.groupdict().items() if value}
    if _clock(words) is None and any(map(str.isdigit, text[end : end + _NEAR])):
        return ReleaseTime(None, has_zone=False, end=end)
    zone = _zone(words)
    at = _moment(words, created, zone or home or LAST_ZONE)
    return ReleaseTime(at and at.astimezone(UTC), zone is not None, end)


def _pieces(text: str, start: int) -> Iterator[re.Match[str]]:
    """Yield the parts of a time that follow one another in the text."""
    at = start
    while True:
        if between := _BETWEEN.match(text, at):
            at = between.end()
        found = next(
            (m for p in (_DAY, _CLOCK, _WEEKDAY, _RELATIVE, _LONE_ZONE) if (m := p.match(text, at)) and m.end() > at),
            None,
        )
        if found:
            yield found
            at = found.end()
        elif filler := _FILLER.match(text, at):
            at = filler.end()
        else:
            return


def _zone(words: dict[str, str]) -> tzinfo | None:
    if offset := words.get("offset"):
        digits = offset[1:].replace(":", "")
        hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
        return timezone(timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if offset[0] == "-" else 1))
    return _ZONES.get(" ".join(words.get("zone", "").lower().split()))


def _moment(words: dict[str, str], created: datetime, zone: tzinfo) -> datetime | None:
    clock = _clock(words)
    local = created.astimezone(zone)
    if days := [*_days(words, local.date())]:
        dated = [datetime.combine(day, time(), zone) + (clock or timedelta()) for day in days if _fits(day, words)]
        nearest = min(dated, key=lambda moment: abs(moment - created), default=None)
        return max(dated, default=None) if "one" in words else nearest
    if "weekday" in words:
        ahead = (_WEEKDAY_NUMBERS[words["weekday"].lower()] - local.weekday()) % 7
        if ahead == 0 and clock is None:
            return None
        days = [local.date() + timedelta(days=ahead + more) for more in (0, 7)]
    elif "relative" in words:
        days = [local.date() + timedelta(days=_FROM_TODAY[words["relative"].lower()])]
    elif clock is not None:
        days = [local.date(), local.date() + timedelta(days=1)]
    moments = (datetime.combine(day, time(), zone) + (clock or timedelta()) for day in days)
    return next((moment for moment in moments if moment > created), None)


def _days(words: dict[str, str], today: date) -> Iterator[date]:
    """Yield the days that a date may be: without a year those around today, of two orders of day and month both."""
    stated = next((int(words[name]) for name in ("year", "year1", "year2", "year3", "year4") if name in words), None)
    years = range(today.year - 1, today.year + 2) if stated is None else [stated + (2000 if stated < 100 else 0)]
    if "one" in words:
        pairs = {(int(words["one"]), int(words["other"])), (int(words["other"]), int(words["one"]))}
    else:
        day = next((int(words[name]) for name in ("day", "day1", "day3", "day4") if name in words), 0)
        name = words.get("name3") or words.get("name4")
        number = MONTH_NUMBERS[name.lower()] if name else int(words.get("month_number") or words.get("month1") or 0)
        pairs = {(day, number)}
    for year in years:
        for day, month in pairs:
            with suppress(ValueError):
                yield date(year, month, day)


def _fits(day: date, words: dict[str, str]) -> bool:
    return "weekday" not in words or day.weekday() == _WEEKDAY_NUMBERS[words["weekday"].lower()]


def _clock(words: dict[str, str]) -> timedelta | None:
    """Return the time since the day's beginning; midnight is the end of the day that is named."""
    if "named" in words:
        return timedelta(hours=_NAMED_CLOCKS[words["named"].lower()])
    hour = next((int(words[name]) for name in ("hour", "hour1", "hour2", "hour3", "hour4") if name in words), None)
    if hour is None:
        return None
    half = (words.get("half") or words.get("half1") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return timedelta(hours=hour, minutes=int(words.get("minute") or words.get("minute4") or 0))
