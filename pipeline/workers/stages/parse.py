"""Stage parse: the item's bytes → a clean Story."""

from collections.abc import Sequence

from pipeline import formats
from pipeline.clean import clean
from pipeline.envelope import Envelope
from pipeline.story import RawStory
from pipeline.workers.contract import Context, Handler, Outcome, Send


def handler(context: Context) -> Handler:
    """The stage's handler."""
    return Handler(work)


async def work(batch: Sequence[Envelope]) -> list[Outcome]:
    """A story for each item, or why there is none."""
    return [_parsed(envelope) for envelope in batch]


def _parsed(envelope: Envelope) -> Outcome:
    try:
        story = clean(formats.parse(RawStory.of(envelope)))
        return Send(story.uri, story.model_dump_json().encode())
    except Exception as error:  # noqa: BLE001 - whatever one item brings about is its own affair
        return error
