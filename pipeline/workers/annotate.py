"""Stage annotate: the language pass, in the pool."""

import sys
from collections.abc import Sequence

from faust.types import EventT

from pipeline.workers.app import Context
from pipeline.workers.language_pool import LanguagePool
from pipeline.workers.settle import Outcome, Send

_PROCESS = "pipeline.workers.language_process"
"""By its name: importing it would load spaCy here too."""


class Language:
    """The pool of one worker, which starts and stops with its app."""

    def __init__(self, context: Context) -> None:
        """Have the app start the pool, so that the first story does not wait for the model."""
        settings = context.settings
        longest = str(settings.annotate.max_characters)
        command = [sys.executable, "-m", _PROCESS, settings.spacy.model, settings.spacy.names, longest]
        self._pool = LanguagePool(command, settings.annotate, context.figures)
        context.app.task(self._start)
        context.app.on_before_shutdown.connect(self._stop, weak=False)

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """The annotated story of each, or why there is none."""
        results = await self._pool.annotate([event.message.value or b"" for event in events])
        return [
            Send((event.message.key or b"").decode(), result) if isinstance(result, bytes) else result
            for event, result in zip(events, results, strict=True)
        ]

    async def _start(self) -> None:
        await self._pool.start()

    async def _stop(self, *_: object, **__: object) -> None:
        await self._pool.stop()
