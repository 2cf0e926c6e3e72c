"""Read ever longer fields of every format, and print where twice the length takes more than twice the time.

python -m tests.growth --characters 40000     part of make fuzz-formats
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.sax.saxutils import escape

from pipeline import formats
from pipeline.clean import clean
from pipeline.errors import NoStory, PermanentError
from pipeline.story import RawStory
from tests.conftest import NOON

UNITS = (
    "x", "a ", "a@", "a@b.c ", "<p>x</p>", "<b>", "</p>", "<", "&amp;", "&", "\n", "a\n", " \n", "=", "=\n", "(", "()",
    '"', "1 ", "1", "A. ", "- ", "--\n", "http://a.b/c ", "AP ", "By A\n", "10:00 ", "2026-", "\t", "\r", "x\r\n", "é",
    "\u00a0", "(AP) - ", "x, ", "x;", "x:", "{", "<![CDATA[", "=?utf-8?q?a?= ", "\\", "`", "NNNN ", "A B, C (D) - ",
    " ", "not for publication ", "the council said. ", "display :", "<a>b</a>",
)  # fmt: skip
_RSS = (
    '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    "<channel>{}<item><guid>1</guid><description>Text.</description>{}</item></channel></rss>"
)
_ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>T</title>{}</entry></feed>'
_NITF = "<nitf><body><body.head>{}</body.head><body.content><p>Text.</p>{}</body.content></body></nitf>"
_G2 = '<newsItem guid="urn:x" version="1"><contentMeta>{}</contentMeta><contentSet>{}</contentSet></newsItem>'
_NEWSML = (
    "<NewsML><NewsItem><NewsComponent><NewsLines>{}</NewsLines><ContentItem><DataContent>{}</DataContent>"
    "</ContentItem></NewsComponent></NewsItem></NewsML>"
)


def _element(name: str) -> Callable[[str], str]:
    return lambda text: f"<{name}>{escape(text)}</{name.partition(' ')[0]}>"


def _xml(frame: str, *names: str, place: int = 0) -> dict[str, Callable[[str], str]]:
    """Return for each name how to put a text into that element, at a place of the frame."""

    def of(name: str) -> Callable[[str], str]:
        return lambda text: frame.format(*(("", _element(name)(text)) if place else (_element(name)(text), "")))

    return {name: of(name) for name in names}


def _json(frame: Callable[[dict[str, Any]], dict[str, Any]], *names: str) -> dict[str, Callable[[str], str]]:
    def of(name: str) -> Callable[[str], str]:
        return lambda text: json.dumps(frame({name: text}))

    return {name: of(name) for name in names}


_FIELDS: dict[str, dict[str, Callable[[str], str]]] = {
    "rss": _xml(_RSS, "title", "link", "language", "copyright")
    | _xml(
        _RSS, "author", "dc:creator", "pubDate", "category", "comments", "content:encoded", "enclosure url=''", place=1
    )
    | {f"atom {name}": _xml(_ATOM.replace("{}", "{}{}"), name)[name] for name in ("content", "summary", "updated")}
    | {"atom email": lambda text: _ATOM.format(f"<author>{_element('email')(text)}</author>")},
    "nitf": _xml(_NITF, "hedline", "byline", "dateline", "abstract") | _xml(_NITF, "p", "note", place=1),
    "newsmlg2": _xml(_G2, "headline", "by", "dateline", "description", "urgency")
    | _xml(_G2, "inlineXML", "inlineData", place=1),
    "newsml": _xml(_NEWSML, "HeadLine", "ByLine", "DateLine") | _xml(_NEWSML, "p", place=1),
    "iptc7901": {
        "header": lambda text: f"\x01AFP0001 3 i 100 {text}\r\n\x02Text.\r\n\x03161015 GMT MAY 24\r\n\x04",
        "catchline": lambda text: f"\x01AFP0001 3 i 100\r\n{text}\r\n\x02Text.\r\n\x03161015 GMT MAY 24\r\n\x04",
        "text": lambda text: f"\x01AFP0001 3 i 100\r\n\x02{text}\r\n\x03161015 GMT MAY 24\r\n\x04",
        "end": lambda text: f"\x01AFP0001 3 i 100\r\n\x02Text.\r\n\x03{text}",
    },
    "anpa": {
        "slug": lambda text: f"\x16\x16\x01a0001\x1f\nr i bc-{text} 05-14 0100\n\x02Text.\n\x03",
        "header": lambda text: f"\x16\x16\x01a0001\x1f\nr i bc-x 05-14 0100\n\x02^{text}<\n   Text.\n\x03",
        "text": lambda text: f"\x16\x16\x01a0001\x1f\nr i bc-x 05-14 0100\n\x02{text}\n\x03",
    },
    "ninjs": _json(
        lambda field: {"uri": "urn:1", "headline": "H"} | field, "headline", "byline", "body_text", "body_xhtml"
    ),
    "jsonfeed": _json(
        lambda field: {"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "T"} | field]},
        "title", "content_html", "content_text", "date_published",
    ),
    "html": {
        "title": lambda text: f"<html><head><title>{text}</title></head><body><p>Text.</p></body></html>",
        "p": lambda text: f"<html><head><title>T</title></head><body><article><p>{text}</p></article></body></html>",
    },
    "email": {
        name: lambda text, name=name: f"From: a@b.c\r\nX-Tag: x\r\n{name}: {text}\r\n\r\nText."  # type: ignore[misc]
        for name in ("From", "Subject", "Date", "Message-ID", "Keywords", "Control")
    }
    | {
        "Content-Type": lambda text: f"From: a@b.c\r\nContent-Type: text/plain; {text}\r\n\r\nText.",
        "Content-Disposition": lambda text: f"From: a@b.c\r\nContent-Disposition: attachment; {text}\r\n\r\nText.",
        "text": lambda text: f"From: a@b.c\r\nSubject: s\r\n\r\n{text}",
    },
    "text": {"text": lambda text: text, "below": lambda text: f"Headline\n\n{text}"},
}  # fmt: skip
FIELDS = tuple(f"{format}: {name}" for format, names in _FIELDS.items() for name in names)
"""Every field, as ``format: name``."""


def read(field: str, unit: str, length: int) -> None:
    """Read an item whose field repeats the unit up to this length."""
    format, _, name = field.partition(": ")
    text = (unit * (length // len(unit) + 1))[:length]
    value = _FIELDS[format][name](text).encode()
    with suppress(PermanentError, NoStory):
        formats.format_named(format).identity(value)
        clean(formats.parse(RawStory(uri="x", value=value, format=format, source="", receivedat=NOON)))


def calls(field: str, unit: str, length: int) -> int:
    """Return how many functions are called to read it, those in C too."""
    count = 0

    def counted(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        read(field, unit, length)
    finally:
        sys.setprofile(None)
    return count


def _seconds(field: str, unit: str, length: int) -> float:
    begun = time.process_time()
    read(field, unit, length)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=20_000, metavar="N", help="how long the fields are at first")
    characters = parser.parse_args().characters
    read("text: text", "x", 1)
    bad = 0
    for field in FIELDS:
        for unit in UNITS:
            once = _seconds(field, unit, characters)
            if once > 0.05 and (twice := _seconds(field, unit, 2 * characters)) > 3 * once:
                bad += 1
                sys.stdout.write(f"{field}, {unit!r}: {once:.2f} s, twice as long {twice:.2f} s\n")
    sys.stdout.write(f"{len(FIELDS)} fields of {characters:,} and {2 * characters:,} characters: {bad} not linear\n")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
