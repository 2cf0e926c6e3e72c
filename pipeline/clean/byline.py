"""Extract the byline at the beginning of a body: "By Jane Doe", "Von Thomas Est", "by sportswriters A B, C D"."""

import re

from pipeline.languages.words import any_of, words

_NAME = r"[^\W\d_][\w.'’-]*(?:[ ](?:[A-Z]\.|[^\W\d_][\w.'’-]*)){1,4}"
_BYLINE = re.compile(
    rf"^(?:{any_of('byline', 'by')}):?\s+(?:(?:{any_of('byline', 'role')})\s)?"
    rf"(?P<names>{_NAME}(?:(?:,| &| (?:{any_of('byline', 'and')}))\s+{_NAME}){{0,4}}(?:, \w{{2,6}})?)$",
    re.I,
)
_LOOKED_AT = 2
_CONNECTORS = frozenset(
    (*words("byline", "and"), *words("byline", "particles"), *"al bin dpa afp ap ats ansa efe anp".split())
)


def extract_byline(paragraphs: list[str]) -> tuple[list[str], str | None]:
    """Return the paragraphs without the byline, and the byline without its "By"."""
    for number, paragraph in enumerate(paragraphs[:_LOOKED_AT]):
        found = byline_of(paragraph)
        if found and len(paragraphs) > 1:
            return paragraphs[:number] + paragraphs[number + 1 :], found
    return paragraphs, None


def byline_of(line: str) -> str | None:
    """Return the names in a line that is a byline, without its "By"."""
    found = _BYLINE.match(line)
    return found["names"] if found and _all_names(found["names"]) else None


def _all_names(text: str) -> bool:
    found = re.findall(r"[^\W\d_][\w'’-]*", text)
    return all(word[0].isupper() or word in _CONNECTORS for word in found)
