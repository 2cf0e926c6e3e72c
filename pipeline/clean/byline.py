"""Extract the byline at the beginning of a body: "By Jane Doe", "By JANE DOE and John Roe, Staff Writer"."""

import re

_NAME = r"[^\W\d_][\w.'’-]*(?:[ ](?:[A-Z]\.|[^\W\d_][\w.'’-]*)){1,4}"
_BYLINE = re.compile(rf"^(?:By|BY)[:]?\s+(?P<names>{_NAME}(?:(?:,| and| AND| &)\s+{_NAME}){{0,4}})$")
_LOOKED_AT = 2
_CONNECTORS = frozenset(
    ["and", "of", "for", "the", "de", "la", "van", "von", "der", "den", "bin", "al", "el", "di", "da"]
)


def extract_byline(paragraphs: list[str]) -> tuple[list[str], str | None]:
    """Return the paragraphs without the byline, and the byline without its "By"."""
    for number, paragraph in enumerate(paragraphs[:_LOOKED_AT]):
        found = _BYLINE.match(paragraph)
        if found and _all_names(found["names"]) and len(paragraphs) > 1:
            return paragraphs[:number] + paragraphs[number + 1 :], found["names"]
    return paragraphs, None


def _all_names(text: str) -> bool:
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    return all(word[0].isupper() or word in _CONNECTORS for word in words)
