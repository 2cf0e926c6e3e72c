"""Parse ninjs, IPTC's news in JSON, 1.x to 3.x, and JSON objects that resemble it.

1.x has ``headline``, ``body_text``, ``body_xhtml``, ``byline``; 2.x has ``headlines[]``, ``bodies[]``, ``by``; 3.x
spells them in camelCase. Field names are compared in lower case, so one table serves all three, this project's own
Story JSON, and similar objects (``id``, ``title``, ``text``). Specification: https://iptc.org/standards/ninjs/
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from json import JSONDecodeError, JSONDecoder
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from pipeline.errors import MalformedItem
from pipeline.formats import mapping
from pipeline.formats.contract import (
    KEPT_PREFIX,
    MOST_ITEMS,
    Format,
    ItemOrError,
    Stream,
    too_large,
    too_many_items,
)
from pipeline.formats.jsonobject import read_object
from pipeline.formats.markup import text_of
from pipeline.story import Dateline, RawStory, Removed, Source, Story
from pipeline.subject import Subject
from pipeline.value import as_utc

_TIME = TypeAdapter(datetime)
_CHUNK = 1 << 16
_COMPUTED = frozenset(("entities", "quotes", "events", "highlight"))
_HEADLINES = ("headline", "headlines", "title")
_BODIES = ("body_html5", "body_xhtml", "body_html", "body_text", "bodies", "body", "content", "text")
_DESCRIPTIONS = ("description_xhtml", "description_text", "descriptions", "description", "summary")
_LISTS = ("item", "items", "stories", "articles", "news", "results", "entries")
_URIS = ("uri", "guid", "id", "link", "url")


def identity(value: bytes) -> str | None:
    """Return the uri the object states."""
    try:
        return _uri(Fields(read_object(value)))
    except MalformedItem:
        return None


def parse(raw: RawStory) -> Story:
    """Return the story in a JSON object.

    Raises MalformedItem if it is no object, has a field of the wrong type, or has no text (a withheld or canceled
    story needs none).
    """
    fields = Fields(read_object(raw.value))
    uri = _uri(fields) or raw.uri
    version = fields.take("version")
    headline = _role_of(fields.take(*_HEADLINES), "main")
    # This project's own JSON of a flash or a package may have no body.
    is_empty = fields.peek_value("body") == "" or bool(fields.peek_value("associations"))
    body, caption = _first_text(fields, _BODIES), _first_text(fields, _DESCRIPTIONS)
    embargoed = _time(fields.take("embargoed", "embargo"))
    pubstatus = mapping.pubstatus(str(fields.take("pubstatus") or ""), embargoed)
    kind = fields.peek_value("type")
    body = mapping.text_or_caption(
        raw, kind if isinstance(kind, str) else None, body, caption, _text(headline), pubstatus
    )
    if not body and pubstatus == "usable" and not (headline and is_empty):
        raise MalformedItem("no body: none of body_text, body_xhtml, bodies, body, text has text")
    created = _time(fields.take("versioncreated", "published", "date_published", "date"))
    versioncreated = created or raw.published or raw.receivedat
    firstcreated = _time(fields.take("firstcreated"))
    number = _version(version)
    genre = tuple(_subjects(fields.take("genre", "genres")))
    mapped = {
        "signal": mapping.signal(
            _name(fields.take("signal")), *(word for each in genre for word in (each.code, each.name))
        ),
        "urgency": _number(fields.take("urgency", "priority")),
        "language": _text(fields.take("language", "lang")),
        "headline": _line(headline),
        "slugline": _text(fields.take("slugline")),
        "byline": mapping.byline(_names(fields.take("byline", "by", "author", "authors"))),
        "dateline": _dateline(fields.take("dateline")),
        "located": _names(fields.take("located")),
        "subject": tuple(_subjects(fields.take("subject", "subjects"))),
        "genre": genre,
        "keyword": tuple(_words(fields.take("keyword", "keywords", "tags"))),
        "ednote": _text(fields.take("ednote")),
        "usageterms": _text(fields.take("usageterms")),
        "copyrightholder": _text(fields.take("copyrightholder")) or _text(fields.peek_value("copyrightnotice")),
        "embargoed": embargoed,
        "source": _source(fields.take("source"), raw, fields),
        "removed": tuple(_removed(fields.take("removed"))),
    }
    extra = fields.rest()
    if version is not None and number is None:
        extra["version"] = version
    try:
        return Story.model_validate(
            {
                "uri": uri,
                "version": number or 1,
                "versioncreated": versioncreated,
                "firstcreated": firstcreated or versioncreated,
                "pubstatus": pubstatus,
                "body": body,
                "extra": extra,
                **mapped,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise MalformedItem(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


class Fields:
    """The object's fields by lower-case name; those that nobody takes are the rest."""

    def __init__(self, item: dict[str, Any]) -> None:
        """Read ``item``; the ``extra`` of this project's own JSON stays separate."""
        self._values = {name: value for name, value in item.items() if name not in _COMPUTED}
        extra = self._values.get("extra")
        self._extra = self._values.pop("extra") if isinstance(extra, dict) else {}
        self._names = {name.lower(): name for name in self._values}

    def take(self, *names: str) -> Any:
        """Return the first of these fields that has a value; all of them count as understood."""
        found = [self._values.pop(self._names.pop(n)) for n in names if n in self._names]
        return next((value for value in found if value not in (None, "", [], {})), None)

    def peek_value(self, name: str) -> Any:
        """Return the field's value and leave it among the rest."""
        return self._values.get(self._names[name]) if name in self._names else None

    def rest(self) -> dict[str, Any]:
        """Return the fields nobody understood, under their original names."""
        return {**self._extra, **self._values}


def _uri(fields: Fields) -> str | None:
    for name in _URIS:
        value = fields.take(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and mapping.identifier(str(value)):
            return str(value).strip()
    return None


def _version(value: object) -> int | None:
    digits = str(value).strip() if isinstance(value, str | int) else ""
    return int(digits) if re.fullmatch(r"[0-9]{1,18}", digits) and int(digits) else None


def _number(value: object) -> int | None:
    return int(str(value)) if re.fullmatch(r"[0-9]", str(value)) else None


def _time(value: object) -> datetime | None:
    """Return a time, from ISO 8601, as people write it, or seconds since 1970."""
    if value is None:
        return None
    try:
        return as_utc(_TIME.validate_python(value))
    except (ValidationError, OverflowError):
        if moment := mapping.time(str(value)):
            return moment
        raise MalformedItem(f"not a time: {str(value)[:60]!r}") from None


def _text(value: object) -> str | None:
    value = _role_of(value, "main")
    return value.strip() or None if isinstance(value, str) else None


def _line(value: object) -> str | None:
    return " ".join(text_of(value).split()) or None if isinstance(value, str) else None


def _role_of(value: object, role: str) -> object:
    """Return the entry of this role in a list of ``{"role", "value"}``, else the first; or the value."""
    if not isinstance(value, list):
        return value
    entries = [entry for entry in value if isinstance(entry, dict)]
    entries.sort(key=lambda entry: entry.get("role") != role)
    return entries[0].get("value") if entries else next(iter(value), None)


def _names(value: object) -> str | None:
    names = [_name(entry) for entry in (value if isinstance(value, list) else [value])]
    return ", ".join(filter(None, names)) or None


def _name(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("name") or value.get("literal")
    return value.strip() if isinstance(value, str) else None


def _words(value: object) -> Iterable[str]:
    entries = value.split(",") if isinstance(value, str) else value
    names = (_name(entry) for entry in entries) if isinstance(entries, list) else ()
    return dict.fromkeys(filter(None, names))


def _subjects(value: object) -> Iterator[Subject]:
    for entry in value if isinstance(value, list) else []:
        name = _name(entry)
        code = next(
            (
                str(entry[key])
                for key in ("code", "qcode", "literal", "uri")
                if isinstance(entry, dict) and entry.get(key)
            ),
            None,
        )
        if name or code:
            yield Subject(code=code, name=name)


def _dateline(value: object) -> Dateline | None:
    if isinstance(value, dict):
        text, place, date = (_text(value.get(key)) for key in ("text", "place", "date"))
        return Dateline(text=text, place=place, date=date) if text else None
    return mapping.dateline(value) if isinstance(value, str) else None


def _removed(value: object) -> Iterator[Removed]:
    for entry in value if isinstance(value, list) else []:
        try:
            yield Removed.model_validate(entry)
        except ValidationError:
            continue


def _source(stated: object, raw: RawStory, fields: Fields) -> Source:
    """Return the name the user gave the feed, else the one the item states, else the feed's own."""
    name = _name(stated)
    if name is None:
        providers = fields.take("infosources", "infosource", "provider")
        name = _name(providers[0] if isinstance(providers, list) else providers)
    given = raw.source if raw.source != raw.feed else None
    return Source(name=given or name or raw.source, format=raw.format, receivedat=raw.receivedat)


def _first_text(fields: Fields, names: tuple[str, ...]) -> str:
    """Return the richest text in these fields, which all count as understood."""
    return next(iter([text for name in names for text in _texts(fields.take(name), name)]), "")


def _texts(value: object, name: str) -> Iterator[str]:
    """Return the texts of one field, those with markup first, since they keep their paragraphs."""
    entries = value if isinstance(value, list) else [{"value": value, "role": name}]
    entries = [entry for entry in entries if isinstance(entry, dict)]
    entries.sort(key=lambda entry: not _is_markup(entry))
    for entry in entries:
        text = entry.get("value")
        if isinstance(text, str):
            text = text_of(text) if _is_markup(entry) else text.strip()
            if text:
                yield text


def _is_markup(entry: dict[str, Any]) -> bool:
    kinds = {name.lower(): str(value).lower() for name, value in entry.items() if name.lower() != "value"}
    kind = kinds.get("contenttype") or kinds.get("role", "")
    return "html" in kind or "xml" in kind or str(entry.get("value")).lstrip().startswith(("<?xml", "<nitf"))


def split(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """Yield the object in a file, or each element of an array of any length."""
    head = stream.read(_CHUNK)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"["):
        rest = stream.read(max(limit + 1 - len(head), 0))
        yield from [too_large(limit, head)] if len(head + rest) > limit else _listed(head + rest)
        return
    yield from _elements(stream, start[1:], limit)


def _listed(value: bytes) -> Iterator[ItemOrError]:
    """Yield the stories of a list that an object holds beside nothing of a story itself; else the object."""
    try:
        found = read_object(value)
    except MalformedItem:
        yield value
        return
    names = {name.lower(): name for name in found}
    has_text = not names.keys().isdisjoint((*_HEADLINES, *_BODIES))
    listed: list[Any] = next(
        (found[names[name]] for name in _LISTS if isinstance(found.get(names.get(name, "")), list)), []
    )
    items = [each for each in listed if isinstance(each, dict)]
    if has_text or not items:
        yield value
        return
    for each in items[:MOST_ITEMS]:
        yield to_json(each, inf_nan_mode="constants")
    if len(items) > MOST_ITEMS:
        yield too_many_items(len(items))


def _elements(stream: Stream, buffer: bytes, limit: int) -> Iterator[ItemOrError]:
    """Yield the array's elements; from an error on, the remainder is one item, for parse to reject."""
    decoder = JSONDecoder()
    text = buffer.decode("utf-8", "surrogateescape")
    while True:
        text = text.lstrip(" \t\r\n,")
        if text.startswith("]"):
            return
        try:
            end = decoder.raw_decode(text)[1] if text else 0
        except (JSONDecodeError, RecursionError):
            end = 0
        # A number or literal at the end of the buffer may continue in the next chunk.
        if end and end < len(text):
            yield text[:end].encode("utf-8", "surrogateescape")
            text = text[end:]
            continue
        more = stream.read(max(_CHUNK, len(text)))
        if not more:
            if text:
                yield text.encode("utf-8", "surrogateescape")
            return
        text += more.decode("utf-8", "surrogateescape")
        if len(text) > limit + _CHUNK and not end:
            yield too_large(limit, text[:KEPT_PREFIX].encode("utf-8", "surrogateescape"))
            return


FORMAT = Format(
    name="ninjs",
    content_type="application/json",
    recognises=lambda start, name: bool(re.match(rb'\{\s*["}]|\[\s*[\[{\]]', start)),
    split=split,
    identity=identity,
    parse=parse,
)
