"""Say where in the source each field of a story stands, and what of the source no field has.

The places are found by comparing values, whatever format read them: a field stands where its text, its time or its
code stands, preferably under a name like its own. Formats by description name their paths exactly
(``wire formats check``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from pipeline.errors import MalformedItem
from pipeline.formats import mapping, xml
from pipeline.formats.encoding import decode
from pipeline.formats.markup import is_fragment, text_of
from pipeline.story import RawStory, Story

_MOST_LEAVES = 5_000
_MOST_PLACES = 3
_SHORTEST = 4
"""The fewest characters of a value that is looked for within longer texts."""
_HINTS = {
    "version": ("version", "revision"),
    "urgency": ("urgency", "ed-urg", "priority"),
    "pubstatus": ("status",),
    "signal": ("signal", "msg-type", "instruction", "genre", "role"),
    "language": ("lang",),
}
"""Names under which short codes count; a digit alone stands in many places."""
_NOWHERE = 3


@dataclass(frozen=True)
class Leaf:
    """A text of the source and its place: an XPath, a JSONPath, or a line."""

    path: str
    text: str


@dataclass(frozen=True)
class Explanation:
    """The places of each field, best first, and the leaves that no field has."""

    fields: dict[str, tuple[str, ...]]
    unused: tuple[Leaf, ...]


def explain(raw: RawStory, story: Story) -> Explanation:
    """Return where the fields of a story that was read from ``raw`` stand in it."""
    found = list(leaves(raw.value))
    plain = [_plain(leaf.text) for leaf in found]
    fields: dict[str, tuple[str, ...]] = {}
    used: set[int] = set()
    for field, value in _values(story):
        ranked = sorted(_places(field, value, found, plain))
        used.update(number for _, number in ranked)
        fields[field] = tuple(dict.fromkeys(found[number].path for _, number in ranked))[:_MOST_PLACES]
    everything = "\n".join(_plain(text) for _, value in _values(story) for text in _texts(value))
    unused = (
        leaf
        for number, leaf in enumerate(found)
        if number not in used and plain[number] and plain[number] not in everything
    )
    return Explanation(fields, tuple(unused))


def leaves(value: bytes) -> Iterator[Leaf]:
    """Yield the texts of a source in order, at most a few thousand."""
    start = value.lstrip()[:1]
    try:
        if start == b"<":
            yield from _limited(_of_xml(xml.read(value)))
            return
        if start in (b"{", b"["):
            yield from _limited(_of_json(from_json(value), "$"))
            return
    except (MalformedItem, ValueError):
        pass
    lines = enumerate(decode(value).splitlines(), 1)
    yield from _limited(Leaf(f"line {number}", line.strip()) for number, line in lines if line.strip())


def _limited(found: Iterator[Leaf]) -> Iterator[Leaf]:
    for number, leaf in enumerate(found):
        if number == _MOST_LEAVES:
            return
        yield leaf


def _of_xml(root: xml.Element) -> Iterator[Leaf]:
    tree = root.getroottree()
    for element in root.iter():
        path = tree.getpath(element)
        yield from (Leaf(f"{path}/@{name!s}", str(value)) for name, value in element.attrib.items() if value)
        if element.text and element.text.strip():
            yield Leaf(path, element.text.strip())
        if element.tail and element.tail.strip() and (above := element.getparent()) is not None:
            yield Leaf(tree.getpath(above), element.tail.strip())


def _of_json(value: Any, path: str) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _of_json(each, f"{path}.{name}" if re.fullmatch(r"\w+", name) else f"{path}['{name}']")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _of_json(each, f"{path}[{number}]")
    elif value not in (None, "") and not isinstance(value, bool):
        yield Leaf(path, str(value))


def _values(story: Story) -> Iterator[tuple[str, Any]]:
    """Yield the fields that have a value, as the texts and times to look for."""
    for field in type(story).model_fields:
        value = getattr(story, field)
        if value not in (None, "", (), {}):
            yield field, value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts(each)
    elif hasattr(value, "model_dump"):
        yield from _texts(value.model_dump(exclude={"receivedat", "format", "kind"}))
    elif isinstance(value, int):
        yield str(value)


def _places(field: str, value: Any, found: list[Leaf], plain: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the leaves that have a field's value, each with its rank: the lower, the better it fits."""
    if isinstance(value, datetime):
        named = (number for number, leaf in enumerate(found) if mapping.time(leaf.text) == value)
        yield from (
            (0 if _is_called(found[number].path, (field, "created", "date")) else 1, number) for number in named
        )
        return
    wanted = [text for each in _texts(value) if (text := _plain(each))]
    hints = _HINTS.get(field)
    for number, text in enumerate(plain):
        if not text or (hints and not _is_called(found[number].path, hints)):
            continue
        is_named = _is_called(found[number].path, hints or (field.rstrip("s"),))
        rank = min((_rank(each, text, is_coded=bool(hints)) for each in wanted), default=_NOWHERE)
        if rank < _NOWHERE:
            yield 2 * rank + (not is_named), number


def _rank(value: str, text: str, *, is_coded: bool) -> int:
    """Return how well a text of the source fits a value: it is the value, contains it, or is a part of it."""
    if value == text:
        return 0
    if value in text and (len(value) >= _SHORTEST or (is_coded and not value.isdigit())):
        return 1
    return 2 if text in value and len(text) >= 3 * _SHORTEST else _NOWHERE


def _is_called(path: str, names: tuple[str, ...]) -> bool:
    last = "/".join(path.lower().split("/")[-2:])
    return any(name in last for name in names)


def _plain(text: str) -> str:
    return " ".join((text_of(text) if is_fragment(text) else text).split()).casefold()
