"""Read items by a description: recognise, split, identify and parse them as the formats with code do."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic_core import from_json

from pipeline.errors import MalformedItem, TooLarge
from pipeline.formats import mapping, xml
from pipeline.formats.contract import MOST_ITEMS, Format, ItemOrError, Stream, too_many_items, whole_stream
from pipeline.formats.described.description import LISTS, TIMES, Description, Rule
from pipeline.formats.described.selectors import Select, texts
from pipeline.formats.markup import text_of
from pipeline.story import RawStory, Story
from pipeline.subject import Subject

_ZONED = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$", re.I)


class Finding(NamedTuple):
    """A value of a field, and the path that found it."""

    value: Any
    path: str


class DescribedFormat:
    """A format that reads what a description describes."""

    def __init__(self, description: Description) -> None:
        """Prepare the paths. Raises ValueError for a wrong one."""
        self.description = description
        self._select: dict[str, Select] = description.selectors()
        self._rules = description.rules()
        self._contains = [text.encode() for text in description.recognise.contains]

    def format(self) -> Format:
        """Return it as one of the formats."""
        kind = "application/xml" if self.description.syntax == "xml" else "application/json"
        return Format(
            name=self.description.name,
            content_type=kind,
            recognises=self.recognises,
            split=self.split,
            identity=self.identity,
            parse=self.parse,
        )

    def recognises(self, start: bytes, name: str) -> bool:
        """Return whether a file that begins so is of this format."""
        root = self.description.recognise.root
        is_json = start[:1] in (b"{", b"[")
        if is_json != (self.description.syntax == "json") or (root and xml.root_name(start) != root):
            return False
        return all(text in start for text in self._contains)

    def split(self, stream: Stream, limit: int) -> Iterator[ItemOrError]:
        """Yield the items of a file; all of it if it has none."""
        items = self._select[self.description.items] if self.description.items else None
        if items is None:
            yield from whole_stream(stream, limit)
        elif self.description.syntax == "xml":
            yield from xml.split(stream, limit, items)
        else:
            yield from _split_json(stream, limit, items)

    def identity(self, value: bytes) -> str | None:
        """Return the uri that an item states."""
        try:
            return self._text("uri", self._document(value))
        except MalformedItem:
            return None

    def parse(self, raw: RawStory) -> Story:
        """Return the story in an item. Raises MalformedItem."""
        document = self._document(raw.value)
        items = self.description.items
        if items and len(self._select[items](document)) > 1:
            raise MalformedItem("several items in one message, which is to hold one (a feed takes them apart)")
        stated = self.values(document)
        embargoed = self._embargo(document)
        status = mapping.pubstatus(stated.get("pubstatus"), embargoed)
        kind, caption = stated.pop("kind", None), stated.pop("caption", None)
        extra = {name.removeprefix("extra."): stated.pop(name) for name in list(stated) if name.startswith("extra.")}
        return mapping.story(
            raw,
            **stated
            | {
                "version": mapping.version(stated.get("version")),
                "urgency": mapping.urgency(stated.get("urgency")),
                "signal": mapping.signal(stated.get("signal")),
                "byline": mapping.byline(stated.get("byline")),
                "dateline": mapping.dateline(stated.get("dateline")),
                "pubstatus": status,
                "body": mapping.text_or_caption(
                    raw, kind, stated.get("body", ""), caption, stated.get("headline"), status
                ),
                "embargoed": embargoed,
                "extra": extra,
            },
        )

    def values(self, document: Any) -> dict[str, Any]:
        """Return what the description finds in a document, by field; fields without a value are missing."""
        return {field: found.value for field in self._rules if (found := self._found(field, document))}

    def findings(self, value: bytes) -> dict[str, "Finding | None"]:
        """Return for each field of the description what it finds in an item, and by which path; None for nothing.

        Raises MalformedItem for an item that is not XML or JSON.
        """
        document = self._document(value)
        return {field: self._found(field, document) for field in self._rules}

    def _found(self, field: str, document: Any) -> "Finding | None":
        for rule in self._rules[field]:
            value: Any
            if field in LISTS:
                value = self._listed(field, rule, document)
            else:
                value = self._value(rule, document)
                value = _moment(rule, value) if field in TIMES else value
            if value:
                return Finding(value, rule.path)
        return None

    def _document(self, value: bytes) -> Any:
        if self.description.syntax == "xml":
            return xml.read(value)
        try:
            return from_json(value.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)
        except ValueError as error:
            raise MalformedItem(f"not JSON: {error}") from None

    def _text(self, field: str, document: Any) -> str | None:
        return next(filter(None, (self._value(rule, document) for rule in self._rules.get(field, ()))), None)

    def _value(self, rule: Rule, document: Any) -> str | None:
        found = texts(self._select[rule.path](document), markup=rule.html)
        mapped = (rule.map.get(text, text) for text in found)
        plain = filter(None, (text_of(text) if rule.html else text for text in mapped))
        return next(plain, None) if rule.join is None else rule.join.join(plain) or None

    def _listed(self, field: str, rule: Rule, document: Any) -> tuple[Any, ...]:
        values = self._select[rule.path](document)
        if field == "keyword":
            return mapping.words(rule.map.get(text, text) for text in texts(values))
        return self._subjects(rule, values)

    def _subjects(self, rule: Rule, values: Sequence[Any]) -> tuple[Subject, ...]:
        def part(path: str | None, value: Any) -> str | None:
            return next(texts(self._select[path](value)), None) if path else None

        if rule.code is None and rule.name is None:
            return mapping.subjects((None, rule.map.get(text, text)) for text in texts(list(values)))
        return mapping.subjects((part(rule.code, value), part(rule.name, value)) for value in values)

    def _embargo(self, document: Any) -> datetime | None:
        """Return the time of the embargo. Raises MalformedItem if one is stated that cannot be read."""
        for rule in self._rules.get("embargoed", ()):
            if stated := self._value(rule, document):
                return _moment(rule, stated) or mapping.embargo(stated)
        return None


def _moment(rule: Rule, text: str | None) -> datetime | None:
    """Return a time in UTC, read as the rule says."""
    if not text:
        return None
    if rule.format:
        try:
            moment = datetime.strptime(text, rule.format)  # noqa: DTZ007 - the zone follows
        except ValueError:
            return None
        return _in_zone(moment, rule) if moment.tzinfo is None else moment.astimezone(UTC)
    found = mapping.time(text)
    return found if found is None or _ZONED.search(text) else _in_zone(found, rule)


def _in_zone(moment: datetime, rule: Rule) -> datetime:
    return moment.replace(tzinfo=ZoneInfo(rule.zone) if rule.zone else UTC).astimezone(UTC)


def _split_json(stream: Stream, limit: int, items: Select) -> Iterator[ItemOrError]:
    for value in whole_stream(stream, limit):
        if isinstance(value, TooLarge):
            yield value
            return
        try:
            found = [each for each in items(from_json(value, allow_inf_nan=False)) if isinstance(each, dict)]
        except (ValueError, MalformedItem):
            found = []
        if not found:
            yield value
        for each in found[:MOST_ITEMS]:
            yield json.dumps(each, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if len(found) > MOST_ITEMS:
            yield too_many_items(len(found))
