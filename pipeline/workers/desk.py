"""Stage desk: passes on the versions that count, and holds embargoed ones until their time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from faust.types import EventT

from pipeline import topics
from pipeline.broker.log import Coordinate, fetch
from pipeline.desk.rules import Record, decide
from pipeline.errors import ElasticsearchAway, TransientError
from pipeline.index import bulk, connection, registry
from pipeline.story import Story
from pipeline.workers import trace
from pipeline.workers.app import Context
from pipeline.workers.settle import Done, Outcome, Send

log = structlog.get_logger()

RELEASE_EVERY = 5.0
"""Seconds between two looks for embargoes that have passed."""


class Desk:
    """The desk of one worker; its memory is in Elasticsearch."""

    def __init__(self, context: Context) -> None:
        """Connect lazily, on the worker's loop."""
        self._context = context
        self._hosts = context.servers.elasticsearch
        self._client = connection.connect_async(self._hosts, context.settings.elasticsearch.timeout)

    async def work(self, events: Sequence[EventT]) -> list[Outcome]:
        """What becomes of each version. Raises ElasticsearchAway, having passed on nothing."""
        stories = [Story.model_validate_json(event.message.value or b"") for event in events]
        known = await registry.recall(self._client, self._hosts, (story.uri for story in stories))
        changed: dict[str, Record] = {}
        outcomes: list[Outcome] = []
        for event, story in zip(events, stories, strict=True):
            decision = decide(story, known.get(story.uri), datetime.now(UTC), str(trace.place(event)))
            if decision.record:
                known[story.uri] = changed[story.uri] = decision.record
            if decision.story:
                outcomes.append(Send(story.uri, decision.story.model_dump_json().encode()))
            else:
                outcomes.append(Done(decision.dropped or "embargoed"))
        await self._remember(list(changed.values()))
        return outcomes

    async def release(self) -> None:
        """Pass on the held versions whose embargo is over, unless something newer came."""
        try:
            for record in await registry.due(self._client, self._hosts, datetime.now(UTC)):
                now = (await registry.recall(self._client, self._hosts, [record.uri])).get(record.uri)
                if now == record and record.held:
                    await self._release(record, Coordinate.parse(record.held))
        except TransientError as error:
            log.info("embargoes wait", why=str(error))

    async def _release(self, record: Record, at: Coordinate) -> None:
        message = await asyncio.to_thread(fetch, self._context.servers.kafka, at)
        if message is None or message.value is None:
            log.error("embargoed story is no longer on its topic", uri=record.uri, at=str(at))
            return
        story = Story.model_validate_json(message.value)
        story = story.model_copy(update={"firstcreated": record.firstcreated})
        headers = dict(message.headers)
        producer = self._context.app.producer
        sent = await producer.send(
            topics.EDITED, story.uri.encode(), story.model_dump_json().encode(), None, None, headers
        )
        await sent
        await self._remember([record.model_copy(update={"held": None, "embargoed": None})])
        log.info("embargo lifted", uri=record.uri)

    async def _remember(self, records: list[Record]) -> None:
        actions = [registry.remembering(record) for record in records]
        if actions:
            results = await bulk.write(self._client, self._hosts, actions)
            if failed := [result for result in results if result is not None]:
                raise ElasticsearchAway(f"the desk's records: {failed[0]}")
