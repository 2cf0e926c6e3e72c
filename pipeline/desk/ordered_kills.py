"""Carry out what words order: find the story that an order names, among those of the same sender, and kill it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from pipeline import topics
from pipeline.desk.record import Record
from pipeline.desk.store import Store
from pipeline.envelope import Broker, Headers
from pipeline.story import Order, Source, Story

log = structlog.get_logger()

NUMBERS_REPEAT = timedelta(days=2)
"""Agencies number their messages anew each day or when 9999 is reached; a kill names one of the last days."""
TITLES_REPEAT = timedelta(days=7)
_TRIES = 100
"""How often a worker looks for the story that an order names; it may come after the order."""
_LATE = timedelta(hours=6)
"""By how much the clock of the story may be ahead of that of the order, or the story may be sent after it."""


def named_story(order: Order, given: Record, candidates: Sequence[Record]) -> Record | None:
    """Return the one story that an order names, None if it may be several or none.

    ``given`` is the record of the order's message, ``candidates`` are stories of the same sender that share a
    designation with it. A number names the newest message that had it, and two numbers of different stories none; a
    slugline or headline must be that of one story alone, and a number that the order gives must not contradict it.
    """
    numbers, titles = _split(order.names)
    near = [each for each in candidates if each.uri != given.uri and _is_near(each, given, TITLES_REPEAT)]
    titled = [each for each in near if titles & {*each.names}]
    numbered = [each for each in near if numbers & {*each.names} and _is_near(each, given, NUMBERS_REPEAT)]
    both = [each for each in numbered if each in titled]
    if fitting := both or ([] if titles else numbered):
        newest = max(fitting, key=_written)
        others = {name for each in fitting for name in each.names if name in numbers} - {*newest.names}
        return None if others else newest
    unnumbered = [each for each in titled if not (numbers and _split(each.names)[0])]
    return unnumbered[0] if len(unnumbered) == 1 else None


class Orders:
    """Carries out orders."""

    def __init__(self, store: Store, broker: Broker) -> None:
        """Take the clients."""
        self._store, self._broker = store, broker
        self._tries: Counter[str] = Counter()

    async def work(self) -> None:
        """Kill the stories that orders in words name, where each can be told; others stay for a person.

        The kill is sent before its order is settled, so that a worker that dies between leaves the order to the next.
        Raises ElasticsearchUnavailable, KafkaUnavailable.
        """
        for record in await self._store.unsettled():
            order = record.order
            if order is None or order.kind != "kill" or not order.names or self._tries[record.uri] >= _TRIES:
                continue
            self._tries[record.uri] += 1
            named = named_story(order, record, await self._store.named(record.sender, order.names))
            stored = (await self._store.read([record.uri])).get(record.uri)
            if named is None or stored is None or stored.record.settled:
                continue
            kill = kill_of(named, record.sender, order.text, record.versioncreated)
            topic, value = topics.twin_of(topics.STORIES), kill.model_dump_json().encode()
            await self._broker.send(topic, named.uri.encode(), value, Headers(sender=record.sender).pairs())
            await self._store.write([(stored.record.model_copy(update={"settled": True}), stored)])
            log.info("order_carried_out", uri=named.uri, order=record.uri)


def kill_of(record: Record, by: str, text: str, when: datetime) -> Story:
    """Return the message that kills a story: ``by`` whom, the words of the order, and when it was given."""
    return Story(
        uri=record.uri,
        version=record.version,
        versioncreated=max(when, record.versioncreated),
        firstcreated=record.firstcreated,
        pubstatus="canceled",
        ednote=text or None,
        source=Source(name=by, format="order", receivedat=when),
        body="",
    )


def _split(names: Sequence[str]) -> tuple[set[str], set[str]]:
    numbers = {name for name in names if name.startswith("number ")}
    return numbers, {*names} - numbers


def _written(record: Record) -> datetime:
    """Return when a story was last written; the kill that its order brought about is no version of it."""
    times = (each.versioncreated for each in record.versions if each.pubstatus == "usable")
    return max(times, default=record.firstcreated)


def _is_near(record: Record, given: Record, span: timedelta) -> bool:
    return given.versioncreated - span <= _written(record) <= given.versioncreated + _LATE
