"""Extract the dateline that opens a story: ``BEIJING, May 16 (UPI) --``.

City, region or country, day, agency and dash; all but city and dash are optional. A city in capitals or an agency
in brackets is sufficient; ``Nairobi —`` counts only before a capital letter.
"""

import re
from datetime import date, datetime, timedelta

from pipeline.story import Dateline

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    "Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_WORD = r"[^\W\d_][\w.'’]*"
_DATELINE = re.compile(
    rf"""^(?P<text>
      (?P<place>{_WORD}(?:[ /-]{_WORD}){{0,4}}?)
      (?P<region>(?:,\s{_WORD}(?:\s{_WORD}){{0,3}}?){{0,2}}?)
      (?P<day>,?\s(?:(?P<day1>\d{{1,2}})\.?\s)?(?P<month>{_MONTH})\b\.?
          (?:\s(?P<day2>\d{{1,2}})\b)?(?:,?\s(?P<year>\d{{4}}))?)?
      (?P<agency>,?\s?\([^()]{{2,40}}\))?
      ,?\s?(?P<dash>--+|[—–]|-(?=\s)|:)
    )\s*(?=(?P<next>\S))""",
    re.X | re.I,
)
_LONGEST = 100
_RECENT = timedelta(days=2)


def extract_dateline(paragraphs: list[str], written: datetime) -> tuple[list[str], Dateline | None]:
    """Return the paragraphs without the dateline, and the dateline.

    ``written``, the story's own time, supplies a missing year.
    """
    found = _DATELINE.match(paragraphs[0][: _LONGEST + 1]) if paragraphs else None
    if not found or not _is_dateline(found):
        return paragraphs, None
    rest = paragraphs[0][found.end() :]
    dateline = Dateline(text=found["text"].strip(), place=_place(found["place"]), date=_day(found, written))
    return [rest, *paragraphs[1:]], dateline


def _is_dateline(found: re.Match[str]) -> bool:
    place, dash = found["place"], found["dash"].strip()
    capitals = place.isupper() and sum(map(str.isalpha, place)) > 2
    if dash == ":":
        return bool(found["agency"] or (capitals and found["day"])) and place[0].isupper()
    if dash == "-" and not capitals:
        return bool(found["agency"]) and place[0].isupper()
    if capitals or found["agency"]:
        return place[0].isupper()
    words = re.findall(_WORD, place)
    follows = found["next"].isupper() or found["next"] in "“\"'‘«"
    return follows and len(words) <= 3 and all(word[0].isupper() for word in words)


def _place(text: str) -> str:
    return text.title() if text.isupper() else text


def _day(found: re.Match[str], written: datetime) -> str | None:
    """Return the ISO date; without a year, the last such day before the story was written."""
    day = found["day1"] or found["day2"]
    if not found["month"] or not day:
        return None
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    years = [int(found["year"])] if found["year"] else [written.year + 1, written.year, written.year - 1]
    for year in years:
        try:
            named = date(year, month, int(day))
        except ValueError:
            continue
        if found["year"] or named <= written.date() + _RECENT:
            return named.isoformat()
    return None
