"""Keep the indexed stories in agreement with what all of them teach about names.

Every worker of the index stage does this, at moments of its own. What each finds and writes follows from the indexed
stories and the corrections alone, so that they need no agreement: the second finds nothing left to do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from pipeline.identity.registry import Registry, survey
from pipeline.index.derived import Found, write_anew
from pipeline.index.documents import identified_again
from pipeline.index.identities import Identities
from pipeline.index.indices import Indices
from pipeline.workers.contract import Clock

log = structlog.get_logger()

Run = Callable[..., Awaitable[Any]]

EVERY = 5.0
"""Seconds between two looks."""
_MOST_STORIES = 100
"""How many stories are read and written at once."""
_MOST_ROUNDS = 50
"""How many times in one look; the next one continues."""
_PAUSE = 10
"""After learning, the next look waits at least so many times as long as that took."""


class Identification:
    """The registry as of the last look, and the looks."""

    def __init__(self, identities: Identities, indices: Indices, now: Clock, run: Run = asyncio.to_thread) -> None:
        """Nothing is known before the first look: every name then means what its own story says.

        ``run`` calls a function beside the event loop, which has Kafka's heartbeats to send.
        """
        self._identities, self._indices, self._now, self._run = identities, indices, now, run
        self._pause_until: datetime | None = None
        self.registry = Registry()

    async def look(self) -> None:
        """Learn from the indexed stories, and identify again those that do not agree.

        Raises ElasticsearchUnavailable; the next look continues.
        """
        began = self._now()
        if self._pause_until and began < self._pause_until:
            return
        corrected = await self._identities.corrections()
        self.registry, outdated = await self._run(survey, await self._identities.usages(), corrected)
        learned = self._now()
        self._pause_until = learned + _PAUSE * (learned - began)
        changed, after = 0, ""
        for _ in range(_MOST_ROUNDS):
            stories = await self._identities.stories(outdated, after, _MOST_STORIES)
            await self._identify(stories)
            changed += len(stories)
            if len(stories) < _MOST_STORIES:
                break
            after = stories[-1].document["uri"]
        if changed:
            log.info("stories_identified_again", stories=changed)

    async def _identify(self, stories: Sequence[Found]) -> None:
        """Write the stories. One that somebody else has written meanwhile is identified with the next look."""
        changed = await self._run(_identified, stories, self.registry)
        await write_anew(self._indices, changed, with_parts=lambda _: True)


def _identified(stories: Sequence[Found], registry: Registry) -> list[Found]:
    return [Found(identified_again(document, registry), version) for document, version in stories]
