"""Stage annotate: run the language pass, in processes beside the event loop."""

import sys
from collections.abc import Sequence

from pydantic import ValidationError

from pipeline import topics
from pipeline.envelope import Envelope
from pipeline.errors import AnnotationFailed
from pipeline.story import Story
from pipeline.workers.contract import Context, Handler, Outcome, Processes, Send
from pipeline.workers.processes.pool import Limits, ProcessPool

_PROCESS = "pipeline.workers.processes.language_process"
"""Named as a string, because importing it would load spaCy here too."""


def handler(context: Context) -> Handler:
    """Return the stage's handler, with one batch in each process and one waiting."""
    settings = context.settings
    known = settings.annotate
    limits = (known.max_characters, known.quote_confidence, known.event_confidence)
    command = [sys.executable, "-m", _PROCESS, settings.spacy.model, *map(str, limits)]
    bounds = Limits(known.processes, known.deadline, known.max_resident, AnnotationFailed)
    pool = ProcessPool(command, bounds, context.metrics)
    return Handler(
        Annotation(pool).work,
        start=pool.start,
        stop=pool.stop,
        limits=context.stage.limits._replace(size=settings.annotate.batch_characters),
        at_once=settings.annotate.processes + 1,
    )


class Annotation:
    """The stage's work."""

    def __init__(self, annotator: Processes) -> None:
        """``annotator`` takes stories and returns annotated ones, both as JSON."""
        self._annotator = annotator

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Annotate each story, or return why it cannot be. Reject messages that are no story: they would end a
        language process.
        """
        refused = {envelope.at: error for envelope in batch if (error := _refusal(envelope))}
        stories = [envelope for envelope in batch if envelope.at not in refused]
        payloads = [envelope.payload for envelope in stories]
        urgent = topics.is_urgent(batch[0].at.topic)
        results = await self._annotator.run(payloads, urgent=urgent) if stories else ()
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
