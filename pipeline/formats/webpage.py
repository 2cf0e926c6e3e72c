"""Parse a web page: the article's text with trafilatura, its metadata from what the page states for machines.

JSON-LD (schema.org NewsArticle), Open Graph and ``meta`` are tried in this order.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from lxml import etree, html

from pipeline.errors import MalformedItem
from pipeline.formats import mapping
from pipeline.formats.contract import Format, whole_stream
from pipeline.formats.encoding import decode
from pipeline.formats.markup import UNSEEN, lines_of, text_of
from pipeline.story import RawStory, Story

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._-]{1,40})", re.I)
_RECOGNISED = re.compile(
    rb"<(?:!doctype\s+html|html\b|head\b|body\b|article\b|main\b|div\b|p\b|section\b|h[1-6]\b|title\b|meta\b)", re.I
)
_ARTICLES = re.compile(r"(?:NewsArticle|Article|BlogPosting|LiveBlogPosting|Report|ReportageNewsArticle|WebPage)$")
_MOST_UPDATES = 1_000
_MOST_ELEMENTS = 20_000
_AROUND = UNSEEN | {"nav", "aside", "footer", "header", "form"}
_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.S)


def parse(raw: RawStory) -> Story:
    """Return the story on a page. Raises MalformedItem if the page has no article."""
    root = _read(raw.value)
    meta, linked = _meta(root), list(_linked(root))
    article = next(iter(linked), {})
    known = _extracted(root)
    updates = [update for each in linked for update in _objects(each.get("liveBlogUpdate"))][:_MOST_UPDATES]
    body = _with_updates(text_of_extracted(known.get("text") or ""), updates)
    if not body:
        body = text_of(str(article.get("articleBody") or "")) or _first(meta, "og:description", "description") or ""
    published = mapping.first_time(
        _string(article.get("datePublished")),
        *_all(
            meta,
            "article:published_time",
            "datepublished",
            "date",
            "dc.date",
            "dcterms.created",
            "pubdate",
            "parsely-pub-date",
            "sailthru.date",
        ),
        _attribute(root, "//time[@datetime]", "datetime"),
        known.get("date"),
    )
    modified = mapping.first_time(
        _string(article.get("dateModified")),
        *_all(meta, "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified"),
    )
    updated = [mapping.time(_string(each.get("datePublished"))) for each in updates]
    headline = (
        _string(article.get("headline"))
        or _first(meta, "og:title", "twitter:title")
        or known.get("title")
        or _text(root, "//h1")
        or _text(root, "//title")
    )
    return mapping.story(
        raw,
        uri=_uri(root),
        versioncreated=max(filter(None, (modified, published, *updated)), default=None),
        firstcreated=published,
        language=_attribute(root, "/html", "lang") or _string(article.get("inLanguage")) or _first(meta, "language"),
        headline=" ".join(text_of(headline or "").split()),
        byline=mapping.byline(
            ", ".join(_names(article.get("author")))
            or _first(meta, "author", "article:author", "parsely-author", "dc.creator")
            or known.get("author")
        ),
        subject=mapping.subjects(
            (None, name) for name in (*_names(article.get("articleSection")), *_all(meta, "article:section"))
        ),
        keyword=mapping.words(
            (
                *_keywords(article.get("keywords")),
                *_keywords(_first(meta, "news_keywords", "keywords")),
                *_all(meta, "article:tag"),
            )
        ),
        copyrightholder=next(iter(_names(article.get("copyrightHolder"))), None),
        source=next(iter(_names(article.get("publisher"))), None)
        or _first(meta, "og:site_name", "application-name")
        or known.get("sitename"),
        body=body,
        extra={
            "description": _string(article.get("description")) or _first(meta, "og:description", "description"),
            "image": _first(meta, "og:image"),
        },
    )


def _with_updates(body: str, updates: list[dict[str, Any]]) -> str:
    """Return a live blog's text with the updates that it states for machines and its page does not show, in order."""
    stated = (
        text_of(_string(each.get(name)) or "").splitlines() for each in updates for name in ("headline", "articleBody")
    )
    return "\n".join(dict.fromkeys([*body.splitlines(), *chain.from_iterable(stated)]) if updates else [body])


def _extracted(root: html.HtmlElement) -> dict[str, Any]:
    """Return what trafilatura finds; for a page that would take it minutes, all the text."""
    if sum(1 for _ in islice(root.iter(), _MOST_ELEMENTS + 1)) > _MOST_ELEMENTS:
        return {"text": lines_of(root, _AROUND)}
    # Slow to import, and few items are pages.
    from trafilatura import bare_extraction  # noqa: PLC0415

    found = bare_extraction(root, url=_uri(root), with_metadata=True, include_comments=False, include_tables=True)
    if found is None:
        return {}
    return found if isinstance(found, dict) else found.as_dict()


def identity(value: bytes) -> str | None:
    """Return the canonical address that the page states."""
    try:
        return _uri(_read(value))
    except MalformedItem:
        return None


def text_of_extracted(text: str) -> str:
    """Return the extracted paragraphs, without the marks of lists."""
    return "\n".join(re.sub(r"^- ", "", line).strip() for line in text.splitlines() if line.strip())


def _read(value: bytes) -> html.HtmlElement:
    declared = _CHARSET.search(value[:4096])
    text = decode(value, declared[1].decode() if declared else None).replace("\x00", "")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise MalformedItem(f"not a web page: {error}") from None
    return root


def _uri(root: html.HtmlElement) -> str | None:
    meta = _meta(root)
    canonical = _attribute(root, "//link[@rel='canonical']", "href")
    return next(
        (address for address in (canonical, _first(meta, "og:url")) if address and re.match(r"https?://", address)),
        None,
    )


def _meta(root: html.HtmlElement) -> dict[str, list[str]]:
    """Return the page's meta fields, by lower-case name."""
    found: dict[str, list[str]] = {}
    for each in root.iterfind(".//meta"):
        name = each.get("property") or each.get("name") or each.get("itemprop")
        if name and (content := (each.get("content") or "").strip()):
            found.setdefault(name.lower(), []).append(content)
    return found


def _all(meta: dict[str, list[str]], *names: str) -> list[str]:
    return [content for name in names for content in meta.get(name, ())]


def _first(meta: dict[str, list[str]], *names: str) -> str | None:
    return next(iter(_all(meta, *names)), None)


def _attribute(root: html.HtmlElement, path: str, name: str) -> str | None:
    return next((value for each in root.xpath(path) if (value := (each.get(name) or "").strip())), None)


def _text(root: html.HtmlElement, path: str) -> str | None:
    return next((words for each in root.xpath(path) if (words := " ".join("".join(each.itertext()).split()))), None)


def _linked(root: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Return the articles in the page's JSON-LD, one with a headline first."""
    found = []
    for script in root.iterfind(".//script[@type='application/ld+json']"):
        try:
            read = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        entries = read if isinstance(read, list) else [read]
        graphs = [each.get("@graph") for each in entries if isinstance(each, dict)]
        for each in [*entries, *(node for graph in graphs if isinstance(graph, list) for node in graph)]:
            kinds = each.get("@type") if isinstance(each, dict) else None
            if any(
                _ARTICLES.match(kind)
                for kind in (kinds if isinstance(kinds, list) else [kinds])
                if isinstance(kind, str)
            ):
                found.append(each)
    yield from sorted(found, key=lambda each: not each.get("headline"))


def _string(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _names(value: object) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    names = (entry.get("name") if isinstance(entry, dict) else entry for entry in entries)
    return [name.strip() for name in names if isinstance(name, str) and name.strip()]


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def _keywords(value: object) -> list[str]:
    if isinstance(value, list):
        return [entry for entry in value if isinstance(entry, str)]
    return value.split(",") if isinstance(value, str) else []


FORMAT = Format(
    name="html",
    content_type="text/html",
    recognises=lambda start, name: bool(_RECOGNISED.match(start, _PROLOG.match(start).end())),  # type: ignore[union-attr]
    split=whole_stream,
    identity=identity,
    parse=parse,
)
