"""The kind of documents "quotes"."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from pipeline.documents.entity_forms import acting, listed_name, listed_speaker, other_forms, unnamed_kind
from pipeline.documents.fields import KEYWORD, LONG, NAME, SHARE, STORED_ONLY, TEXT
from pipeline.documents.kind import Document, Part
from pipeline.documents.story import CONTEXT_MAPPING, context_of
from pipeline.utterances.quoted_words import fingerprints, quoted_text, words_of

_TITLE = 150
"""How many characters of a quote stand in a title."""


def _documents(story: Document) -> Iterator[dict[str, Any]]:
    """Yield the documents of a story's quotes, each with whom it names, and whether its speaker has a name.

    ``wording`` are its quoted words, ``fingerprints`` find other quotes of the same utterance, and quotes in which
    the same speaker says the same words have the same ``once``.
    """
    context = context_of(story)
    entities = {entity["id"]: entity for entity in story["entities"]}
    named = [entity for entity in story["entities"] if entity["type"] in ("PERSON", "ORG", "GPE", "LOC", "FAC")]
    for quote in story["quotes"]:
        speaker = quote["speaker"]
        if speaker and (listed := listed_speaker(speaker, entities)):
            speaker = {**speaker, "key": acting(entities[speaker["entity"]])[0], "listed": listed}
        elif speaker:
            speaker = {**speaker, "unnamed": unnamed_kind(speaker["text"])}
        about = [
            entity
            for entity in named
            if any(_within(each, quote) for each in entity["mentions"] if "field" not in each)
        ]
        names = {
            "about": [listed_name(entity) for entity in about],
            "about_forms": [form for entity in about for form in other_forms(entity)],
            "about_keys": [entity["key"] for entity in about],
        }
        found = {**quote, **names, "speaker": speaker, **context}
        words = words_of(quoted_text(quote))
        if marks := fingerprints(words):
            found |= {"wording": " ".join(words), "fingerprints": marks}
        yield found | {"once": once(found)}


def once(quote: Document) -> str:
    """Return a digest of what the speaker of a quote's document says and who it is: their key, or the words for them.

    A quote with too few words to have a wording counts with its text.
    """
    speaker = quote.get("speaker") or {}
    who = speaker.get("key") or speaker.get("text", "")
    what = quote.get("wording") or quote["text"]
    return blake2b(f"{who}\n{what}".casefold().encode("utf-8", "replace"), digest_size=12).hexdigest()


def _within(mention: dict[str, Any], quote: dict[str, Any]) -> bool:
    return bool(quote["start"] <= mention["start"] and mention["end"] <= quote["end"])


def speaker_of(quote: Document) -> str | None:
    """Return the name of who says a quote, as its story has it; None if nobody is named."""
    speaker = quote.get("speaker") or {}
    return speaker.get("name")


def _entry(quote: Document) -> tuple[str, str]:
    return f"{speaker_of(quote) or 'unknown speaker'}: “{quote['text'][:_TITLE]}”", quote["text"]


QUOTE = Part(
    alias="quotes",
    one="quote",
    many="quotes",
    letter="",
    documents=_documents,
    words=("text",),
    same="once",
    columns={
        "uri": "story.uri",
        "id": "id",
        "versioncreated": "story.versioncreated",
        "kind": "kind",
        "speaker": "speaker.name",
        "text": "text",
        "about": "about",
        "headline": "story.headline",
        "source": "story.source.name",
    },
    entry=_entry,
    mapping={
        "id": KEYWORD,
        "kind": KEYWORD,
        "confidence": SHARE,
        "start": LONG,
        "end": LONG,
        "text": TEXT,
        "quoted": STORED_ONLY,
        "cue": {"properties": {"start": LONG, "end": LONG, "text": KEYWORD}},
        "speaker": {
            "properties": {
                "start": LONG,
                "end": LONG,
                "text": NAME,
                "entity": KEYWORD,
                "key": KEYWORD,
                "name": NAME,
                "listed": NAME,
                "unnamed": KEYWORD,
            }
        },
        "wording": KEYWORD,
        "fingerprints": KEYWORD,
        "once": KEYWORD,
        "about": NAME,
        "about_forms": NAME,
        "about_keys": KEYWORD,
        **CONTEXT_MAPPING,
    },
)
