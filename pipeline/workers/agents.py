"""The agents, one a stage: with ``pipeline.topics``, the whole topology.

    wire.raw ─ parse ─► wire.stories ─ desk ─► wire.edited ─ annotate ─► wire.annotated ─ index ─► Elasticsearch
    wire.indexed ─ alert ─► wire.alerts ─ deliver ─► webhooks, mailboxes

Each takes its topic's events in batches, finds out what becomes of each, and settles them. A worker
imports its own stage alone: what the others need takes half of a start, and of the memory.
"""
# ruff: noqa: PLC0415

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from faust.types import AgentT, EventT, StreamT

from pipeline import topics
from pipeline.workers.app import Context
from pipeline.workers.batches import Limits, batches
from pipeline.workers.figures import Figures
from pipeline.workers.ledger import Entry
from pipeline.workers.settle import Outcome, Settler, patiently, uri_of

Work = Callable[[Sequence[EventT]], Awaitable[Sequence[Outcome]]]


def parse_agent(context: Context) -> AgentT:
    """Bytes → Story, clean."""
    from pipeline.workers.parse import work

    return _agent(context, work, Limits(events=100, size=8 << 20))


def desk_agent(context: Context) -> AgentT:
    """Which version counts; embargoed ones wait, copies are folded."""
    from pipeline.workers.desk import RELEASE_EVERY, Desk

    desk = Desk(context)
    context.app.timer(interval=RELEASE_EVERY)(desk.release)
    return _agent(context, desk.work, Limits(events=100, size=8 << 20))


def annotate_agent(context: Context) -> AgentT:
    """Entities and quotes, in processes beside the loop: one batch at work in each, one waiting."""
    from pipeline.workers.annotate import Language

    size = context.settings.annotate.batch_characters
    at_once = context.settings.annotate.processes + 1
    return _agent(context, Language(context).work, Limits(events=64, size=size), at_once)


def index_agent(context: Context) -> AgentT:
    """Documents into Elasticsearch."""
    from pipeline.workers.index import Indexer

    limits = Limits(
        events=context.settings.elasticsearch.batch_documents,
        size=context.settings.elasticsearch.batch_bytes,
        linger=0.05,
    )
    return _agent(context, Indexer(context).work, limits)


def alert_agent(context: Context) -> AgentT:
    """What was indexed, against the saved searches: a search each, so that many versions share one."""
    from pipeline.workers.alert import Matcher

    return _agent(context, Matcher(context).work, Limits(events=200, size=8 << 20, linger=0.5))


def deliver_agent(context: Context) -> AgentT:
    """Matches to webhooks and mailboxes; several at once, since one that does not answer takes its time."""
    from pipeline.workers.deliver import Deliverer

    return _agent(context, Deliverer(context).work, Limits(events=20, size=1 << 20, linger=0.05), at_once=8)


AGENTS = {
    topics.PARSE: parse_agent,
    topics.DESK: desk_agent,
    topics.ANNOTATE: annotate_agent,
    topics.INDEX: index_agent,
    topics.ALERT: alert_agent,
    topics.DELIVER: deliver_agent,
}


def _agent(context: Context, work: Work, limits: Limits, at_once: int = 1) -> AgentT:
    """The agent of a stage: up to ``at_once`` batches at work, settled as each is done."""
    app, stage = context.app, context.stage
    settler = Settler(app, stage, context.servers.kafka, context.figures)
    room = asyncio.Semaphore(at_once)

    async def run(stream: StreamT) -> None:
        async with asyncio.TaskGroup() as group:
            async for events in batches(stream, limits):
                context.figures.batches.labels(stage.name).observe(len(events))
                entries = settler.enter(events)
                await room.acquire()
                group.create_task(finish(events, entries))

    async def finish(events: Sequence[EventT], entries: list[Entry]) -> None:
        structlog.contextvars.bind_contextvars(stories=len(events), first=uri_of(events[0]))
        try:
            await settler.settle(entries, await outcomes(work, events, context.figures))
        finally:
            room.release()

    agent: AgentT = app.agent(app.topic(context.servers.kafka.named(stage.reads)), name=stage.name)(run)
    return agent


async def outcomes(work: Work, events: Sequence[EventT], figures: Figures) -> Sequence[Outcome]:
    """What becomes of each event; one that makes the work fail is found by working on each alone."""
    try:
        return await patiently(lambda: work(events), figures)
    except Exception as error:  # noqa: BLE001 - whatever one item brings about is its own affair
        if len(events) == 1:
            return [error]
    return [outcome for event in events for outcome in await outcomes(work, [event], figures)]
