"""Parse untrusted XML: no entities, no DTD, no network, bounded depth; lenient where that is safe.

libxml2 itself refuses trees deeper than 256 and texts over 10 MB. Entity declarations are refused, so nothing can
expand (billion laughs) or be fetched (XXE).
"""

import html
import re
from collections.abc import Callable, Iterator

from lxml import etree

from pipeline.errors import MalformedItem, TooLarge
from pipeline.formats.contract import MOST_ITEMS, ItemOrError, Stream, is_small, too_many_items, whole_stream
from pipeline.formats.encoding import decode

Element = etree._Element

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FRAME_BYTES = 16_384
_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*\?>")
_ENCODING = re.compile(rb"^[^<]{0,8}<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[>]*(?:\[(?P<inside>.*?)\]\s*)?>", re.S)
_GENERAL_ENTITY = re.compile(r"<!ENTITY\s+(?!%)", re.I)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_KNOWN = frozenset(("amp", "lt", "gt", "quot", "apos"))
_STRAY = re.compile(r"&(?!#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.S | re.I)


def root_name(start: bytes) -> str:
    """Return the local name of the first element of markup that begins so, "" if it is none."""
    at = 0
    while found := _PROLOG.match(start, at):
        at = found.end()
    root = _ROOT.match(start, at)
    return root[1].decode("ascii", "replace") if root else ""


def read(value: bytes, names: bool = True) -> Element:
    """Return the root of a document, without comments and instructions; ``names`` without their namespaces.

    Repairs a wrong encoding, HTML's entities, control characters and a bare ``&``. Raises MalformedItem with line
    and column, or for a declaration of entities.
    """
    declared = _ENCODING.match(value)
    text = decode(value, declared[1].decode() if declared else None)
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n\x00"), count=1)
    if doctype := _DOCTYPE.search(text[:65_536]):
        # Parameter entities, as in NewsML's own DTD, concern the DTD alone, which is not read.
        if _GENERAL_ENTITY.search(doctype["inside"] or ""):
            raise MalformedItem("not read: the document declares entities of its own (DOCTYPE with ENTITY)")
        text = text[: doctype.start()] + text[doctype.end() :]
    if "<!ENTITY" in text:
        raise MalformedItem("not read: the document declares entities of its own (ENTITY)")
    text = _STRAY.sub("&amp;", _ENTITY.sub(_character, _FORBIDDEN.sub("", text)))
    try:
        root = etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        raise MalformedItem(f"not XML: {error.msg}") from None
    if names:
        for element in root.iter():
            element.tag = local(element)
    return root


def try_read(value: bytes, find: Callable[[Element], str | None], names: bool = True) -> str | None:
    """Return what ``find`` finds in the document, None if the document cannot be read."""
    try:
        return find(read(value, names))
    except MalformedItem:
        return None


def _parser() -> etree.XMLParser:
    """Return a new parser for each document: a parser must not be shared between threads."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _character(entity: re.Match[str]) -> str:
    """Return the character of an HTML entity; unknown names stay as text."""
    if entity[1] in _KNOWN:
        return entity[0]
    character = html.unescape(entity[0])
    return character if character != entity[0] else f"&amp;{entity[1]};"


def local(element: Element | None) -> str:
    """Return the element's name without its namespace."""
    return "" if element is None else etree.QName(element).localname


def serialise(root: Element) -> bytes:
    """Return the document's bytes, in UTF-8."""
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def children(element: Element | None, *path: str) -> Iterator[Element]:
    """Return the elements at the end of a path of child names."""
    if element is None:
        return
    if not path:
        yield element
        return
    for child in element.iterchildren(path[0]):
        yield from children(child, *path[1:])


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first element at the end of the path."""
    return next(children(element, *path), None)


def text(element: Element | None) -> str | None:
    """Return all the text in an element on one line, None if there is none."""
    if element is None:
        return None
    return " ".join("".join(map(str, element.itertext())).split()) or None


def texts(element: Element | None, *path: str) -> list[str]:
    """Return the non-empty texts at the end of the path."""
    return [found for each in children(element, *path) if (found := text(each))]


def attribute(element: Element | None, *names: str) -> str | None:
    """Return the first of these attributes that has a value."""
    if element is None:
        return None
    return next((value for name in names if (value := (element.get(name) or "").strip())), None)


def split(
    stream: Stream, limit: int, find: Callable[[Element], list[Element]], names: bool = True, least: int = 1
) -> Iterator[ItemOrError]:
    """Yield the parts that ``find`` finds in the stream's document, each as a document; a single one unchanged.

    A document that cannot be read, or has fewer than ``least`` parts, is one item, for parse to reject.
    """
    for value in whole_stream(stream, limit):
        if isinstance(value, TooLarge):
            yield value
            return
        try:
            root = read(value, names)
        except MalformedItem:
            yield value
            return
        parts = find(root)
        if len(parts) == 1 or len(parts) < least:
            yield value
            return
        yield from split_entries(root, parts)
        if len(parts) > MOST_ITEMS:
            yield too_many_items(len(parts))


def split_entries(root: Element, parts: list[Element]) -> Iterator[bytes]:
    """Return the document once for each of the first parts, with only that part in it.

    What is around the parts is repeated in each, as long as it is small.
    """
    places = [(part, parent) for part in parts if (parent := part.getparent()) is not None]
    for part, parent in places:
        parent.remove(part)
    frame = len(serialise(root))
    if frame > _FRAME_BYTES or not is_small(frame, len(places)):
        parents = {parent for _, parent in places}
        kept = parents | {above for parent in parents for above in parent.iterancestors()}
        for element in [element for element in root.iter() if element not in kept]:
            if (above := element.getparent()) is not None:
                above.remove(element)
    for part, parent in places[:MOST_ITEMS]:
        parent.append(part)
        yield serialise(root)
        parent.remove(part)
