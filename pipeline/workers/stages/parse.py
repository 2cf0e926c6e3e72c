"""Stage parse: turn an item's bytes into a clean Story, in a process beside the event loop."""

import pickle
import sys
from collections.abc import Sequence

from pipeline import topics
from pipeline.envelope import Envelope
from pipeline.errors import ParseFailed
from pipeline.story import RawStory
from pipeline.workers.contract import Context, Handler, Outcome, Processes
from pipeline.workers.processes.pool import Limits, ProcessPool

_PROCESS = "pipeline.workers.processes.parse_process"
_LIMITS = Limits(processes=1, deadline=30.0, max_resident=320 << 20, failure=ParseFailed)
"""A hostile item may take longer, or all memory."""


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    pool = ProcessPool([sys.executable, "-m", _PROCESS], _LIMITS, context.metrics)
    return Handler(Parsing(pool).work, start=pool.start, stop=pool.stop)


class Parsing:
    """The stage's work."""

    def __init__(self, parser: Processes) -> None:
        """``parser`` takes pickled items (RawStory) and returns pickled outcomes."""
        self._parser = parser

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Return a story for each item, or why there is none."""
        values = [pickle.dumps(RawStory.of(envelope)) for envelope in batch]
        results = await self._parser.run(values, urgent=topics.is_urgent(batch[0].at.topic))
        return [pickle.loads(each) if isinstance(each, bytes) else each for each in results]  # noqa: S301 - our own
