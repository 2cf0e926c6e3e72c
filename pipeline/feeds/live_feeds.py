"""All live feeds at once: each in a task of its own, so that none waits for another.

What a feed brings is delivered (acknowledged by Kafka) before it is remembered as seen; while Kafka is
away the feed waits and tries again.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from urllib.parse import urlsplit

import structlog

from pipeline.errors import TransientError
from pipeline.feeds.feed_state import Memory
from pipeline.feeds.fetch import Client
from pipeline.feeds.freshness import Freshness
from pipeline.feeds.item_reader import Intake, Refusal, readable
from pipeline.feeds.polled_feed import Address, Harvest
from pipeline.feeds.watched_folder import Arrived, Folder
from pipeline.settings import LiveFeed
from pipeline.story import RawStory

log = structlog.get_logger()

Item = RawStory | Refusal
Deliver = Callable[[str, Sequence[Item]], None]
"""Gives a feed's items to Kafka and its refusals to the dead letters; returns when all are acknowledged.

Raises KafkaAway. Called from threads.
"""
Searchable = Callable[[str], bool]
"""Whether the story of that uri can be searched. Raises TransientError. Called from threads."""

_BATCH = 100
_LOOK_EVERY = 0.5
_AGAIN = 2.0
_AT_ONCE_ON_A_HOST = 4
_SEARCHED_FOR = 600.0


@dataclass
class Live:
    """The live feeds and what they share; ``limit`` is the largest item and answer in bytes."""

    memory: Memory
    limit: int
    deliver: Deliver
    searchable: Searchable | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _hosts: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _asking: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def run(self, feeds: Sequence[LiveFeed], once: bool = False) -> None:
        """Run them until cancelled, or each ``once``: what is whole now, what the address holds now."""
        try:
            async with asyncio.TaskGroup() as group:
                for feed in feeds:
                    group.create_task(self._watch(feed, once) if feed.folder else self._poll(feed, once))
        finally:
            self._stopping.set()
            for task in list(self._asking.values()):
                task.cancel()

    async def _watch(self, feed: LiveFeed, once: bool) -> None:
        assert feed.folder
        folder = Folder(feed.name, feed.folder.absolute(), feed.settle, feed.done == "move", self.memory)
        if once:
            # Whole is what does not change between two looks.
            await self._look(folder, feed)
            await asyncio.sleep(feed.settle)
            await self._look(folder, feed)
            return
        while True:
            await self._look(folder, feed)
            await asyncio.sleep(_LOOK_EVERY)

    async def _look(self, folder: Folder, feed: LiveFeed) -> None:
        """Take the files that are whole; one that cannot be read now is left for the next look."""
        try:
            for arrived in await asyncio.to_thread(folder.whole):
                try:
                    taken = await asyncio.to_thread(self._take, folder, arrived, feed)
                except OSError as error:
                    log.warning("file waits", feed=feed.name, file=readable(arrived.path), why=str(error))
                    await asyncio.sleep(_AGAIN)
                else:
                    await self._came(feed.name, *taken)
        except (OSError, TransientError) as error:
            log.warning("folder waits", feed=feed.name, why=str(error))
            await asyncio.sleep(_AGAIN)
        except Exception:  # the other feeds go on
            log.exception("folder waits", feed=feed.name)
            await asyncio.sleep(_AGAIN)

    def _take(self, folder: Folder, arrived: Arrived, feed: LiveFeed) -> tuple[int, str | None]:
        """Deliver a file's items, then remember the file; how many they were, and the last one's uri."""
        items = 0
        last = None
        for batch in _batches(folder.items(arrived, self._intake(feed))):
            self.deliver(feed.name, batch)
            uris = [item.uri for item in batch if isinstance(item, RawStory)]
            items += len(uris)
            last = uris[-1] if uris else last
        folder.done(arrived)
        return items, last

    async def _poll(self, feed: LiveFeed, once: bool) -> None:
        assert feed.url
        client = Client(feed.url, self.limit, feed.timeout, feed.allow_private)
        address = Address(feed.name, feed.url, feed.every, feed.full, client, self.memory)
        try:
            while True:
                await asyncio.sleep(0 if once else await asyncio.to_thread(address.due))
                try:
                    await self._visit(address, feed)
                except Exception:  # the other feeds go on
                    log.exception("visit failed", feed=feed.name)
                    await asyncio.sleep(0 if once else feed.every)
                if once:
                    return
        finally:
            await client.close()

    async def _visit(self, address: Address, feed: LiveFeed) -> None:
        host = urlsplit(address.url).netloc
        async with self._hosts.setdefault(host, asyncio.Semaphore(_AT_ONCE_ON_A_HOST)):
            harvest = await address.visit(self._intake(feed))
        if harvest.visit and harvest.visit.error:
            log.warning("feed does not answer", feed=feed.name, why=harvest.visit.error, times=harvest.visit.failures)
        await asyncio.to_thread(self._bring, address, harvest)
        await self._came(feed.name, len(harvest.items), harvest.items[-1].uri if harvest.items else None)

    def _bring(self, address: Address, harvest: Harvest) -> None:
        """Deliver what a visit brought, then note the visit: in a thread, so that a stop comes before or after."""
        while not self._stopping.is_set():
            try:
                for batch in _batches(iter((*harvest.items, *harvest.refused))):
                    self.deliver(address.name, batch)
            except TransientError as error:
                log.warning("feed waits", feed=address.name, why=str(error))
                self._stopping.wait(_AGAIN)
            else:
                address.done(harvest)
                return

    def _intake(self, feed: LiveFeed) -> Intake:
        return Intake(limit=self.limit, format=feed.format, source=feed.source)

    async def _came(self, name: str, items: int, last: str | None) -> None:
        """Note that items came, and find out how long the last one takes to be searchable."""
        if not items:
            return
        now = time.time()
        await asyncio.to_thread(self._note, name, lambda freshness: freshness.after(items, now))
        log.info("items came", feed=name, items=items)
        if self.searchable and last and name not in self._asking:
            self._asking[name] = asyncio.create_task(self._ask(name, last, now))

    async def _ask(self, name: str, uri: str, came: float) -> None:
        """Note how long an item takes to be searchable; one that never is (a copy, a kill) tells nothing."""
        assert self.searchable
        pause = 0.5
        try:
            while time.time() - came < _SEARCHED_FOR:
                if await asyncio.to_thread(self.searchable, uri):
                    found = partial(Freshness.found_after, seconds=time.time() - came)
                    await asyncio.to_thread(self._note, name, found)
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 10.0)
        except TransientError:
            return
        except Exception:  # it is only a figure
            log.exception("freshness is not known", feed=name)
        finally:
            self._asking.pop(name, None)

    def _note(self, name: str, change: Callable[[Freshness], Freshness]) -> None:
        self.memory.note(name, change(self.memory.freshness(name)))


def _batches(items: Iterator[Item]) -> Iterable[list[Item]]:
    return iter(lambda: list(islice(items, _BATCH)), [])
