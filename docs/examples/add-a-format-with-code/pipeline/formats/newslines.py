"""Parse NewsLines: a marker, a headline and a body."""

from pipeline.errors import MalformedItem
from pipeline.formats import mapping
from pipeline.formats.contract import Format, whole_stream
from pipeline.formats.encoding import decode
from pipeline.story import RawStory, Story

_MARK = "NEWSLINES"


def parse(raw: RawStory) -> Story:
    """Return the story in an item. Raises MalformedItem if it has no headline."""
    mark, _, rest = decode(raw.value).partition("\n")
    headline, _, body = rest.partition("\n")
    if mark.strip() != _MARK or not headline:
        raise MalformedItem("no NewsLines header")
    return mapping.story(raw, headline=headline, body=body)


FORMAT = Format(
    name="newslines",
    content_type="text/plain",
    recognises=lambda start, name: start.startswith(_MARK.encode()),
    split=whole_stream,
    identity=lambda item: None,
    parse=parse,
)
