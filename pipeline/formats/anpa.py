"""Parse ANPA 1312, the wire text of North America, as the high-speed lines send it.

``SYN SYN SOH service number`` · ``priority category slug date words`` · STX · ``^header<`` lines · paragraphs that
begin with a tab or blanks · ETX · ``AP-NY-05-16-24 1234EDT`` · EOT. Quotation marks are two accents or apostrophes,
and a dash is an underscore.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import MalformedItem
from pipeline.formats import mapping
from pipeline.formats.contract import Format, whole_stream
from pipeline.formats.encoding import decode
from pipeline.formats.text import HEADLINE_CHARACTERS
from pipeline.story import RawStory, Story

_HEADER = re.compile(r"^[\x00\x16\s]*\x01?\s?(?P<service>[A-Za-z]{1,4})(?P<number>\d{3,5})(?P<format>[^\r\n\x02]*)")
_SECOND = re.compile(
    r"^\s*(?P<priority>[a-z])\s?(?P<category>[a-z])(?![a-z])[\x10-\x1f\s]*(?P<slug>[^\r\n\x02]*?)\s*(?:(?P<month>\d{1,2})-(?P<day>\d{1,2})\s*(?P<words>\d{1,5})?)?\s*$",
    re.I | re.M,
)
_RECOGNISED = re.compile(
    rb"^[\x00\x16\s]*\x01\s?[A-Za-z]{1,4}\d{3,5}"
    rb"|^[\x00\x16\s]*[A-Za-z]{1,2}\d{3,5}[^\r\n]*\r?\n[a-z] ?[a-z][^\r\n]{0,120}\r?\n[\s\x02]*\^"
)
_SECOND_CHARACTERS = 200
_FILED = re.compile(
    r"(?P<month>\d{1,2})-(?P<day>\d{1,2})-(?P<year>\d{4}|\d{2})\s+(?P<hour>\d{2}):?(?P<minute>\d{2})\s?(?P<zone>[A-Z]{1,4})?"
)
_LEAD = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\s(?:ld|lead)\b", re.I)
_SLUG = re.compile(r"^(?:(?:AM|PM|BC|AP|[A-Z]{2})[- ]{1,2}\S|.*,\s?\d{2,5}$)")
_BYLINE = re.compile(r"^by\s+", re.I)
_NOTE = re.compile(
    r"^(?:eds?\b|editors?\b|note\b|adv\b|attn\b|with\b.{0,40}\b(?:photo|graphic)|.{0,20}\bphotos?\b|for release\b"
    r"|moved\b)",
    re.I,
)
_TITLE = re.compile(r"\b(?:writer|press|editor|correspondent|staff|reporter|service|news)s?\b", re.I)
_URGENCY = {"f": 1, "b": 2, "u": 3, "r": 4, "d": 5}


@dataclass(frozen=True)
class _Message:
    service: str
    number: str
    priority: str | None
    category: str | None
    slug: str | None
    filed: datetime | None
    text: str


def parse(raw: RawStory) -> Story:
    """Return the story in a message. Raises MalformedItem if it has no header or no text."""
    message = _read(raw.value, raw.receivedat)
    headers, body = _lines(message.text)
    slug = headers.pop(0) if headers and (_SLUG.match(headers[0]) and (message.slug or len(headers) > 1)) else None
    slugline = _slugline(slug or message.slug or "")
    notes = [line for line in headers if _NOTE.match(line)]
    authors = [line for line in headers if _BYLINE.match(line)]
    titles = [line for line in headers if not (_NOTE.match(line) or _BYLINE.match(line))]
    lead = _LEAD.search(f"{message.slug} {slug}")
    headline = titles[0] if titles and not (_TITLE.search(titles[0]) and authors) else _alert(body)
    return mapping.story(
        raw,
        uri=_uri(message, raw.value),
        version=int(lead[1]) + 1 if lead else None,
        versioncreated=message.filed,
        urgency=_URGENCY.get((message.priority or "").lower()),
        headline=headline,
        slugline=slugline,
        byline=mapping.byline(", ".join(mapping.byline(line) or "" for line in authors)),
        subject=mapping.subjects([(message.category, None)]),
        ednote=" ".join(notes) or None,
        source=_source(message.text, raw.value),
        body=body,
        extra={
            "transmission": f"{message.service}{message.number}",
            "headers": [line for line in titles if line != headline],
            "keywordline": slug or message.slug,
        },
    )


def identity(value: bytes) -> str | None:
    """Return service letter, number and day; numbers repeat every day."""
    try:
        return _uri(_read(value, None), value)
    except MalformedItem:
        return None


def _uri(message: _Message, value: bytes) -> str:
    """Return the uri with the day if the message states it completely, else with a digest of its bytes."""
    filed = _FILED.search(decode(value))
    day = message.filed.date().isoformat() if filed and message.filed else hashlib.sha256(value).hexdigest()[:16]
    return f"urn:anpa1312:{message.service}{message.number}:{day}"


def _read(value: bytes, received: datetime | None) -> _Message:
    text = decode(value)
    header = _HEADER.match(text)
    if not header:
        raise MalformedItem("no ANPA 1312 header: SOH, service and number")
    rest = text[header.end() :].lstrip("\r\n\x1e")
    head, stx, tail = rest.partition("\x02")
    first = _SECOND.search((head if stx else rest)[:_SECOND_CHARACTERS])
    body = tail if stx else rest[first.end() :] if first else rest
    body, _, after = body.partition("\x03")
    if not body.strip():
        raise MalformedItem("no text in the ANPA 1312 message")
    return _Message(
        service=header["service"],
        number=header["number"],
        priority=first and first["priority"],
        category=first and first["category"],
        slug=(first and " ".join(re.sub(r"[\x00-\x1f]", " ", first["slug"]).split())) or None,
        filed=_filed(after or body[-200:], first, received),
        text=body,
    )


def _filed(after: str, second: re.Match[str] | None, received: datetime | None) -> datetime | None:
    if filed := _FILED.search(after):
        year = int(filed["year"]) + (2000 if len(filed["year"]) == 2 else 0)
        day = f"{year:04}-{int(filed['month']):02}-{int(filed['day']):02} {filed['hour']}:{filed['minute']}"
        return mapping.time(f"{day} {filed['zone'] or ''}") or mapping.time(day)
    if second and second["month"] and received:
        days = (
            mapping.time(f"{year:04}-{int(second['month']):02}-{int(second['day']):02}")
            for year in (received.year, received.year - 1)
        )
        return next((day for day in days if day and day <= received), None)
    return None


def _lines(text: str) -> tuple[list[str], str]:
    """Return the header lines, and the paragraphs, one per line."""
    headers: list[list[str]] = []
    paragraphs: list[list[str]] = []
    is_open = False
    for line in re.split(r"\r\n?|\n", _typographic(text)):
        words = line.strip()
        if not words or (len(words) < 40 and _FILED.search(words)):
            continue
        is_header = words.startswith("^")
        if is_header or is_open:
            ends = words.endswith(("<", "="))
            if is_header:
                headers.append([])
            headers[-1].append(words.strip("^<= "))
            is_open = not ends and _is_note(headers[-1][0])
        else:
            if line.startswith(("\t", "  ")) or not paragraphs:
                paragraphs.append([])
            paragraphs[-1].append(words.strip("<= "))
    titles = (" ".join(filter(None, header)) for header in headers)
    return [header for header in titles if header], "\n".join(map(" ".join, paragraphs))


def _is_note(header: str) -> bool:
    """Return whether a header is a note, which may continue over several lines."""
    return bool(_NOTE.match(header))


def _typographic(text: str) -> str:
    """Return the text with typographic quotation marks, dashes and blanks."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", text)
    text = text.replace("``", "“").replace("''", "”").replace("`", "‘")
    text = re.sub(r"(?<=\s)_(?=\s|$)|^_(?=\s)", "—", text, flags=re.M)
    return re.sub(r"(?<=\w)_(?=\s)|(?<=\s)_(?=\w)", "—", text)


def _alert(body: str) -> str | None:
    """Return the first sentence of an alert, which is a single paragraph and has no headline of its own."""
    text = re.sub(r"^.{2,60}?\)\s[—–_-]+\s", "", body)
    # "U.S. relationship" is no end of a sentence.
    sentence = re.split(r"(?<=[a-z0-9”\"’)][.!?])\s+(?=[A-Z“\"])", text)[0].rstrip(".")
    return sentence if "\n" not in body and len(sentence) <= HEADLINE_CHARACTERS else None


def _slugline(words: str) -> str | None:
    """Return the keyword without its cycle, word count and lead: ``BC-US--Storm, 1st Ld,0586`` is ``US--Storm``."""
    words = re.sub(r",? ?\d{2,5}$", "", " ".join(words.split()))
    words = _LEAD.split(words)[0].strip(" ,")
    return re.sub(r"^(?:AM|PM|BC|AP)-\s*", "", words) or None


def _source(text: str, value: bytes) -> str | None:
    """Return the agency before the place of filing (``AP-NY-05-16-24``), else the one in the dateline."""
    found = re.search(rb"\b([A-Z]{2,5})-[A-Z]{2,4}-\d{2}-\d{2}-\d{2}", value)
    if found:
        return found[1].decode()
    dateline = re.search(r"\(([A-Z]{2,5})\)\s[_—-]", text)
    return dateline[1] if dateline else None


FORMAT = Format(
    name="anpa",
    content_type="text/plain; format=anpa1312",
    recognises=lambda start, name: bool(_RECOGNISED.match(start)),
    split=whole_stream,
    identity=identity,
    parse=parse,
)
