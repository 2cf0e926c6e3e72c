"""Stage parse: the item's bytes → a clean Story."""

from collections.abc import Sequence

from faust.types import EventT

from pipeline import formats
from pipeline.clean import clean
from pipeline.story import RawStory
from pipeline.workers import trace
from pipeline.workers.settle import Outcome, Send


async def work(events: Sequence[EventT]) -> list[Outcome]:
    """A story for each item, or why there is none."""
    return [_parsed(event) for event in events]


def _parsed(event: EventT) -> Outcome:
    message = event.message
    raw = RawStory.from_message(message.key, message.value or b"", trace.headers_of(event).items())
    try:
        story = clean(formats.parse(raw))
    except Exception as error:  # noqa: BLE001 - whatever one item brings about is its own affair
        return error
    return Send(story.uri, story.model_dump_json().encode())
