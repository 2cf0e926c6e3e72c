"""Parse NewsML 1.0 to 1.2 (https://iptc.org/standards/newsml-1/): a tree of components around the text.

A document with several NewsItems is split into them. The story's uri is the item's URN without its revision
(``urn:newsml:provider:date:item:revision``), so that all revisions share it.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from pipeline.errors import MalformedItem
from pipeline.formats import mapping, nitf, xml
from pipeline.formats.contract import Format, ItemOrError, Stream
from pipeline.formats.encoding import decode
from pipeline.formats.markup import is_fragment, lines_of, text_of
from pipeline.formats.xml import LANG, Element, attribute, child, children, text
from pipeline.story import RawStory, Story

_REVISION = re.compile(r"^(urn:newsml:[^:]+:[^:]+:.+?)(?::(\d+)[NUA]?)$", re.I)
_STORY = re.compile(r"^(?:main(?: ?text)?|body(?: ?text)?|text|story|article)$", re.I)
_ASIDE = re.compile(r"headline|abstract|summary|teaser|title|contact|copyright|byline|dateline", re.I)
_UNREAD = re.compile(r"css|script|photo|image|picture|jpe?g|gif|video|audio|stylesheet|caption|graphic|logo", re.I)


def split(stream: Stream, limit: int) -> Iterator[ItemOrError]:
    """Yield each NewsItem of a document as a document of its own."""
    yield from xml.split(stream, limit, lambda root: [*children(root, "NewsItem")])


def identity(value: bytes) -> str | None:
    """Return the item's URN without its revision."""
    return xml.try_read(value, lambda root: _identified(child(root, "NewsItem"))[0])


def parse(raw: RawStory) -> Story:
    """Return the story in a NewsML document. Raises MalformedItem."""
    root = xml.read(raw.value)
    item, envelope = mapping.single([*children(root, "NewsItem")], "NewsItems"), child(root, "NewsEnvelope")
    uri, revision = _identified(item)
    management = child(item, "NewsManagement")
    components = [*item.iter("NewsComponent")]
    main = _main(components)
    article, body = _content(item)
    future = child(management, "StatusWillChange")
    status = _formal(child(management, "Status"))
    instructed = [_formal(each) for each in children(management, "Instruction")]
    is_embargoed = (status or "").lower() == "embargoed"
    embargoed = mapping.embargo(text(child(future, "DateAndTime"))) if is_embargoed else None
    is_test = (
        child(envelope, "NewsService") is not None and mapping.signal(_formal(child(envelope, "NewsService"))) == "test"
    )
    genres = [(None, _formal(each)) for each in item.iter("Genre")]
    pubstatus = mapping.pubstatus(_kill(instructed) or status, embargoed)
    headline = _line(components, "HeadLine") or article.headline or _label(item)
    media = (_formal(child(each, "MediaType")) for each in item.iter("ContentItem"))
    kind = next(filter(None, media), None) or _formal(child(management, "NewsItemType"))
    return mapping.story(
        raw,
        uri=uri,
        version=revision,
        versioncreated=mapping.first_time(
            text(child(management, "ThisRevisionCreated")),
            text(child(envelope, "DateAndTime")),
            text(child(item, "Identification", "NewsIdentifier", "DateId")),
        ),
        firstcreated=mapping.first_time(text(child(management, "FirstCreated"))),
        pubstatus=pubstatus,
        embargoed=embargoed,
        signal="test"
        if is_test
        else mapping.signal(_formal(child(management, "NewsItemType")), *instructed, *(name for _, name in genres)),
        urgency=mapping.urgency(_formal(child(management, "Urgency")))
        or mapping.urgency(_formal(child(management, "Priority")))
        or mapping.urgency(_formal(child(envelope, "Priority"))),
        language=_language(item, main),
        headline=headline,
        slugline=_line(components, "SlugLine") or _label(item, "NameLabel"),
        byline=mapping.byline(_line(components, "ByLine")) or article.byline or _authors(item),
        dateline=mapping.dateline(_line(components, "DateLine"), _city(item)) or article.dateline,
        located=_located(item) or _city(item) or article.located,
        subject=mapping.subjects(_subjects(item)),
        genre=mapping.subjects(genres),
        keyword=mapping.words(
            word for each in item.iter("KeywordLine") for word in re.split(r"[,;]", text(each) or "")
        ),
        ednote=_ednote(item, management) or article.note,
        usageterms=_usage(item) or _line(components, "RightsLine") or article.usageterms,
        copyrightholder=_holder(item) or _line(components, "CopyrightLine") or article.copyrightholder,
        source=_party(item, "Provider") or _party(item, "Source") or _formal(child(envelope, "SentFrom", "Party")),
        body=mapping.text_or_caption(raw, kind, body, None, headline, pubstatus),
        removed=article.removed,
        extra=article.beside
        | {
            "newsitemtype": _formal(child(management, "NewsItemType")),
            "newsservice": [_formal(each) for each in children(envelope, "NewsService")],
            "newsproduct": [_formal(each) for each in children(envelope, "NewsProduct")],
            "subheadline": _line(components, "SubHeadLine"),
            "creditline": _line(components, "CreditLine"),
            "series": _line(components, "SeriesLine"),
            "abstract": article.abstract if article.body != article.abstract else None,
            "tagline": article.tagline,
            "associations": {
                f"item/{number}": {"uri": attribute(each, "NewsItem")}
                for number, each in enumerate(
                    [*children(management, "AssociatedWith"), *children(management, "DerivedFrom")], 1
                )
            }
            | _references(item),
            "renditions": _renditions(item),
        },
    )


def _identified(item: Element | None) -> tuple[str | None, int | None]:
    """Return the URN without its revision, and the revision."""
    named = child(item, "Identification", "NewsIdentifier")
    public = text(child(named, "PublicIdentifier"))
    revision = mapping.version(re.sub(r"[NUA]$", "", text(child(named, "RevisionId")) or ""))
    found = _REVISION.match(public or "")
    if mapping.identifier(public):
        is_revision = found and (revision is None or int(found[2]) == revision)
        return (found[1], revision or mapping.version(found[2])) if found and is_revision else (public, revision)
    provider, day, number = (text(child(named, name)) for name in ("ProviderId", "DateId", "NewsItemId"))
    number = number or _distinct(item)
    return ("urn:newsml:" + ":".join(filter(None, (provider, day, number))) if number else None), revision


def _distinct(item: Element | None) -> str | None:
    """Return the Duid of the item or of its component, if it is no mere position in the document ("nc1")."""
    places = [] if item is None else [item, *item.iter("NewsComponent")]
    return next(
        (duid for each in places if (duid := attribute(each, "Duid")) and sum(map(str.isdigit, duid)) > 4), None
    )


def _kill(instructed: list[str | None]) -> str | None:
    """Return whether an instruction cancels the story, whatever its status says."""
    return next((word for word in instructed if word and re.fullmatch(r"(?i)kill|cancel|withhold", word)), None)


def _formal(element: Element | None) -> str | None:
    """Return a topic's FormalName, or its text if there is none."""
    return attribute(element, "FormalName", "Topic") or text(element)


def _main(components: list[Element]) -> Element | None:
    named = (
        each for each in components if (_formal(child(each, "Role")) or "").lower() in ("main", "main text", "text")
    )
    return next(named, next(iter(components), None))


def _line(components: list[Element], name: str) -> str | None:
    """Return a news line of the outermost component that has it; pictures have their own."""
    for component in components:
        if not _UNREAD.search(_formal(child(component, "Role")) or ""):
            found = [words for each in children(component, "NewsLines", name) if (words := text(each))]
            if found:
                return ", ".join(found) if name == "ByLine" else found[0]
    return None


def _label(item: Element, name: str = "Label") -> str | None:
    return text(child(item, "Identification", name, "LabelText")) or text(child(item, "Identification", name))


def _language(item: Element, main: Element | None) -> str | None:
    places = [main, *item.iter("NewsComponent")] if main is not None else [*item.iter("NewsComponent")]
    languages = [_formal(child(place, "DescriptiveMetadata", "Language")) or attribute(place, LANG) for place in places]
    return next(filter(None, languages), attribute(item, LANG))


def _authors(item: Element) -> str | None:
    creators = (_formal(each) for place in item.iter("Creator") for each in children(place, "Party"))
    parties = map(mapping.byline, creators)
    return ", ".join(dict.fromkeys(filter(None, parties))) or None


def _party(item: Element, name: str) -> str | None:
    places = (each for place in item.iter("AdministrativeMetadata") for each in children(place, name, "Party"))
    return next((found for each in places if (found := _formal(each))), None)


def _located(item: Element) -> str | None:
    """Return the city of the first location, else the smallest part named."""
    for place in item.iter("Location"):
        named = {
            (attribute(each, "FormalName") or "").lower(): attribute(each, "Value")
            for each in children(place, "Property")
        }
        for part in ("city", "sublocation", "regionorcity", "countryarea", "region", "state", "countryname", "country"):
            if named.get(part):
                return named[part]
    return None


def _city(item: Element) -> str | None:
    """Return the city that a location, or the description itself, names."""
    places = (each for tag in ("Location", "DescriptiveMetadata") for each in item.iter(tag))
    named = (each for place in places for each in children(place, "Property"))
    return next((each.get("Value") for each in named if (attribute(each, "FormalName") or "").lower() == "city"), None)


def _subjects(item: Element) -> Iterator[tuple[str | None, str | None]]:
    for code in item.iter("SubjectCode"):
        # From the specific to the general.
        for name in ("SubjectDetail", "SubjectMatter", "Subject"):
            for each in children(code, name):
                yield attribute(each, "FormalName"), text(each)


def _ednote(item: Element, management: Element | None) -> str | None:
    lines = [
        each
        for each in item.iter("NewsLine")
        if re.search(r"(?i)note|editor|advisory", _formal(child(each, "NewsLineType")) or "")
    ]
    notes = [words for each in lines for line in children(each, "NewsLineText") if (words := text(line))]
    comments = [words for each in children(management, "Instruction", "Comment") if (words := text(each))]
    return " ".join([*notes, *comments]) or None


def _usage(item: Element) -> str | None:
    for rights in item.iter("UsageRights"):
        if words := " ".join(filter(None, (text(each) for each in rights.iterchildren()))):
            return words
    return None


def _holder(item: Element) -> str | None:
    return next((words for each in item.iter("CopyrightHolder") if (words := text(each))), None)


def _content(item: Element) -> tuple[nitf.Article, str]:
    """Return the text among the components that is the story's: by its role, else the longest.

    Captions, styles and headlines have components of their own.
    """
    found = []
    for content in item.iter("ContentItem"):
        kinds = " ".join(filter(None, (_formal(child(content, name)) for name in ("MediaType", "Format", "MimeType"))))
        role = _formal(child(content.getparent(), "Role")) or ""
        data = child(content, "DataContent")
        if data is not None and not _UNREAD.search(kinds):
            article, body = _data(data, child(content, "Encoding"), kinds)
            rank = 2 if _STORY.search(role) else 0 if _UNREAD.search(role) or _ASIDE.search(role) else 1
            found.append((rank, len(body), article, body))
    best = max(found, key=lambda each: each[:2], default=None)
    return (best[2], best[3]) if best else (nitf.Article(), "")


def _data(data: Element, encoding: Element | None, kinds: str) -> tuple[nitf.Article, str]:
    tree = next((each for each in data.iter() if str(each.tag).lower() in ("nitf", "body.content")), None)
    if tree is not None:
        article = nitf.read_article(nitf.lowered(tree))
        return article, article.body
    if len(data):
        return nitf.Article(), lines_of(data, nitf.BESIDE)
    words = data.text or ""
    if "base64" in (attribute(encoding, "Notation") or "").lower():
        try:
            words = decode(base64.b64decode(words, validate=False))
        except (binascii.Error, ValueError):
            return nitf.Article(), ""
    if "nitf" in kinds.lower() and "<" in words:
        try:
            article = nitf.read_article(nitf.lowered(xml.read(words.encode())))
        except MalformedItem:
            return nitf.Article(), text_of(words)
        return article, article.body
    return nitf.Article(), text_of(words) if "html" in kinds.lower() or is_fragment(words) else words.strip()


def _references(item: Element) -> dict[str, Any]:
    references = (attribute(each, "NewsItem") for each in item.iter("NewsItemRef"))
    return {f"reference/{number}": {"uri": uri} for number, uri in enumerate(filter(None, references), 1)}


def _renditions(item: Element) -> dict[str, Any]:
    """Return content that is elsewhere, with ninjs's names for its properties."""
    found = {}
    for number, each in enumerate(item.iter("ContentItem"), 1):
        if href := attribute(each, "Href"):
            kind = _formal(child(each, "MimeType")) or _formal(child(each, "Format"))
            found[f"remote{number}"] = {"href": href} | ({"mimetype": kind} if kind else {})
    return found


FORMAT = Format(
    name="newsml",
    content_type="application/vnd.iptc.newsml+xml",
    recognises=lambda start, name: xml.root_name(start) == "NewsML",
    split=split,
    identity=identity,
    parse=parse,
)
