"""Parse NewsML-G2: newsItem, packageItem and newsMessage (https://iptc.org/standards/newsml-g2/).

A newsMessage is split into its items. A package becomes a story whose ``extra`` has the references
(``associations``, as in ninjs 1.x). Content that is elsewhere stays there, and ``extra`` says where
(``renditions``).
"""

from collections.abc import Iterator
from typing import Any

from pipeline.errors import NoStory
from pipeline.formats import mapping, nitf, xml
from pipeline.formats.contract import Format, ItemOrError, Stream
from pipeline.formats.markup import UNSEEN, is_fragment, lines_of, text_of, without_pseudo_markup
from pipeline.formats.xml import LANG, Element, attribute, child, children, text, texts
from pipeline.story import Dateline, RawStory, Story

_ITEMS = ("newsItem", "packageItem")
_OTHERS = ("conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_CODES = ("qcode", "uri", "literal")


def split(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """Yield each item of a newsMessage as a message of its own; any other document unchanged."""
    yield from xml.split(
        stream, limit, lambda root: [each for place in children(root, "itemSet") for each in place.iterchildren()]
    )


def identity(value: bytes) -> str | None:
    """Return the item's guid."""
    return xml.try_read(value, lambda root: attribute(_item(root), "guid"))


def parse(raw: RawStory) -> Story:
    """Return the story in an item. Raises MalformedItem; NoStory for items that are no news."""
    root = xml.read(raw.value)
    item = _item(root)
    meta, about, rights = child(item, "itemMeta"), child(item, "contentMeta"), _rights(item)
    article, content = _content(item)
    body = without_pseudo_markup(content)
    created = mapping.first_time(
        text(child(meta, "versionCreated")),
        text(child(about, "contentModified")),
        text(child(about, "contentCreated")),
        text(child(root, "header", "sent")),
    )
    embargoed = mapping.embargo(text(child(meta, "embargoed")))
    signals = [attribute(each, *_CODES) for each in children(meta, "signal")]
    genres = [*_concepts(about, "genre")]
    headline = _best(about, "headline") or article.headline or text(child(meta, "title"))
    descriptions = _best(about, "description")
    kind = item.tag if item.tag == "packageItem" else attribute(child(meta, "itemClass"), *_CODES)
    status = mapping.pubstatus(
        attribute(child(meta, "pubStatus"), *_CODES) or text(child(meta, "pubStatus")), embargoed
    )
    return mapping.story(
        raw,
        uri=attribute(item, "guid"),
        version=mapping.version(attribute(item, "version")),
        versioncreated=created,
        firstcreated=mapping.first_time(text(child(meta, "firstCreated")), text(child(about, "contentCreated"))),
        pubstatus=status,
        embargoed=embargoed,
        signal=mapping.signal(*signals, *(word for genre in genres for word in genre), *_roles(meta)),
        urgency=mapping.urgency(text(child(about, "urgency")))
        or mapping.urgency(text(child(root, "header", "priority"))),
        language=attribute(child(about, "language"), "tag") or attribute(item, LANG) or _content_language(item),
        headline=headline and without_pseudo_markup(headline),
        slugline=next(iter(texts(about, "slugline")), None),
        byline=mapping.byline(", ".join(dict.fromkeys(texts(about, "by")))) or article.byline or _creators(about),
        dateline=_dateline(about) or article.dateline,
        located=next((name for _, name in _concepts(about, "located") if name), None)
        or attribute(child(about, "located"), "literal")
        or article.located,
        subject=mapping.subjects(_concepts(about, "subject", item)),
        genre=mapping.subjects(genres),
        keyword=mapping.words(texts(about, "keyword")),
        ednote=" ".join(texts(meta, "edNote")) or article.note,
        usageterms=_rights_text(rights, "usageTerms") or article.usageterms,
        copyrightholder=_label(child(rights, "copyrightHolder"))
        or _rights_text(rights, "copyrightNotice")
        or article.copyrightholder,
        source=_label(child(meta, "provider")) or next(iter(texts(about, "infoSource", "name")), None),
        body=mapping.text_or_caption(raw, str(kind or ""), body, descriptions, headline, status),
        removed=article.removed,
        extra=article.beside
        | {
            "itemclass": attribute(child(meta, "itemClass"), *_CODES),
            "description": descriptions if body else None,
            "abstract": article.abstract if article.body != article.abstract else None,
            "tagline": article.tagline,
            "creditline": text(child(about, "creditline")),
            "service": texts(meta, "service", "name"),
            "filename": text(child(meta, "fileName")),
            "expires": text(child(meta, "expires")),
            "altids": {
                attribute(each, "type", "role", "environment") or "id": words
                for each in children(about, "altId")
                if (words := text(each))
            },
            "links": [dict(each.attrib) for each in children(meta, "link")]
            + [dict(each.attrib) for each in children(item, "link")],
            "renditions": _renditions(item),
            "associations": _associations(item),
            "profile": text(child(meta, "profile")),
        },
    )


def _item(root: Element) -> Element:
    """Return the item in the document.

    Raises MalformedItem if there is none, NoStory if it is no news.
    """
    found = [root] if root.tag in _ITEMS else [*root.iter(*_ITEMS)]
    other = next((str(each.tag) for each in root.iter(*_OTHERS)), None)
    if other and not found:
        raise NoStory(other.removesuffix("Item"))
    return mapping.single(found, "newsItems")


def _content(item: Element) -> tuple[nitf.Article, str]:
    """Return the text of the item, the richest first, and what NITF says beside it."""
    found = child(item, "contentSet")
    inline = [*children(found, "inlineXML"), *children(found, "inlineData")]
    for each in inline:
        tree = next((element for element in each.iter() if str(element.tag).lower() in ("nitf", "body.content")), None)
        if tree is not None:
            article = nitf.read_article(nitf.lowered(tree))
            if article.body:
                return article, article.body
    bodies = [body for each in inline if (body := _inline(each))]
    return nitf.Article(), next(iter(bodies), "")


def _inline(content: Element) -> str:
    kind = (attribute(content, "contenttype", "format") or "").lower()
    tree = next(content.iterchildren(), None)
    if tree is not None:
        body = next((each for each in content.iter() if str(each.tag).lower() in ("body", "section")), tree)
        # A page's header repeats date, subjects, headline and byline.
        beyond = lines_of(body, UNSEEN | {"header"})
        return (beyond or lines_of(body)) if "css" not in kind else ""
    words = content.text or ""
    if attribute(content, "encoding"):
        return ""
    return text_of(words) if "html" in kind or is_fragment(words) else words.strip()


def _best(about: Element | None, name: str) -> str | None:
    """Return the main one of several: without a role or with a role called main, before all others."""
    found = [(attribute(each, "role") or "", each) for each in children(about, name)]
    found.sort(
        key=lambda pair: 0 if not pair[0] or pair[0].rpartition(":")[2].lower() in ("main", "headline", "title") else 1
    )
    if name == "headline":
        return next((words for _, each in found if (words := text(each))), None)
    return next((words for _, each in found if (words := lines_of(each))), None)


def _concepts(about: Element | None, tag: str, item: Element | None = None) -> Iterator[tuple[str | None, str | None]]:
    """Return code and name of each concept; a name that is only asserted elsewhere in the item is found there."""
    asserted = {attribute(each, *_CODES): _name(each) for each in children(item, "assert")}
    for each in children(about, tag):
        code = attribute(each, *_CODES)
        yield code, _name(each) or asserted.get(code)


def _name(concept: Element | None) -> str | None:
    """Return a concept's name, the English one of several."""
    names = [(attribute(each, LANG) or "", words) for each in children(concept, "name") if (words := text(each))]
    names.sort(key=lambda pair: not pair[0].startswith("en"))
    return names[0][1] if names else None


def _label(concept: Element | None) -> str | None:
    """Return a concept's name, else what its code or address says."""
    code = attribute(concept, "literal", "qcode")
    return _name(concept) or (code.partition(":")[2] or code if code else attribute(concept, "uri"))


def _creators(about: Element | None) -> str | None:
    stated = (" ".join(texts(each, "name")[:1]) for each in children(about, "creator"))
    names = [name for each in stated if (name := mapping.byline(each))]
    return ", ".join(dict.fromkeys(names)) or None


def _dateline(about: Element | None) -> Dateline | None:
    return mapping.dateline(text(child(about, "dateline")))


def _roles(meta: Element | None) -> list[str | None]:
    return [attribute(each, *_CODES) for each in children(meta, "role")]


def _rights(item: Element) -> Element | None:
    return child(item, "rightsInfo")


def _rights_text(rights: Element | None, name: str) -> str | None:
    found = child(rights, name)
    return text(found) or attribute(found, "href", "uri")


def _content_language(item: Element) -> str | None:
    inline = [*children(item, "contentSet", "inlineXML"), *children(item, "contentSet", "inlineData")]
    return next(
        (lang for each in inline for element in each.iter() if (lang := attribute(element, LANG, "lang"))), None
    )


def _renditions(item: Element) -> dict[str, Any]:
    """Return content that is elsewhere, by its rendition's name, with ninjs's names for its properties."""
    found: dict[str, Any] = {}
    for number, each in enumerate(children(item, "contentSet", "remoteContent"), 1):
        name = attribute(each, "rendition", "id") or f"remote{number}"
        properties = {
            "href": attribute(each, "href", "residref"),
            "mimetype": attribute(each, "contenttype"),
            "sizeinbytes": attribute(each, "size"),
            "title": next(iter(texts(each, "altId")), None),
        }
        found[name if name not in found else f"{name}{number}"] = {k: v for k, v in properties.items() if v}
    return found


def _associations(item: Element) -> dict[str, Any]:
    """Return a package's references by group and position, in the order of the groups."""
    found: dict[str, Any] = {}
    for group in children(item, "groupSet", "group"):
        name = attribute(group, "id", "role") or "group"
        found |= {f"{name}/{number}": _reference(each) for number, each in enumerate(group.iterchildren(), 1)}
    unlisted = enumerate(children(item, "itemRef"), 1)
    return found | {f"item/{number}": _reference(each) for number, each in unlisted}


def _reference(each: Element) -> dict[str, Any]:
    if each.tag == "groupRef":
        return {"group": attribute(each, "idref")}
    properties = {
        "uri": attribute(each, "residref", "href", "guid"),
        "version": attribute(each, "version"),
        "type": attribute(child(each, "itemClass"), *_CODES),
        "mimetype": attribute(each, "contenttype"),
        "headline": text(child(each, "headline")) or text(child(each, "title")),
        "description_text": text(child(each, "description")),
        "pubstatus": attribute(child(each, "pubStatus"), *_CODES),
    }
    return {k: v for k, v in properties.items() if v}


FORMAT = Format(
    name="newsmlg2",
    content_type="application/vnd.iptc.g2.newsitem+xml",
    recognises=lambda start, name: xml.root_name(start) in (*_ITEMS, *_OTHERS, "newsMessage"),
    split=split,
    identity=identity,
    parse=parse,
)
