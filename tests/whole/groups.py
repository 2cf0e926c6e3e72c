"""Stories that tell the same, written straight into the indices."""

from datetime import datetime, timedelta
from typing import Any

from pipeline.annotations import Annotations, Quote, Speaker
from pipeline.index.actions import actions
from pipeline.span import Span
from pipeline.story import Source, story_id
from tests.conftest import NOON, make_story
from tests.whole.conftest import Wire

SAID = "Nobody will leave this harbour before Friday"
DIFFERS = [{"kind": "number", "here": ["27"], "there": ["12"]}]
Documents = list[tuple[str, str, dict[str, Any]]]
"""The index, the id and the document of a story and of each of its quotes."""


def documents_of(
    source: str, uri: str, body: str, *, minutes: float = 0, since: datetime = NOON, **fields: Any
) -> Documents:
    """Return the documents of a story that has these fields, and of the quote in it."""
    at = since + timedelta(minutes=minutes)
    quotes: tuple[Quote, ...] = ()
    if SAID in body:
        start, end = body.index(SAID), body.index(SAID) + len(SAID)
        ann = Speaker(start=0, end=3, text="Ann", name="Ann")
        span = Span(start=start, end=end)
        quotes = (
            Quote(id="q1", kind="direct", confidence=1, start=start, end=end, text=SAID, quoted=(span,), speaker=ann),
        )
    plain = {"uri": uri, "versioncreated": at, "firstcreated": at, "headline": f"{source} on it"}
    origin = Source(name=source, format="ninjs", receivedat=at)
    story = make_story(**plain, source=origin, body=body).annotated(Annotations(entities=(), quotes=quotes))
    made = [(each.index, each.id, each.document) for each in actions(story, 1)]
    made[0][2].update(fields)
    return made


def write(wire: Wire, *stories: Documents) -> None:
    """Write these documents, and make them searchable."""
    with wire.elasticsearch as client:
        for index, id_, document in (each for story in stories for each in story):
            client.index(index=client.named(index), id=id_, document=document)
        client.indices.refresh(index=client.named("stories", "quotes"))


def four(word: str, since: datetime = NOON) -> list[Documents]:
    """Return an original, its copy, a variant and an update; their uris are ``urn:{word}:first``, ``copy`` …"""
    first, copy, variant, update = (f"urn:{word}:{name}" for name in ("first", "copy", "variant", "update"))
    killed, said = f"A {word} killed 12", f"Ann said: “{SAID}.”"
    group = {"group": story_id(first), "since": since}
    differing = {"variantof": first, "differs": DIFFERS}
    gone = {"withdrawn": {"uri": "urn:gone", "source": "UPI", "versioncreated": NOON.isoformat()}}
    return [
        documents_of("Reuters", first, f"{killed}. {said}", **group),
        documents_of("AFP", copy, f"{killed}, its owner grieves. {said}", minutes=3, copyof=first, **group),
        documents_of("dpa", variant, f"A {word} killed 27.", minutes=5, **differing, **gone, **group),
        documents_of("Reuters", update, f"{killed}, says its captain.", minutes=65, updateof=first, **group),
    ]
