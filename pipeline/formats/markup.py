"""Extract the text of markup (HTML, XHTML, NITF), keeping paragraphs."""

import re
from collections.abc import Iterator

from lxml import etree, html

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "block",
        "blockquote",
        "body",
        "body.content",
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
        "hedline",
        "hl1",
        "hl2",
        "hr",
        "li",
        "main",
        "media-caption",
        "media-producer",
        "nav",
        "nitf-table",
        "note",
        "ol",
        "p",
        "para",
        "paragraph",
        "pre",
        "section",
        "table",
        "table-reference",
        "tagline",
        "tbody",
        "thead",
        "tr",
        "ul",
    ]
)
_WRAPPED = 120
"""Nobody wraps lines longer than this by hand, in characters."""
_WRAPPED_LINES = 6
"""How many lines a text within one element has if it is a whole story."""
UNSEEN = frozenset(["script", "style", "head", "title", "noscript", "template", "iframe", "object"])
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:opacity|max-height)\s*:\s*0(?![.\d]*[1-9])", re.I
)
_PAIRED = re.compile(r"<([a-z][\w-]{0,30})\b[^<>]{0,200}>[^<>]{0,1000}</\1\s*>", re.I)
_PARSER = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)


def text_of(fragment: str) -> str:
    """Return the visible text of an HTML fragment, one line per block element, white space collapsed."""
    if not fragment.strip():
        return ""
    try:
        root = html.document_fromstring(fragment.encode("utf-8", "replace"), parser=_PARSER, ensure_head_body=True)
    except etree.ParserError:
        return ""
    return lines_of(root)


def lines_of(root: etree._Element, unseen: frozenset[str] = UNSEEN) -> str:
    """Return the text in a tree, one line per block element, without the elements ``unseen``.

    A tree without any block element is text with its own line breaks.
    """
    if not any(str(element.tag).lower() in _BLOCKS for element in root.iterdescendants()):
        return unmarked("".join(map(str, root.itertext())))
    lines = "".join(_walk(root, unseen)).split("\n")
    return "\n".join(filter(None, (re.sub(r"\s+", " ", line).strip() for line in lines)))


def unmarked(text: str) -> str:
    """Split paragraphs at blank lines; without any, long lines are paragraphs and short ones are wrapped."""
    blocks = re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").strip())
    if len(blocks) == 1 and any(len(line.strip()) > _WRAPPED for line in blocks[0].split("\n")):
        blocks = blocks[0].split("\n")
    return "\n".join(filter(None, (" ".join(block.split()) for block in blocks)))


def is_fragment(text: str) -> bool:
    """Return whether a text that claims to be plain is escaped HTML: it has a paragraph's tags."""
    return bool(re.search(r"</?(?:p|br|div|span|b|i|em|strong|a)\b[^<>]{0,200}>", text, re.I))


def without_pseudo_markup(text: str) -> str:
    """Return a text without pairs of tags that its sender escaped by mistake: ``800<endash>-</endash>1000``."""
    return "\n".join(text_of(line) if _PAIRED.search(line) else line for line in text.split("\n"))


def _is_hidden(element: etree._Element) -> bool:
    """Return whether an element is not shown, as the preheader of a newsletter."""
    return element.get("hidden") is not None or bool(_HIDING.search(element.get("style") or ""))


def _reflowed(words: str) -> str:
    """Return an element's own text with spaces for line breaks.

    If it is a whole wrapped text (some lines indented, others not, or blank lines between), indents and blank lines
    begin paragraphs.
    """
    lines = words.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    inner = [line for line in lines[1:] if line.strip()]
    indents = sum(line.startswith(("  ", "\t")) for line in inner)
    if len(inner) < _WRAPPED_LINES or not 2 <= indents < len(inner):
        return " ".join(lines)
    blank = ["\n" if not line.strip() or line.startswith(("  ", "\t")) else " " for line in lines]
    return "".join(f"{edge}{line}" for edge, line in zip(blank, lines, strict=True))


def _walk(root: etree._Element, unseen: frozenset[str]) -> Iterator[str]:
    """Yield the text in document order, with a newline at every edge of a block; not recursive."""
    hidden = preformatted = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag.lower() if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        hidden += step * (tag in unseen or _is_hidden(element))
        preformatted += step * (tag == "pre")
        if tag in _BLOCKS:
            yield "\n"
        elif tag in ("td", "th"):
            yield " "
        words = element.text if event == "start" else element.tail if element is not root else None
        if words and not hidden:
            yield words if preformatted else _reflowed(words)
