"""Parse RSS 0.9x to 2.0, RSS 1.0 and Atom with feedparser: each entry is a story.

A feed is split into entries, each with the feed's own head around it. A deleted-entry (RFC 6721) cancels the story
it names.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from time import struct_time
from typing import Any

import feedparser
from lxml import etree

from pipeline.errors import MalformedItem
from pipeline.formats import mapping, xml
from pipeline.formats.contract import Format, ItemOrError, Stream, content_uri, distinct
from pipeline.formats.markup import text_of, unmarked
from pipeline.formats.xml import Element, attribute
from pipeline.story import RawStory, Story

_ROOTS = ("rss", "feed", "RDF", "rdf")
_LONG = ("title", "description", "summary", "content", "encoded", "body", "div", "p", "info", "tagline", "subtitle")
"""Elements whose text may be long; that of any other is a name, an address, a number."""
_LONGEST = 2_000
_MOST_ELEMENTS = 5_000
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_LANGUAGES = {"ga": "IE", "he": "IL", "iw": "IL", "bn": "BD", "zh": "CN"}
"""Languages that are spoken in one of the countries with names of zones of their own."""
_DOMAIN = re.compile(r"https?://[^/?#:]{0,255}\.(\w+)", re.I)
_ATOM = "http://www.w3.org/2005/Atom"
_MARKUP = re.compile(r"</?(?:p|br|div|span|b|i|em|strong|a|ul|ol|li|h[1-6]|img)\b[^<>]{0,500}>|&#?\w{1,31};", re.I)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", re.S)
_ENTRIES = ("item", "entry", "deleted-entry")


def split(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """Yield each entry as a feed of its own; a feed without entries has no items."""
    yield from xml.split(stream, limit, _distinct_entries, names=False, least=0)


def identity(value: bytes) -> str | None:
    """Return the entry's guid or id, else its address."""
    return xml.try_read(value, lambda root: _uri(root, _entry(_parsed(root))), names=False)


def parse(raw: RawStory) -> Story:
    """Return the story in the feed's only entry. Raises MalformedItem."""
    root = xml.read(raw.value, names=False)
    element = mapping.single(_entries(root), "entries")
    if (deleted := _deleted(root)) is not None:
        when = mapping.time(attribute(deleted, "when"))
        return mapping.story(raw, uri=attribute(deleted, "ref"), versioncreated=when, pubstatus="canceled")
    parsed = _parsed(root)
    entry, feed = _entry(parsed), parsed.feed
    country = _country(entry, feed)
    published, updated, created = (_moment(entry, name, country) for name in ("published", "updated", "created"))
    created = published or created
    title, summary, body = _texts(element, entry)
    authors = [author.get("name") for author in entry.get("authors", ()) if author.get("name")] or [entry.get("author")]
    links = [dict(link) for link in entry.get("links", ()) if link.get("rel") != "alternate"]
    return mapping.story(
        raw,
        uri=_uri(root, entry),
        versioncreated=max(filter(None, (updated, created)), default=None),
        firstcreated=created,
        language=entry.get("language") or entry.get("title_detail", {}).get("language") or feed.get("language"),
        headline=title,
        byline=mapping.byline(", ".join(dict.fromkeys(filter(None, authors)))),
        subject=mapping.subjects(
            (tag.get("scheme") and tag.get("term"), tag.get("label") or tag.get("term"))
            for tag in entry.get("tags", ())
        ),
        keyword=mapping.words(entry.get("media_keywords", "").split(",")),
        located=entry.get("dc_coverage"),
        usageterms=entry.get("license") or feed.get("license"),
        copyrightholder=entry.get("rights") or feed.get("rights"),
        source=(entry.get("source") or {}).get("title") or feed.get("title"),
        body=body or summary,
        extra={
            "link": entry.get("link"),
            "description": summary if body and summary != body else None,
            "links": links,
            "media": [dict(media) for media in entry.get("media_content", ())],
            "comments": entry.get("comments"),
            "feed": {name: feed.get(name) for name in ("title", "link", "subtitle") if feed.get(name)},
        },
    )


def link_of(value: bytes) -> str | None:
    """Return the address of the page that the feed's only entry is about."""
    return xml.try_read(value, lambda root: _entry(_parsed(root)).get("link"), names=False)


def with_text(value: bytes, text: str) -> bytes:
    """Return the feed with this text as its only entry's content; paragraphs are lines."""
    root = xml.read(value, names=False)
    entry = mapping.single(_entries(root), "entries")
    content = etree.SubElement(entry, _CONTENT)
    content.text = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
    return xml.serialise(root)


def _entries(root: Element) -> list[Element]:
    """Return the entries, which are below the channel in RSS 2.0 and below the root elsewhere."""
    return [
        each
        for each in root.iter("{*}*")
        if xml.local(each) in _ENTRIES and xml.local(each.getparent()) in (*_ROOTS, "channel")
    ]


def _distinct_entries(root: Element) -> list[Element]:
    """Return the entries; those that share a guid but not a link or else a title get guids of their own."""
    entries = _entries(root)
    named = [(each, found) for each in entries if (found := _child(each, "guid", "id")) is not None]
    uris = [(guid.text or "").strip() for _, guid in named]
    for (_, guid), uri in zip(named, distinct(uris, [_link_or_title(each) for each, _ in named]), strict=True):
        guid.text = uri
    return entries


def _link_or_title(entry: Element) -> str:
    link, title = _child(entry, "link"), _child(entry, "title")
    return attribute(link, "href") or xml.text(link) or xml.text(title) or ""


def _child(entry: Element, *names: str) -> Element | None:
    """Return the first child of such a name in the entry's own namespace."""
    prefix = entry.tag.removesuffix(xml.local(entry))
    return next(entry.iterchildren(*(f"{prefix}{name}" for name in names)), None)


def _deleted(root: Element) -> Element | None:
    return next((each for each in _entries(root) if xml.local(each) == "deleted-entry"), None)


def _parsed(root: Element) -> Any:
    """Parse the feed with feedparser, which gets well-formed UTF-8 without a DTD.

    Raises MalformedItem for an entry that would take it seconds.
    """
    if (most := max(map(len, _entries(root)), default=0)) > _MOST_ELEMENTS:
        raise MalformedItem(f"an entry of {most:,} elements")
    _repair(root)
    return feedparser.parse(
        xml.serialise(root),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        # Only text is taken from markup.
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _repair(root: Element) -> None:
    """Take CDATA sections that were escaped for what they are, and drop what is too long for a name or an address.

    feedparser needs a time that is more than proportional to the length of those.
    """
    for each in root.iter():
        if each.text and each.text.lstrip().startswith("<![CDATA["):
            each.text = _CDATA.sub(r"\1", each.text)
        if xml.local(each) not in _LONG and len(each.text or "") > _LONGEST:
            each.text = None
        for name in [name for name, value in each.attrib.items() if len(value) > _LONGEST]:
            del each.attrib[name]


def _entry(parsed: Any) -> Any:
    return next(iter(parsed.entries), {})


def _uri(root: Element, entry: Any) -> str | None:
    deleted = _deleted(root)
    if deleted is not None:
        return attribute(deleted, "ref")
    stated_uri = (entry.get("id") or entry.get("link") or "").strip()
    if stated_uri:
        return stated_uri
    # A digest of the entry alone; the feed around it changes each time.
    lone = _entries(root)[:1]
    return content_uri(etree.tostring(lone[0], method="c14n", with_tail=False)) if lone else None


def _moment(entry: Any, name: str, country: str) -> datetime | None:
    """Return the time as feedparser understood it, else as ``mapping`` does, who knows more names of zones."""
    # feedparser's own get() substitutes one time for the other.
    text: str | None = dict.get(entry, name)
    known: struct_time | None = dict.get(entry, f"{name}_parsed")
    if mapping.names_zone(text) and (stated := mapping.time(text, country)):
        return stated
    if known and known.tm_year >= 1970:
        with suppress(ValueError):
            return datetime(*known[:6], tzinfo=UTC)
    return mapping.time(text, country)


def _country(entry: Any, feed: Any) -> str:
    """Return the code of the country that the feed's language or its addresses name, "" if none does."""
    language, _, region = str(feed.get("language") or "").replace("_", "-").partition("-")
    domains = (_DOMAIN.match(str(each.get("link") or "")) for each in (feed, entry))
    stated = (region, *(found[1] for found in domains if found), _LANGUAGES.get(language.lower(), ""))
    return next((code.upper() for code in stated if code.upper() in mapping.OTHER_ZONES), "")


def _texts(element: Element, entry: Any) -> tuple[str, str, str]:
    """Return title, summary and text; the longest of several contents, since one may be a teaser."""
    literal = {xml.local(each) for each in element if _is_literal(each)}
    title, summary, *contents = (
        (unmarked if name in literal else text_of)(words)
        for name, words in (
            ("title", entry.get("title", "")),
            ("summary", entry.get("summary", "")),
            *(("content", each.get("value", "")) for each in entry.get("content", ())),
        )
    )
    return " ".join(title.split()), summary, max(contents, key=len, default="")


def _is_literal(part: Element) -> bool:
    """Return whether Atom's words are text and no markup, as they are by default, but much markup does not say so."""
    kind = part.get("type")
    return etree.QName(part).namespace == _ATOM and (
        kind in ("text", "text/plain") or (kind is None and not _MARKUP.search(part.text or ""))
    )


FORMAT = Format(
    name="rss",
    content_type="application/rss+xml",
    recognises=lambda start, name: xml.root_name(start) in _ROOTS,
    split=split,
    identity=identity,
    parse=parse,
)
