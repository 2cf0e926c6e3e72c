"""Plain text: UTF-8, the first line a headline where it reads like one."""

import re

from pipeline.errors import MalformedItem
from pipeline.formats.contract import Format, whole
from pipeline.story import RawStory, Source, Story

HEADLINE_CHARACTERS = 160
_SENTENCE_END = re.compile(r"[.!?…:;,—-]['\"”’)\]]*$")


def parse(raw: RawStory) -> Story:
    """The story in a plain text.

    Its uri is the feed's name for it, its times are the stated publication or the arrival.
    Raises MalformedItem where the bytes are not UTF-8 or hold no text.
    """
    try:
        text = raw.value.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedItem(f"not UTF-8: byte {raw.value[error.start]:#04x} at position {error.start}") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise MalformedItem("empty: no text")
    headline, body = _headline(text)
    when = raw.published or raw.receivedat
    return Story(
        uri=raw.uri,
        versioncreated=when,
        firstcreated=when,
        headline=headline,
        source=Source(name=raw.source, format=raw.format, receivedat=raw.receivedat),
        body=body,
    )


def _headline(text: str) -> tuple[str | None, str]:
    """A short first line that is no sentence and has a text below it is the headline."""
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
    split=whole,
    identity=lambda item: None,
    parse=parse,
)
