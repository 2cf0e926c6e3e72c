"""Export any search as NDJSON, CSV, RSS or Atom, and events as GeoJSON."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from lxml import etree

from pipeline.documents.event import EVENT
from pipeline.documents.kind import Kind, key, story_of
from pipeline.elasticsearch.client import Client
from pipeline.search.search_query import SearchQuery, as_parameters
from pipeline.search.stories import execute, iterate_all
from pipeline.web.api import FAILURES
from pipeline.web.links import Links
from pipeline.web.query_parameters import Index, KindAsked, Search

router = APIRouter(prefix="/api/v1/export", responses=FAILURES, tags=["export"])

_ENTRIES = 50
"""How many entries a feed has."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.get("/ndjson", response_class=StreamingResponse)
def ndjson(page: Search, kind: KindAsked, index: Index) -> Response:
    """Export all matching documents, one JSON object per line."""
    query = page.search_query(kind)
    lines = (json.dumps(hit, ensure_ascii=False) + "\n" for hit in _begun(iterate_all(index, query)))
    return _streamed(lines, "application/x-ndjson", query, "ndjson")


@router.get("/csv", response_class=StreamingResponse)
def table(page: Search, kind: KindAsked, index: Index) -> Response:
    """Export all matching documents as a table; several names in a cell are separated by ``; ``."""
    query = page.search_query(kind)
    return _streamed(_rows(_begun(iterate_all(index, query)), kind), "text/csv", query, "csv")


@router.get("/geojson", response_class=StreamingResponse)
def places(page: Search, index: Index) -> Response:
    """Export all matching events whose place is known, as GeoJSON (RFC 7946)."""
    query = page.search_query(EVENT)
    return _streamed(_geojson(_begun(iterate_all(index, query))), "application/geo+json", query, "geojson")


@router.get("/rss", response_class=Response)
def rss(request: Request, page: Search, kind: KindAsked, index: Index) -> Response:
    """Return the newest matches, as RSS 2.0."""
    found = _newest(request, page.search_query(kind, size=_ENTRIES), index)
    return _xml(_rss(*found), "application/rss+xml")


@router.get("/atom", response_class=Response)
def atom(request: Request, page: Search, kind: KindAsked, index: Index) -> Response:
    """Return the newest matches, as Atom (RFC 4287)."""
    title, shown, entries = _newest(request, page.search_query(kind, size=_ENTRIES), index)
    return atom_of(title, shown, str(request.url), entries)


@dataclass(frozen=True)
class Entry:
    """What a feed shows of a hit."""

    id: str
    link: str
    title: str
    text: str
    at: str
    author: str


def atom_of(title: str, page: str, here: str, entries: Sequence[Entry]) -> Response:
    """Return an Atom feed of these entries; ``page`` is its HTML page, ``here`` its own address."""
    return _xml(_atom(title, page, here, entries), "application/atom+xml")


def _newest(request: Request, query: SearchQuery, index: Client) -> tuple[str, str, list[Entry]]:
    """Return the title, the page and the entries of a search's feed."""
    base = str(request.base_url).rstrip("/")
    hits = execute(index, replace(query, sort="time"), highlighted=False).hits
    title = f"wire: {query.query or query.kind.alias}"
    return title, base + Links(as_parameters(query))(), [_entry(hit, base, query.kind) for hit in hits]


def _xml(tree: etree._Element, kind: str) -> Response:
    return Response(etree.tostring(tree, xml_declaration=True, encoding="utf-8"), media_type=f"{kind}; charset=utf-8")


def _entry(hit: dict[str, Any], base: str, kind: Kind) -> Entry:
    story = story_of(hit)
    link = base + Links({"uri": story["uri"]}, "/story")()
    if story is not hit:
        link = f"{link}#{hit['id']}"
    title, text = kind.entry(hit)
    author = story["source"]["name"] or "unknown"
    return Entry(id=link, link=link, title=title, text=text, at=story["versioncreated"], author=author)


def _rss(title: str, page: str, entries: Sequence[Entry]) -> etree._Element:
    root = etree.Element("rss", version="2.0")
    channel = etree.SubElement(root, "channel")
    for name, text in (("title", title), ("link", page), ("description", title)):
        _put(channel, name, text)
    for entry in entries:
        item = etree.SubElement(channel, "item")
        _put(item, "title", entry.title)
        _put(item, "link", entry.link)
        _put(item, "guid", entry.id, isPermaLink="true")
        _put(item, "pubDate", format_datetime(datetime.fromisoformat(entry.at)))
        _put(item, "source", entry.author, url=page)
        # Feed readers interpret a description as HTML.
        _put(item, "description", escape(entry.text, quote=False))
    return root


def _atom(title: str, page: str, here: str, entries: Sequence[Entry]) -> etree._Element:
    root = etree.Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _put(root, "id", page)
    _put(root, "title", title, type="text")
    _put(root, "updated", max((entry.at for entry in entries), default=datetime.now(UTC).isoformat()))
    _put(root, "link", href=page)
    _put(root, "link", rel="self", href=here)
    for entry in entries:
        item = etree.SubElement(root, "entry")
        _put(item, "id", entry.id)
        _put(item, "title", entry.title, type="text")
        _put(item, "link", href=entry.link)
        _put(item, "updated", entry.at)
        _put(etree.SubElement(item, "author"), "name", entry.author)
        _put(item, "summary", entry.text, type="text")
    return root


def _put(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> None:
    etree.SubElement(parent, name, {each: _clean(value) for each, value in attributes.items()}).text = (
        None if text is None else _clean(text)
    )


def _rows(hits: Iterator[dict[str, Any]], kind: Kind) -> Iterator[str]:
    yield _line(list(kind.columns))
    for hit in hits:
        yield _line([_cell(cell) for cell in kind.row(hit)])


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    """Return a cell; one that a spreadsheet would run as a formula gets a leading apostrophe."""
    text = "; ".join(str(each) for each in value if each is not None) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _geojson(events: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield a FeatureCollection of the events with a known point, a feature per line."""
    yield '{"type": "FeatureCollection", "features": ['
    separator = "\n"
    for event in events:
        if point := event.get("place", {}).get("point"):
            feature = {
                "type": "Feature",
                "id": key(event),
                "geometry": {"type": "Point", "coordinates": [point["lon"], point["lat"]]},
                "properties": dict(zip(EVENT.columns, EVENT.row(event), strict=True)),
            }
            yield separator + json.dumps(feature, ensure_ascii=False)
            separator = ",\n"
    yield "\n]}\n"


def _streamed(lines: Iterator[str], kind: str, query: SearchQuery, suffix: str) -> Response:
    name = f"{query.kind.alias}-{datetime.now(UTC):%Y%m%d-%H%M}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    encoded = (line.encode("utf-8", "replace") for line in lines)
    return StreamingResponse(encoded, media_type=f"{kind}; charset=utf-8", headers=headers)


def _begun(hits: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return the hits, the first already fetched, so that an error is reported before anything is sent."""
    first = next(hits, None)

    def chained() -> Iterator[dict[str, Any]]:
        if first is not None:
            yield first
            yield from hits

    return chained()


def _clean(text: str) -> str:
    """Return the text without characters that XML forbids (XML 1.0, section 2.2)."""
    return _NOT_XML.sub("", text)
