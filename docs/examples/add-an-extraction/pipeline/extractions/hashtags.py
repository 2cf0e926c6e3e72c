"""The hashtags of a body."""

import re

from pipeline.extractions.contract import Extraction, Filter
from pipeline.span import Mention

_HASHTAG = re.compile(r"(?<!\w)#\w+")


class Hashtag(Mention):
    """A hashtag with its sign."""


def find(body: str) -> tuple[Hashtag, ...]:
    """Return the hashtags in the order of the text."""
    found = _HASHTAG.finditer(body)
    return tuple(Hashtag(start=match.start(), end=match.end(), text=match[0]) for match in found)


def _tag(text: str) -> str:
    return "#" + text.removeprefix("#")


HASHTAGS = Extraction(
    name="hashtags",
    value=Hashtag,
    mapping={"properties": {"text": {"type": "keyword"}}, "dynamic": False},
    title=lambda hashtag: "hashtag",
    filter=Filter("hashtag", "a hashtag", "TAG", _tag, lambda tag: {"term": {"hashtags.text": tag}}, ("#peace",)),
    find=find,
)
