"""Stage count: count the words of a story."""

from collections.abc import Sequence

from pipeline.envelope import Envelope
from pipeline.story import Story
from pipeline.workers.contract import Context, Handler, Outcome, Send


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    return Handler(work)


async def work(batch: Sequence[Envelope]) -> list[Outcome]:
    """Send each story on with its number of words."""
    return [_counted(Story.model_validate_json(envelope.payload)) for envelope in batch]


def _counted(story: Story) -> Send:
    extra = story.extra | {"words": len(story.body.split())}
    return Send(story.uri, story.model_copy(update={"extra": extra}).model_dump_json().encode())
