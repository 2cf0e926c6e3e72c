"""Parse plain text; the first line is the headline if it reads like one."""

import re

from pipeline.errors import MalformedItem
from pipeline.formats.contract import Format, whole_stream
from pipeline.formats.encoding import decode
from pipeline.story import RawStory, Source, Story

HEADLINE_CHARACTERS = 160
_SENTENCE_END = re.compile(r"[.!?…:;,—-]['\"”’)\]]*$")


def parse(raw: RawStory) -> Story:
    """Return the story in a plain text.

    Its uri is the feed's name for it; its times are the stated publication or the arrival. Raises MalformedItem if
    the bytes contain no text.
    """
    text = decode(raw.value)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise MalformedItem("empty: no text")
    headline, body = extract_headline(text)
    when = raw.published or raw.receivedat
    return Story(
        uri=raw.uri,
        versioncreated=when,
        firstcreated=when,
        headline=headline,
        source=Source(name=raw.source, format=raw.format, receivedat=raw.receivedat),
        body=body,
    )


def extract_headline(text: str) -> tuple[str | None, str]:
    """Return headline and rest: a short first line that is no sentence and has a text below it."""
    first, _, rest = text.partition("\n")
    first = first.strip()
    is_headline = (
        rest.strip()
        and len(first) <= HEADLINE_CHARACTERS
        and not _SENTENCE_END.search(first)
        and any(len(line) > len(first) or "." in line for line in rest.splitlines()[:4])
    )
    return (first, rest.strip()) if is_headline else (None, text)


FORMAT = Format(
    name="text",
    content_type="text/plain; charset=utf-8",
    recognises=lambda start, name: True,
    split=whole_stream,
    identity=lambda item: None,
    parse=parse,
)
