"""Stage annotate: the language pass, in the pool."""

import asyncio
from collections.abc import Sequence

from faust.types import EventT

from pipeline.workers.app import Context
from pipeline.workers.language_pool import LanguagePool
from pipeline.workers.settle import Outcome, Send


class Language:
    """The pool of one worker, started with its first batch."""

    def __init__(self, context: Context) -> None:
        """Remember how; the processes start with the worker."""
        self._pool = LanguagePool(context.settings.spacy.model, context.settings.annotate)
        self._started = asyncio.Lock()
        self._ready = False
        context.app.on_before_shutdown.connect(self._stop)

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """The annotated story of each, or why there is none."""
        async with self._started:
            if not self._ready:
                await self._pool.start()
                self._ready = True
        values = [event.message.value or b"" for event in events]
        results = await self._pool.annotate(values)
        return [
            Send((event.message.key or b"").decode(), result) if isinstance(result, bytes) else result
            for event, result in zip(events, results, strict=True)
        ]

    async def _stop(self, *_: object, **__: object) -> None:
        await self._pool.stop()
