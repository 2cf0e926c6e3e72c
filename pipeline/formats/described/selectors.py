"""Paths into a document: XPath 1.0 for XML, JSONPath (RFC 9535) for JSON, bounded in what they may cost.

A path is refused when it is read if its cost may grow faster than the document: several searches at any depth, or
axes that walk the whole document from each node. Regular expressions are not available. At run time a path gives at
most ``MOST_VALUES`` values and ``MOST_CHARACTERS`` characters.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Literal

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from lxml import etree, html

from pipeline.errors import MalformedItem
from pipeline.formats.xml import Element

Syntax = Literal["xml", "json"]
Select = Callable[[Any], list[Any]]
"""Returns the values of a path: elements and texts of XML, values of JSON."""
MOST_VALUES = 1_000
MOST_CHARACTERS = 10_000_000
_LONGEST = 500
_AXES = re.compile(r"\b(?:preceding|following|ancestor|descendant)(?:-or-self)?\s*::")
_PLAIN = re.compile(r"\$(?:\.[A-Za-z_]\w*|\[\*\])*")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[\*\]")
_ANY_DEPTH = {"xml": "//", "json": ".."}


class _Paths(JSONPathEnvironment):
    """JSONPath without regular expressions, which may take exponential time."""

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name in ("match", "search"):
            self.function_extensions.pop(name, None)


_PATHS = _Paths()


def selector(path: str, syntax: Syntax) -> Select:
    """Return what selects the values of a path. Raises ValueError with what is wrong with it."""
    if len(path) > _LONGEST:
        raise ValueError(f"a path of {len(path)} characters; at most {_LONGEST} are allowed")
    if path.count(_ANY_DEPTH[syntax]) > 1:
        raise ValueError(f"{_ANY_DEPTH[syntax]} occurs more than once: the time would grow with the square of the size")
    return _xpath(path) if syntax == "xml" else _jsonpath(path)


def _xpath(path: str) -> Select:
    if axis := _AXES.search(path):
        raise ValueError(f"{axis[0]} walks the whole document from each element; name the elements instead")
    try:
        compiled = etree.XPath(path, regexp=False)
    except etree.XPathError as error:
        raise ValueError(f"no XPath: {error}") from None

    def select(document: Element) -> list[Any]:
        try:
            found = compiled(document)
        except etree.XPathError as error:
            raise MalformedItem(f"XPath {path}: {error}") from None
        return found[:MOST_VALUES] if isinstance(found, list) else [found] if found not in ("", False) else []

    return select


def _jsonpath(path: str) -> Select:
    try:
        compiled = _PATHS.compile(path)
    except JSONPathError as error:
        raise ValueError(f"no JSONPath: {str(error).splitlines()[0]}") from None
    if _PLAIN.fullmatch(path):
        return partial(_walk, [name or None for name in _STEP.findall(path)])

    def select(document: Any) -> list[Any]:
        try:
            return [match.obj for match in islice(compiled.finditer(document), MOST_VALUES)]
        except (JSONPathError, RecursionError) as error:
            raise MalformedItem(f"JSONPath {path}: {error}") from None

    return select


def _walk(steps: Sequence[str | None], document: Any) -> list[Any]:
    """Return what names and ``[*]`` (None) lead to: ten times as fast as a general path, and most are that plain."""
    found = [document]
    for step in steps:
        if step is None:
            found = [
                each
                for value in found
                for each in (value if isinstance(value, list) else value.values() if isinstance(value, dict) else ())
            ][:MOST_VALUES]
        else:
            found = [value[step] for value in found if isinstance(value, dict) and step in value]
    return found


def texts(values: list[Any], *, markup: bool = False) -> Iterator[str]:
    """Yield the values that have text, in order; elements of XML as markup if asked, else as their text.

    Raises MalformedItem beyond ``MOST_CHARACTERS``: a path may select parts of a document again and again.
    """
    total = 0
    for value in values:
        text = _text(value, markup=markup)
        total += len(text)
        if total > MOST_CHARACTERS:
            raise MalformedItem(f"a path selects more than {MOST_CHARACTERS:,} characters")
        if text:
            yield text


def _text(value: Any, *, markup: bool) -> str:
    if isinstance(value, etree._Element):
        if markup and len(value):
            return str(html.tostring(value, encoding="unicode", with_tail=False))
        return "".join(map(str, value.itertext())).strip()
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
