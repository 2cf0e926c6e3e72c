"""Parse IPTC 7901, the text of the wires before XML.

``SOH service number priority category words [keywords] CR LF [catchline] STX text ETX DDHHMM MON YY EOT``.
Teleprinter messages between ``ZCZC`` and ``NNNN`` are the same without the control characters. A headline ends with
``=`` or is the first line. Times are GMT unless they say otherwise.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.errors import MalformedItem
from pipeline.formats import mapping
from pipeline.formats.contract import Format, whole_stream
from pipeline.formats.encoding import decode
from pipeline.formats.text import extract_headline
from pipeline.story import RawStory, Story

_START = re.compile(r"^[\x00\x16\x7f\s]*(?:\x01|ZCZC\b)[ \t]*")
_HEADER = re.compile(
    r"(?P<service>[^\W\d_]{2,8})[-_ ]?(?P<number>\d{1,6})[A-Za-z]?(?:[/_-]\w{1,8})?(?=\s|$)(?P<rest>[^\r\n]*)"
)
_RECOGNISED = re.compile(rb"^[\x00\x16\x7f\s]*(?:\x01\s?[A-Za-z\x80-\xff]{2,8}[-_ ]?\d{1,6}[A-Za-z]?\s+\w\s|ZCZC\b)")
_ETX = re.compile(r"\x03|\n[^\S\n]*NNNN\b|\x04")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan gen ene", "feb fév fev", "mar mär mrz maa", "apr avr abr", "may mai mag maj mei", "jun jui giu",
         "jul lug juil", "aug aoû aou ago", "sep set", "oct okt ott", "nov", "dec dez déc dic"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_GROUP = r"\b(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})"
_NAMED = rf"(?P<month>(?:{_MONTH})[^\W\d_]?)\.?"
_CLOCKS = (
    re.compile(
        r"\b(?P<day>\d{1,2})[- .](?P<month>[^\W\d_]{3,4})\.?[- .](?P<year>\d{4}|\d{2})"
        r"\s+(?P<hour>\d{2})[:.]?(?P<minute>\d{2})(?:\s?(?P<zone>[A-Z]{1,4}))?\b",
        re.I,
    ),
    re.compile(rf"{_GROUP}(?:\s?(?P<zone>[A-Z]{{1,4}}))?\s+{_NAMED}\s+(?P<year>\d{{4}}|\d{{2}})\b", re.I),
    re.compile(rf"{_GROUP}(?:\s+{_NAMED})?(?P<zone>\s?[A-Z]{{1,4}})??(?P<year>)\b", re.I),
)
"""How the time is written, the completest first: ``16-05-2024 10:15``, ``161015 GMT MAY 24``, ``161015``."""
_NOT_FOR_PUBLICATION = re.compile(r"^.{0,40}\bnot (?:intended )?for publication\b.*", re.I | re.M)
_HEADLINE_LINES = 5
_LEAD = re.compile(r"(?:(?:EXTRA|REFILE|URGENT|UPDATE|ROUNDUP|CORRECTION|\d{1,2}(?:ST|ND|RD|TH)|LEAD|FINAL)[ :-]*)+")


@dataclass(frozen=True)
class _Message:
    service: str
    number: str
    urgency: int | None
    category: str | None
    keywords: str | None
    text: str
    after: str


def parse(raw: RawStory) -> Story:
    """Return the story in a message. Raises MalformedItem if it has no header or no text."""
    message = _read(raw.value)
    text, note = _without_note(message.text)
    headline, body = _headline(text)
    headline, author, lead = _parts(headline)
    body, clock = _without_clock(body, message.after)
    created = _time(clock, raw.receivedat)
    return mapping.story(
        raw,
        uri=_uri(message, clock, raw.value),
        versioncreated=created,
        urgency=message.urgency,
        headline=headline,
        slugline=message.keywords,
        subject=mapping.subjects([(message.category, None)]),
        byline=author,
        signal=mapping.signal("update" if lead and "LEAD" in lead else None),
        ednote=" ".join(filter(None, (lead, note))) or None,
        source=message.service.upper(),
        body=body,
        extra={"transmission": f"{message.service}{message.number}"},
    )


def identity(value: bytes) -> str | None:
    """Return service, number and day; numbers repeat after a while."""
    try:
        message = _read(value)
    except MalformedItem:
        return None
    return _uri(message, _without_clock(message.text, message.after)[1], value)


def _uri(message: _Message, clock: re.Match[str] | None, value: bytes) -> str:
    """Return the uri with the day if the message states it completely, else with a digest of its bytes."""
    day = None
    if clock and clock["month"] and clock["year"]:
        moment = _time(clock, datetime.now(UTC))
        day = moment and moment.date().isoformat()
    return f"urn:iptc7901:{message.service}{message.number}:{day or hashlib.sha256(value).hexdigest()[:16]}"


def _read(value: bytes) -> _Message:
    text = decode(value)
    start = _START.match(text)
    header = _HEADER.search(text, start.end(), start.end() + 400) if start else None
    if not start or not header:
        raise MalformedItem("no IPTC 7901 header: SOH, service and number, priority, category, words")
    rest = text[header.end() :]
    head, stx, tail = rest.partition("\x02")
    if not stx:
        # Without STX the text starts after the header, and its catchline where a blank line follows one.
        lines = rest.lstrip("\r\n").splitlines()
        cut = next((n for n, line in enumerate(lines[:3]) if not line.strip()), 0)
        cut = 0 if any(line.rstrip().endswith("=") for line in lines[:cut]) else cut
        head, tail = "\n".join(lines[:cut]), "\n".join(lines[cut:])
    end = _ETX.search(tail)
    body, after = (tail[: end.start()], tail[end.end() :]) if end else (tail, "")
    urgency, category, keywords = _fields(header["rest"])
    catchline = " ".join(head.replace("/\r\n", "\r\n").split())
    if not body.strip() and not catchline:
        raise MalformedItem("no text after the IPTC 7901 header")
    return _Message(
        service=header["service"],
        number=header["number"],
        urgency=urgency,
        category=category,
        keywords=catchline or keywords,
        text=body,
        after=after,
    )


def _fields(rest: str) -> tuple[int | None, str | None, str | None]:
    """Return priority, category and keywords of the header line; the word count lies between."""
    tokens = rest.split()
    urgency = category = None
    if tokens and re.fullmatch(r"\w", tokens[0]):
        urgency = mapping.urgency(tokens.pop(0))
    if tokens and re.fullmatch(r"[^\W\d_]{1,4}", tokens[0]):
        category = tokens.pop(0)
    if tokens and tokens[0].isdecimal():
        tokens.pop(0)
    return urgency, category, " ".join(tokens) or None


def _headline(text: str) -> tuple[str | None, str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n ").split("\n")
    for number, line in enumerate(lines[:_HEADLINE_LINES]):
        if line.rstrip().endswith("="):
            above = (" ".join(each.strip().rstrip("=").split()) for each in lines[: number + 1])
            return "\n".join(filter(None, above)) or None, "\n".join(lines[number + 1 :])
        if not line.strip():
            break
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return extract_headline(text)


def _parts(lines: str | None) -> tuple[str | None, str | None, str | None]:
    """Return the headline, the byline and the lead note of the lines above a text: "1ST LEAD", "By Tom Krasovic"."""
    if not lines:
        return None, None, None
    kept = lines.split("\n")
    leads = []
    while len(kept) > 1 and _LEAD.fullmatch(kept[0]):
        leads.append(kept.pop(0))
    authors = [kept.pop()] if len(kept) > 1 and re.match(r"(?:By|Von|Par|Por|Di) \S", kept[-1]) else []
    return " ".join(kept) or None, mapping.byline(" ".join(authors)), " ".join(leads) or None


def _without_note(text: str) -> tuple[str, str | None]:
    """Return the text, and what follows it that is not for publication."""
    found = _NOT_FOR_PUBLICATION.search(text)
    return (text[: found.start()], " ".join(text[found.start() :].split())) if found else (text, None)


def _without_clock(text: str, after: str) -> tuple[str, re.Match[str] | None]:
    """Return the text without a last line that is only the time, and the time (after ETX, or in that line)."""
    clock = _clock(after)
    if clock:
        return text, clock
    kept, _, last = text.rstrip().rpartition("\n")
    clock = _clock(last) if len(last) < 60 else None
    return (kept, clock) if clock and clock["month"] else (text, None)


def _clock(text: str) -> re.Match[str] | None:
    return next((found for pattern in _CLOCKS if (found := pattern.search(text))), None)


def _time(clock: re.Match[str] | None, received: datetime) -> datetime | None:
    """Return the moment a clock shows; without month and year, the one nearest to the arrival."""
    if not clock:
        return None
    month = _MONTHS.get((clock["month"] or "").lower()[:3]) or _MONTHS.get((clock["month"] or "").lower())
    year = int(clock["year"]) if clock["year"] else None
    if year is not None and year < 100:
        year += 2000 if year < 70 else 1900
    zone = (
        clock["zone"]
        if clock["zone"] and clock["zone"].upper() in ("EST", "EDT", "CET", "CEST", "MEZ", "MESZ", "BST")
        else "UTC"
    )
    moments = []
    for months_back in range(3):
        guess = received + timedelta(days=1) - timedelta(days=28 * months_back)
        day = f"{year or guess.year:04}-{month or guess.month:02}-{int(clock['day']):02}"
        moments.append(mapping.time(f"{day} {clock['hour']}:{clock['minute']} {zone}"))
    near = [moment for moment in moments if moment and (year or moment <= received + timedelta(days=2))]
    return near[0] if near else None


FORMAT = Format(
    name="iptc7901",
    content_type="text/plain; format=iptc7901",
    recognises=lambda start, name: bool(_RECOGNISED.match(start)),
    split=whole_stream,
    identity=identity,
    parse=parse,
)
