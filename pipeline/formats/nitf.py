"""Parse NITF 3.x, IPTC's news text in XML (https://iptc.org/standards/nitf/).

Where the specification leaves a choice, the alternatives are tried in turn: identity in ``doc-id``, ``@uno``,
``du-key`` or a ``meta``; the time in ``date.issue``, ``story.date`` or ``pubdata``. A ``docdata`` that manages
another document (``management-doc-idref``) is a message about that one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.formats import mapping, xml
from pipeline.formats.contract import Format, whole_stream
from pipeline.formats.markup import UNSEEN, lines_of
from pipeline.formats.xml import Element, attribute, child, text, texts
from pipeline.story import Dateline, RawStory, Removed, Story
from pipeline.subject import Subject

_META_URI = ("guid", "uri", "doc-id", "docid", "id", "story-id", "storyid", "item-id", "itemid", "identifier")
_META_VERSION = ("version", "revision", "rev", "revisionid", "itemversion")
_META_TIME = ("versioncreated", "modified", "date-modified", "lastmodified", "timestamp", "date", "pubdate")
_META_FIRST = ("firstcreated", "created", "date-created", "origdate")
_META_SLUG = ("slugline", "slug", "slug-line", "catchline", "catch-line", "topic", "anpa-keyword")
_META_KEYWORDS = ("keywords", "keyword")
_META_URGENCY = ("urgency", "priority")
_META_NOTE = ("ednote", "editorsnote", "editorialnote", "note")
_META_STATUS = ("pubstatus", "status", "management-status")
BESIDE = UNSEEN | {"media", "media-caption", "media-producer", "note"}


@dataclass(frozen=True)
class Article:
    """What an NITF body contains, which a NewsML item may carry without any NITF head."""

    headline: str | None = None
    byline: str | None = None
    dateline: Dateline | None = None
    located: str | None = None
    abstract: str = ""
    body: str = ""
    tagline: str | None = None
    note: str | None = None
    copyrightholder: str | None = None
    usageterms: str | None = None
    time: datetime | None = None
    removed: tuple[Removed, ...] = ()
    beside: dict[str, Any] = field(default_factory=dict)


def lowered(root: Element) -> Element:
    """Return the tree with all names in lower case, since NITF was SGML before it was XML."""
    for element in root.iter():
        element.tag = str(element.tag).lower()
        for name in [name for name in element.attrib if name != str(name).lower()]:
            element.set(str(name).lower(), element.attrib.pop(name))
    return root


def identity(value: bytes) -> str | None:
    """Return the uri the document states."""
    return xml.try_read(value, lambda root: _uri(lowered(root)))


def parse(raw: RawStory) -> Story:
    """Return the story in an NITF document. Raises MalformedItem."""
    root = lowered(xml.read(raw.value))
    head, docdata, meta = child(root, "head"), child(root, "head", "docdata"), _meta(root)
    article = read_article(root)
    issued = mapping.first_time(attribute(child(docdata, "date.issue"), "norm"), text(child(docdata, "date.issue")))
    revised = [moment for each in _children(root, "revision-history") if (moment := mapping.time(each.get("norm")))]
    modified = mapping.first_time(*_of(meta, _META_TIME))
    published = [mapping.time(attribute(each, "date.publication")) for each in _children(root, "pubdata")]
    created = issued or modified or article.time or next(filter(None, published), None) or max(revised, default=None)
    release = attribute(child(docdata, "date.release"), "norm") or text(child(docdata, "date.release"))
    released = mapping.time(release)
    status = attribute(docdata, "management-idref-status", "management-status") or next(
        iter(_of(meta, _META_STATUS)), None
    )
    waits = released is not None and created is not None and released > created
    is_embargoed = (status or "").lower() == "embargoed"
    embargoed = mapping.embargo(release) if is_embargoed else released if waits else None
    note = child(docdata, "ed-msg")
    duty = child(docdata, "du-key")
    return mapping.story(
        raw,
        uri=_uri(root),
        version=_version(root, meta),
        versioncreated=created,
        firstcreated=mapping.first_time(*_of(meta, _META_FIRST))
        or min([*revised, *filter(None, [issued])], default=None),
        pubstatus=mapping.pubstatus(status, embargoed),
        embargoed=embargoed,
        signal=_signal(root, docdata),
        urgency=mapping.urgency(attribute(child(docdata, "urgency"), "ed-urg"))
        or next((mapping.urgency(value) for value in _of(meta, _META_URGENCY)), None),
        language=_language(root),
        headline=article.headline,
        slugline=next(iter(_of(meta, _META_SLUG)), None)
        or attribute(duty, "key")
        or attribute(child(docdata, "fixture"), "fix-id"),
        byline=article.byline,
        dateline=article.dateline,
        located=article.located or _place(child(docdata, "evloc")),
        subject=_subjects(root),
        genre=_genres(head),
        keyword=mapping.words(
            [
                *(attribute(each, "key") or text(each) for each in xml.children(docdata, "key-list", "keyword")),
                *(word for value in _of(meta, _META_KEYWORDS) for word in value.split(",")),
            ]
        ),
        ednote=attribute(note, "info") or text(note) or article.note or next(iter(_of(meta, _META_NOTE)), None),
        usageterms=text(child(docdata, "doc.rights"))
        or attribute(child(docdata, "doc.rights"), "owner")
        or article.usageterms,
        copyrightholder=attribute(child(docdata, "doc.copyright"), "holder") or article.copyrightholder,
        source=attribute(child(docdata, "doc-id"), "regsrc") or next(iter(_of(meta, ("provider", "source"))), None),
        body=article.body,
        removed=article.removed,
        extra=article.beside
        | {
            "abstract": article.abstract if article.body != article.abstract else None,
            "tagline": article.tagline,
            "expires": attribute(child(docdata, "date.expire"), "norm"),
            "meta": {name: value for name, value in meta.items() if name not in _UNDERSTOOD},
            "identified": _identified(child(docdata, "identified-content")),
            "series": attribute(child(docdata, "series"), "series.name"),
            "scope": attribute(child(docdata, "doc-scope"), "scope"),
        },
    )


_UNDERSTOOD = frozenset(
    (
        *_META_URI,
        *_META_VERSION,
        *_META_TIME,
        *_META_FIRST,
        *_META_SLUG,
        *_META_KEYWORDS,
        *_META_URGENCY,
        *_META_NOTE,
        *_META_STATUS,
        "provider",
        "source",
    )
)


def read_article(root: Element) -> Article:
    """Read the body of an NITF tree with names in lower case."""
    body = root if root.tag == "body" else child(root, "body")
    top = child(body, "body.head")
    content = child(body, "body.content")
    if content is None and body is not None and top is None:
        content = body
    day = child(top, "dateline", "story.date")
    abstract = _lines(child(top, "abstract"))
    captions = [caption for each in _iter(content, "media-caption") if (caption := text(each))]
    written = _lines(content)
    located = child(top, "dateline", "location")
    return Article(
        headline=_headline(top) or text(child(root, "head", "title")),
        byline=_byline(top),
        dateline=_dateline(child(top, "dateline"), located, day),
        located=_place(located),
        abstract=abstract,
        body=written or abstract or "\n".join(captions),
        tagline=text(child(body, "body.end", "tagline")),
        note=" ".join(texts(top, "note")) or None,
        copyrightholder=text(child(top, "rights", "rights.owner")),
        usageterms=text(child(top, "rights")),
        time=mapping.first_time(attribute(day, "norm")),
        removed=tuple(Removed(kind="caption", text=caption) for caption in captions if written),
        beside={
            "renditions": _media(content),
            "distributor": text(child(top, "distributor")),
            "subheadline": " ".join(texts(top, "hedline", "hl2")) or None,
        },
    )


def _headline(top: Element | None) -> str | None:
    lines = [found for name in ("hl1", "hl2") for found in texts(top, "hedline", name)]
    return next(iter(lines), None) or text(child(top, "hedline")) or text(child(top, "headline"))


def _byline(top: Element | None) -> str | None:
    """Return the names of all bylines; titles and places are in elements of their own."""
    names = []
    for each in xml.children(top, "byline"):
        people = texts(each, "person")
        words = people or [" ".join(_words_beside(each, ("byttl", "location", "virtloc")))]
        names += [name for word in words if (name := mapping.byline(word.strip(" ,")))]
        if not any(words):
            names += texts(each, "byttl")
    return ", ".join(dict.fromkeys(names)) or None


def _words_beside(element: Element, without: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts in an element, except those in its children of these names."""
    yield element.text or ""
    for each in element.iterchildren():
        if each.tag not in without:
            yield text(each) or ""
        yield each.tail or ""


def _dateline(dateline: Element | None, located: Element | None, day: Element | None) -> Dateline | None:
    stated = mapping.dateline(text(dateline))
    if stated is None:
        return None
    moment = mapping.time(attribute(day, "norm"))
    return Dateline(text=stated.text, place=_place(located), date=moment.date().isoformat() if moment else None)


def _place(location: Element | None) -> str | None:
    """Return the city, else the smallest part named, else the text."""
    for name in ("city", "sublocation", "state", "region", "country"):
        if found := text(child(location, name)) or attribute(child(location, name), f"{name}-code"):
            return _title(found)
    return _title(attribute(location, "city", "county-dist", "state-prov", "iso-cc") or text(location))


def _title(place: str | None) -> str | None:
    return place.title() if place and place.isupper() and len(place) > 3 else place


def _uri(root: Element) -> str | None:
    docdata = child(root, "head", "docdata")
    return (
        attribute(docdata, "management-doc-idref")
        or attribute(child(docdata, "doc-id"), "id-string")
        or text(child(docdata, "doc-id"))
        or next(iter(_of(_meta(root), _META_URI)), None)
        or attribute(root, "uno")
        or attribute(child(docdata, "du-key"), "key")
    )


def _version(root: Element, meta: dict[str, str]) -> int | None:
    duty = child(root, "head", "docdata", "du-key")
    stated = [*_of(meta, _META_VERSION), attribute(duty, "version"), attribute(root, "version")]
    found = next((number for word in stated if (number := mapping.version(word))), None)
    return found or mapping.version(attribute(duty, "generation")) or _counted(root)


def _counted(root: Element) -> int | None:
    """Return the number of revisions in the history, where each is one more version."""
    functions = [each.get("function") or "" for each in _children(root, "revision-history")]
    versions = [int(digits) for word in functions if (digits := word.rpartition(" ")[2]).isdecimal()]
    return mapping.version(str(max(versions))) if versions else None


def _signal(root: Element, docdata: Element | None) -> str | None:
    tobject = child(root, "head", "tobject")
    kinds = [attribute(each, "tobject.property.type") for each in xml.children(tobject, "tobject.property")]
    signal = mapping.signal(attribute(child(docdata, "ed-msg"), "msg-type"), attribute(tobject, "tobject.type"), *kinds)
    return signal or ("correction" if child(docdata, "correction") is not None else None)


def _subjects(root: Element) -> tuple[Subject, ...]:
    names = ("tobject.subject.detail", "tobject.subject.matter", "tobject.subject.type")
    stated = [
        (attribute(each, "tobject.subject.refnum", "tobject.subject.code"), attribute(each, *names) or text(each))
        for each in xml.children(root, "head", "tobject", "tobject.subject")
    ]
    classified = [
        (attribute(each, "idsrc-value", "code", "value"), text(each) or attribute(each, "value"))
        for each in xml.children(root, "head", "docdata", "identified-content", "classifier")
    ]
    return mapping.subjects([*stated, *classified])


def _genres(head: Element | None) -> tuple[Subject, ...]:
    tobject = child(head, "tobject")
    properties = (attribute(each, "tobject.property.type") for each in xml.children(tobject, "tobject.property"))
    return mapping.subjects((None, name) for name in properties if name and name.lower() != "current")


def _identified(content: Element | None) -> dict[str, list[str]]:
    """Return the people, organizations, places and so on that the sender marked, by element name."""
    found: dict[str, list[str]] = {}
    for each in xml.children(content):
        for element in each.iterchildren():
            name = text(element) or attribute(element, "value")
            if name and element.tag != "classifier":
                found.setdefault(str(element.tag), []).append(name)
    return found


def _media(content: Element | None) -> dict[str, Any]:
    """Return the pictures and recordings the story refers to, as ninjs's renditions."""
    found = {}
    for number, each in enumerate(_iter(content, "media-reference"), 1):
        if href := attribute(each, "source", "data-location"):
            found[f"media{number}"] = {"href": href, "mimetype": attribute(each, "mime-type") or ""}
    return found


def _language(root: Element) -> str | None:
    places = [
        root,
        child(root, "body"),
        child(root, "body", "body.content"),
        child(root, "body", "body.head", "hedline", "hl1"),
    ]
    return next((lang for place in places if (lang := attribute(place, xml.LANG, "lang"))), None)


def _meta(root: Element) -> dict[str, str]:
    """Return the head's meta fields, names in lower case."""
    pairs = (
        (attribute(each, "name", "http-equiv"), attribute(each, "content"))
        for each in xml.children(root, "head", "meta")
    )
    return {name.lower(): content for name, content in pairs if name and content}


def _of(meta: dict[str, str], names: tuple[str, ...]) -> list[str]:
    """Return the values of these names, or else of the same names with a prefix (``x-version``, ``agency:version``)."""
    exact = [meta[name] for name in names if name in meta]
    return exact or [value for name, value in meta.items() if name.rpartition(":")[2].removeprefix("x-") in names]


def _children(root: Element, name: str) -> list[Element]:
    return [*xml.children(root, "head", name), *xml.children(root, "head", "docdata", name)]


def _iter(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else list(element.iter(name))


def _lines(element: Element | None) -> str:
    return "" if element is None else lines_of(element, BESIDE)


FORMAT = Format(
    name="nitf",
    content_type="application/nitf+xml",
    recognises=lambda start, name: xml.root_name(start).lower() == "nitf",
    split=whole_stream,
    identity=identity,
    parse=parse,
)
