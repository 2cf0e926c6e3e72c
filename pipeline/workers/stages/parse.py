"""Stage parse: turn an item's bytes into a clean Story."""

import asyncio
from collections.abc import Sequence

from pipeline import formats
from pipeline.clean import clean
from pipeline.envelope import Envelope
from pipeline.errors import NoStory
from pipeline.story import RawStory, is_urgent
from pipeline.workers.contract import Context, Done, Handler, Metrics, Outcome, Send


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    return Handler(Parsing(context.metrics).work)


class Parsing:
    """The stage's work. It runs in a thread, because a hostile item may take seconds."""

    def __init__(self, metrics: Metrics) -> None:
        """``metrics`` record each item, so that a batch of slow ones does not look like a stall."""
        self._metrics = metrics

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Return a story for each item, or why there is none."""
        outcomes: list[Outcome] = []
        for envelope in batch:
            outcomes.append(await asyncio.to_thread(_parsed, envelope))
            self._metrics.progress()
        return outcomes


def _parsed(envelope: Envelope) -> Outcome:
    try:
        story = clean(formats.parse(RawStory.of(envelope)))
        return Send(story.uri, story.model_dump_json().encode(), urgent=is_urgent(story))
    except NoStory as error:
        return Done(str(error))
    except Exception as error:  # noqa: BLE001 - whatever one item brings about is its own affair
        return error
