"""Stage annotate: the language pass, in processes beside the loop."""

import sys
from collections.abc import Sequence
from typing import Protocol

from pydantic import ValidationError

from pipeline.envelope import Envelope
from pipeline.errors import AnnotationFailed
from pipeline.story import Story
from pipeline.workers.contract import Context, Handler, Outcome, Send
from pipeline.workers.language.pool import LanguagePool

_PROCESS = "pipeline.workers.language.process"
"""By its name: importing it would load spaCy here too."""


class Annotator(Protocol):
    """Whoever annotates: JSON of a Story in, JSON of an AnnotatedStory out, or why there is none."""

    async def annotate(self, values: Sequence[bytes]) -> Sequence[bytes | AnnotationFailed]:
        """One result for each value."""
        ...


def handler(context: Context) -> Handler:
    """The stage's handler: one batch at work in each process, one waiting."""
    settings = context.settings
    longest = str(settings.annotate.max_characters)
    command = [sys.executable, "-m", _PROCESS, settings.spacy.model, settings.spacy.names, longest]
    pool = LanguagePool(command, settings.annotate, context.metrics)
    return Handler(
        Annotation(pool).work,
        start=pool.start,
        stop=pool.stop,
        limits=context.stage.limits._replace(size=settings.annotate.batch_characters),
        at_once=settings.annotate.processes + 1,
    )


class Annotation:
    """The stage's work."""

    def __init__(self, annotator: Annotator) -> None:
        """``annotator`` has the model."""
        self._annotator = annotator

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """The annotated story of each, or why there is none. What is no story would end a language process."""
        refused = {envelope.at: error for envelope in batch if (error := _refusal(envelope))}
        stories = [envelope for envelope in batch if envelope.at not in refused]
        results = await self._annotator.annotate([envelope.payload for envelope in stories]) if stories else ()
        found = {envelope.at: result for envelope, result in zip(stories, results, strict=True)}
        return [_outcome(envelope, refused.get(envelope.at) or found[envelope.at]) for envelope in batch]


def _refusal(envelope: Envelope) -> ValidationError | None:
    try:
        Story.model_validate_json(envelope.payload)
    except ValidationError as error:
        return error
    return None


def _outcome(envelope: Envelope, result: bytes | Exception) -> Outcome:
    return Send(envelope.name, result) if isinstance(result, bytes) else result
