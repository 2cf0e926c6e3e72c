"""The text of an HTML or XHTML fragment, its paragraphs kept and its markup gone."""

import re
from collections.abc import Iterator

from lxml import etree, html

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_UNSEEN = frozenset(["script", "style", "head", "title", "noscript", "template", "iframe", "object"])
_PARSER = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)


def text_of(fragment: str) -> str:
    """The visible text, one line a block element, white space collapsed."""
    if not fragment.strip():
        return ""
    try:
        root = html.document_fromstring(fragment.encode("utf-8", "replace"), parser=_PARSER, ensure_head_body=True)
    except etree.ParserError:
        return ""
    lines = "".join(_walk(root)).split("\n")
    return "\n".join(filter(None, (re.sub(r"\s+", " ", line).strip() for line in lines)))


def _walk(root: html.HtmlElement) -> Iterator[str]:
    """The text in document order, a newline at every edge of a block; no recursion."""
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            hidden += tag in _UNSEEN
            yield "\n" if tag in _BLOCKS else ""
            yield _inline(element.text) if not hidden else ""
        else:
            hidden -= tag in _UNSEEN
            yield "\n" if tag in _BLOCKS else ""
            yield _inline(element.tail) if not hidden else ""


def _inline(text: str | None) -> str:
    return (text or "").replace("\n", " ")
