"""Extract the dateline that opens a story: ``BEIJING, May 16 (UPI) --``.

City, region or country, day, agency and dash; all but city and dash are optional. A city in capitals or an agency
in brackets is sufficient; ``Nairobi —`` counts only before a capital letter.
"""

import re
from datetime import date, datetime, timedelta

from pipeline.languages.words import any_name, names_in_order
from pipeline.story import Dateline

MONTH_NUMBERS = {name: number + 1 for name, number in names_in_order("calendar", "months").items()}
MONTH = any_name(MONTH_NUMBERS)
_WORD = r"[^\W\d_][\w.'’]*"
_DATELINE = re.compile(
    rf"""^(?P<text>
      (?P<place>{_WORD}(?:[ /-]{_WORD}){{0,4}}?)
      (?P<region>(?:,\s{_WORD}(?:\s{_WORD}){{0,3}}?){{0,2}}?)
      (?P<day>,?\s(?:(?P<day1>\d{{1,2}})\.?\s)?(?P<month>{MONTH})\b\.?
          (?:\s(?P<day2>\d{{1,2}})\b)?(?:,?\s(?P<year>\d{{4}}))?)?
      (?P<agency>,?\s?\([^()]{{2,40}}\))?
      [.,]?\s?(?P<dash>--+|[—–]|[-_](?=\s)|:)
    )\s*(?=(?P<next>\S))""",
    re.X | re.I,
)
_WITHOUT_DASH = re.compile(
    rf"^(?P<text>(?P<place>[^\W\d_a-z][\w.'’-]*(?:[ /-]{_WORD}){{0,2}}) \((?:[a-z]{{2,7}}[ /,]*){{1,3}}\))"
    r"\s+(?=[A-ZÀ-Þ“\"«])"
)
"""The Swiss way: "Berne (ats) Le Conseil"; agencies in lower case, and no dash."""
_AGENCY_FIRST = re.compile(
    rf"^(?P<text>\([^()]{{2,40}}\)\s?[-–—]\s?(?P<place>{_WORD}(?:[ /-]{_WORD}){{0,3}})"
    rf"(?:,?\s(?:(?P<day1>\d{{1,2}})\.?\s)?(?P<month>{MONTH})\b\.?(?:\s(?P<day2>\d{{1,2}})\b)?"
    r"(?:,?\s(?P<year>\d{4}))?)?\s?[-–—])\s+(?=\S)",
    re.I,
)
"""The Italian way: "(ANSA) - Rome, October 11 -"."""
_BARE = re.compile(r"[^\W\d_][^\d:;()]{1,60}")
_WITHOUT_PLACE = re.compile(
    rf"^(?P<text>(?:(?P<month>{MONTH})\.?\s(?P<day2>\d{{1,2}})|(?P<day1>\d{{1,2}})\.?\s(?P<month1>{MONTH})\.?)"
    r"(?:,?\s(?P<year>\d{4}))?\s\([^()]{2,40}\)[.,]?\s?(?:--+|[—–]|-(?=\s)))\s*(?=\S)",
    re.I,
)
_LONGEST = 100
_RECENT = timedelta(days=2)


def extract_dateline(paragraphs: list[str], written: datetime) -> tuple[list[str], Dateline | None]:
    """Return the paragraphs without the dateline, and the dateline.

    ``written``, the story's own time, supplies a missing year.
    """
    found = _parsed(paragraphs[0][: _LONGEST + 1], written) if paragraphs else None
    if found is None:
        return paragraphs, None
    dateline, end = found
    return [paragraphs[0][end:], *paragraphs[1:]], dateline


def complete_dateline(dateline: Dateline, written: datetime) -> Dateline:
    """Return a dateline that a source states as text alone with the place and date that the text has."""
    found = _parsed(f"{dateline.text} A", written) or _parsed(f"{dateline.text} - A", written)
    if found:
        return found[0].model_copy(update={"text": dateline.text})
    if not _BARE.fullmatch(dateline.text):
        return dateline
    town = re.sub(r"\s[A-Z]{2}$", "", dateline.text.partition(",")[0].strip())
    return dateline.model_copy(update={"place": _place(town)})


def remove_repeated(paragraphs: list[str], dateline: Dateline, written: datetime) -> tuple[list[str], Dateline]:
    """Return the paragraphs without a dateline that repeats the stated one, and the fuller of both."""
    rest, found = extract_dateline(paragraphs, written)
    if found is None or not _is_same(found, dateline):
        return paragraphs, dateline
    return rest, found.model_copy(update={"date": dateline.date or found.date})


def _is_same(found: Dateline, stated: Dateline) -> bool:
    place = (stated.place or stated.text).casefold()
    return found.place is not None and (place.startswith(found.place.casefold()) or found.place.casefold() in place)


def _parsed(text: str, written: datetime) -> tuple[Dateline, int] | None:
    """Return the dateline that a text begins with, and where it ends."""
    if (found := _DATELINE.match(text)) and _is_dateline(found):
        return Dateline(
            text=found["text"].strip(), place=_place(found["place"]), date=_day(found, written)
        ), found.end()
    if found := _WITHOUT_DASH.match(text):
        return Dateline(text=found["text"], place=_place(found["place"])), found.end()
    if found := _AGENCY_FIRST.match(text):
        return Dateline(text=found["text"], place=_place(found["place"]), date=_day(found, written)), found.end()
    if found := _WITHOUT_PLACE.match(text):
        return Dateline(text=found["text"], date=_day(found, written)), found.end()
    return None


def _is_dateline(found: re.Match[str]) -> bool:
    place, dash = found["place"], found["dash"].strip()
    capitals = place.isupper() and sum(map(str.isalpha, place)) > 2
    if dash == ":":
        return bool(found["agency"] or (capitals and found["day"])) and place[0].isupper()
    if dash in ("-", "_") and not capitals:
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
    named_month = found["month"] or found.groupdict().get("month1")
    if not named_month or not day:
        return None
    month = MONTH_NUMBERS[named_month.lower()]
    years = [int(found["year"])] if found["year"] else [written.year + 1, written.year, written.year - 1]
    for year in years:
        try:
            named = date(year, month, int(day))
        except ValueError:
            continue
        if found["year"] or named <= written.date() + _RECENT:
            return named.isoformat()
    return None
