"""Parse JSON Feed 1.x (https://jsonfeed.org/version/1.1): each item is a story."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.errors import MalformedItem, PermanentError
from pipeline.formats import mapping
from pipeline.formats.contract import (
    MOST_ITEMS,
    Format,
    ItemOrError,
    Stream,
    content_uri,
    distinct,
    is_small,
    too_many_items,
    whole_stream,
)
from pipeline.formats.jsonobject import read_object
from pipeline.formats.markup import text_of
from pipeline.story import RawStory, Story

_HEAD = ("version", "title", "home_page_url", "language", "authors", "author")
_HEAD_CHARACTERS = 4_096


def split(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """Yield each item as a feed of its own; a feed without items has none."""
    for value in whole_stream(stream, limit):
        if isinstance(value, PermanentError):
            yield value
            return
        try:
            feed = read_object(value)
        except MalformedItem:
            yield value
            return
        items = feed.get("items")
        if not isinstance(items, list):
            yield value
            return
        head = {name: feed[name] for name in _HEAD if name in feed and len(str(feed[name])) < _HEAD_CHARACTERS}
        if not is_small(len(str(head)), len(items)):
            head = {name: head[name] for name in ("version",) if name in head}
        for item in _distinct_items(items[:MOST_ITEMS]):
            yield json.dumps(head | {"items": [item]}, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if len(items) > MOST_ITEMS:
            yield too_many_items(len(items))


def _distinct_items(items: list[Any]) -> list[Any]:
    """Return the items; those that share an id but not an address or else a title get ids of their own."""
    named = [each if isinstance(each, dict) else {} for each in items]
    uris = [each["id"] if isinstance(each.get("id"), str) else "" for each in named]
    keys = [_text(each, "url") or _text(each, "title") or "" for each in named]
    renamed = distinct(uris, keys)
    return [each | {"id": uri} if uri else item for item, each, uri in zip(items, named, renamed, strict=True)]


def identity(value: bytes) -> str | None:
    """Return the item's id, else its address."""
    try:
        return _uri(_read(value)[1])
    except MalformedItem:
        return None


def parse(raw: RawStory) -> Story:
    """Return the story in the feed's only item. Raises MalformedItem."""
    feed, item = _read(raw.value)
    markup, plain = _text(item, "content_html"), _text(item, "content_text")
    published = mapping.time(_text(item, "date_published"))
    modified = mapping.time(_text(item, "date_modified"))
    authors = [each.get("name") for each in _objects(item, "authors", "author") or _objects(feed, "authors", "author")]
    summary = _text(item, "summary")
    understood = {"id", "url", "title", "content_html", "content_text", "summary", "date_published", "date_modified",
                  "author", "authors", "tags", "language"}  # fmt: skip
    body = (text_of(markup) if markup else "") or (plain or "").strip()
    return mapping.story(
        raw,
        uri=_uri(item),
        versioncreated=modified or published,
        firstcreated=published,
        language=_text(item, "language") or _text(feed, "language"),
        headline=text_of(_text(item, "title") or ""),
        byline=mapping.byline(", ".join(name for name in authors if isinstance(name, str))),
        keyword=mapping.words(tag for tag in item.get("tags") or () if isinstance(tag, str)),
        source=_text(feed, "title"),
        body=body or text_of(summary or ""),
        extra={name: value for name, value in item.items() if name not in understood}
        | {"link": _text(item, "url"), "description": summary if body else None},
    )


def _read(value: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    feed = read_object(value)
    items = feed.get("items")
    item = mapping.single(items if isinstance(items, list) else [], "items")
    if not isinstance(item, dict):
        raise MalformedItem("an item of this JSON Feed is no object")
    return feed, item


def _uri(item: dict[str, Any]) -> str:
    stated_ids = (item.get(name) for name in ("id", "url", "external_url"))
    usable = (each for each in stated_ids if isinstance(each, str | int | float) and not isinstance(each, bool))
    stated_uri = next((str(each).strip() for each in usable if str(each).strip()), None)
    # A digest of the item alone; the feed around it changes each time.
    return stated_uri or content_uri(json.dumps(item, sort_keys=True).encode())


def _text(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) else None


def _objects(item: dict[str, Any], many: str, one: str) -> list[dict[str, Any]]:
    found = item.get(many) or item.get(one)
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


FORMAT = Format(
    name="jsonfeed",
    content_type="application/feed+json",
    recognises=lambda start, name: bool(
        start.startswith(b"{")
        and re.search(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version', start[:65_536])
    ),
    split=split,
    identity=identity,
    parse=parse,
)
