"""Stage parse: turn an item's bytes into a clean Story, in a process beside the event loop."""

import pickle
import sys
from collections.abc import Sequence
from typing import Protocol

from pipeline import topics
from pipeline.envelope import Envelope
from pipeline.errors import ParseFailed, PermanentError
from pipeline.story import RawStory
from pipeline.workers.contract import Context, Handler, Outcome
from pipeline.workers.processes.pool import Limits, ProcessPool

_PROCESS = "pipeline.workers.processes.parse_process"
_LIMITS = Limits(processes=1, deadline=30.0, max_resident=320 << 20, failure=ParseFailed)
"""A hostile item may take longer, or all memory."""


class Parser(Protocol):
    """Parses items: a pickled RawStory in, a pickled Outcome or an error out."""

    async def run(self, values: Sequence[bytes], *, urgent: bool = False) -> Sequence[bytes | PermanentError]:
        """Return one result for each value; urgent ones come before others that wait."""
        ...


def handler(context: Context) -> Handler:
    """Return the stage's handler."""
    pool = ProcessPool([sys.executable, "-m", _PROCESS], _LIMITS, context.metrics)
    return Handler(Parsing(pool).work, start=pool.start, stop=pool.stop)


class Parsing:
    """The stage's work."""

    def __init__(self, parser: Parser) -> None:
        """``parser`` has the process."""
        self._parser = parser

    async def work(self, batch: Sequence[Envelope]) -> list[Outcome]:
        """Return a story for each item, or why there is none."""
        values = [pickle.dumps(RawStory.of(envelope)) for envelope in batch]
        results = await self._parser.run(values, urgent=topics.is_urgent(batch[0].at.topic))
        return [pickle.loads(each) if isinstance(each, bytes) else each for each in results]  # noqa: S301 - our own
