"""Run all live feeds, each in a task of its own, so that none waits for another.

Items are delivered (acknowledged by Kafka) before they are remembered as seen. While Kafka is unavailable, the feed
waits and retries.
"""

import asyncio
import ctypes
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from urllib.parse import urlsplit

import structlog

from pipeline.errors import TransientError
from pipeline.feeds.feed_state import FeedState
from pipeline.feeds.fetch import Client
from pipeline.feeds.freshness import Freshness
from pipeline.feeds.item_reader import ItemReader, Rejected, readable
from pipeline.feeds.polled_feed import PolledFeed, PollResult
from pipeline.feeds.watched_folder import CompleteFile, WatchedFolder
from pipeline.settings import LiveFeed
from pipeline.story import RawStory

log = structlog.get_logger()
_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)

Item = RawStory | Rejected
Deliver = Callable[[str, Sequence[Item]], None]
"""Sends a feed's items to Kafka and its rejections to the dead letters; returns when all are acknowledged.

Raises KafkaUnavailable. Called from threads.
"""
Searchable = Callable[[str], bool]
"""Returns whether the story with this uri is searchable. Raises TransientError. Called from threads."""

_BATCH = 100
_SCAN_EVERY = 0.5
_RETRY_AFTER = 2.0
_AT_ONCE_ON_A_HOST = 4
_MEASURE_AT_MOST = 600.0


@dataclass
class LiveFeeds:
    """The live feeds and what they share; ``limit`` is the largest item and response in bytes."""

    feed_state: FeedState
    limit: int
    deliver: Deliver
    searchable: Searchable | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _hosts: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _measuring: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def run(self, feeds: Sequence[LiveFeed], once: bool = False) -> None:
        """Run until cancelled, or with ``once`` take what is there now."""
        try:
            async with asyncio.TaskGroup() as group:
                for feed in feeds:
                    group.create_task(self._watch(feed, once) if feed.folder else self._poll(feed, once))
        finally:
            self._stopping.set()
            for task in list(self._measuring.values()):
                task.cancel()

    async def _watch(self, feed: LiveFeed, once: bool) -> None:
        assert feed.folder
        folder = WatchedFolder(feed.name, feed.folder.absolute(), feed.settle, feed.done == "move", self.feed_state)
        if once:
            # A file is complete if it does not change between two scans.
            await self._scan(folder, feed)
            await asyncio.sleep(feed.settle)
            await self._scan(folder, feed)
            return
        while True:
            await self._scan(folder, feed)
            await asyncio.sleep(_SCAN_EVERY)

    async def _scan(self, folder: WatchedFolder, feed: LiveFeed) -> None:
        """Take the complete files; one that cannot be read now waits for the next scan."""
        try:
            for file in await asyncio.to_thread(folder.complete_files):
                try:
                    taken = await asyncio.to_thread(self._deliver_file, folder, file, feed)
                except OSError as error:
                    log.warning("file_delayed", feed=feed.name, file=readable(file.path), reason=str(error))
                    await asyncio.sleep(_RETRY_AFTER)
                else:
                    await self._record_arrival(feed.name, *taken)
                    await asyncio.to_thread(give_back_memory)
        except (OSError, TransientError) as error:
            log.warning("folder_delayed", feed=feed.name, reason=str(error))
            await asyncio.sleep(_RETRY_AFTER)
        except Exception:  # the other feeds must continue
            log.exception("folder_delayed", feed=feed.name)
            await asyncio.sleep(_RETRY_AFTER)

    def _deliver_file(self, folder: WatchedFolder, file: CompleteFile, feed: LiveFeed) -> tuple[int, str | None]:
        """Deliver a file's items, then remember the file. Return their number and the last uri."""
        items = 0
        last = None
        for batch in _batches(folder.items(file, self._reader(feed))):
            self.deliver(feed.name, batch)
            uris = [item.uri for item in batch if isinstance(item, RawStory)]
            items += len(uris)
            last = uris[-1] if uris else last
        folder.mark_done(file)
        return items, last

    async def _poll(self, feed: LiveFeed, once: bool) -> None:
        assert feed.url
        client = Client(feed.url, self.limit, feed.timeout, feed.allow_private)
        polled = PolledFeed(feed.name, feed.url, feed.every, feed.full, client, self.feed_state)
        try:
            while True:
                await asyncio.sleep(0 if once else await asyncio.to_thread(polled.due))
                try:
                    await self._poll_once(polled, feed)
                except Exception:  # the other feeds must continue
                    log.exception("poll_failed", feed=feed.name)
                    await asyncio.sleep(0 if once else feed.every)
                if once:
                    return
        finally:
            await client.close()

    async def _poll_once(self, polled: PolledFeed, feed: LiveFeed) -> None:
        host = urlsplit(polled.url).netloc
        async with self._hosts.setdefault(host, asyncio.Semaphore(_AT_ONCE_ON_A_HOST)):
            result = await polled.poll(self._reader(feed))
        if result.state and result.state.error:
            log.warning("feed_unreachable", feed=feed.name, reason=result.state.error, times=result.state.failures)
        await asyncio.to_thread(self._deliver_result, polled, result)
        await self._record_arrival(feed.name, len(result.items), result.items[-1].uri if result.items else None)
        await asyncio.to_thread(give_back_memory)

    def _deliver_result(self, polled: PolledFeed, result: PollResult) -> None:
        """Deliver what a poll brought, then record the poll; in a thread, so that a stop cannot come between."""
        while not self._stopping.is_set():
            try:
                for batch in _batches(iter((*result.items, *result.refused))):
                    self.deliver(polled.name, batch)
            except TransientError as error:
                log.warning("feed_delayed", feed=polled.name, reason=str(error))
                self._stopping.wait(_RETRY_AFTER)
            else:
                polled.mark_done(result)
                return

    def _reader(self, feed: LiveFeed) -> ItemReader:
        # Files in a folder of this machine are believed to be of whom they state; what the web sends is not.
        sender = None if feed.folder else feed.source or feed.name
        return ItemReader(
            limit=self.limit, format=feed.format, source=feed.source, sender=sender, captions=feed.captions
        )

    async def _record_arrival(self, name: str, items: int, last: str | None) -> None:
        """Record arrivals, and measure how long the last item takes to become searchable."""
        if not items:
            return
        now = time.time()
        await asyncio.to_thread(self._update_freshness, name, lambda freshness: freshness.with_arrivals(items, now))
        log.info("items_received", feed=name, items=items)
        if self.searchable and last and name not in self._measuring:
            self._measuring[name] = asyncio.create_task(self._measure_delay(name, last, now))

    async def _measure_delay(self, name: str, uri: str, came: float) -> None:
        """Record how long an item takes to become searchable; one that never is (a copy, a kill) is ignored."""
        assert self.searchable
        pause = 0.5
        try:
            while time.time() - came < _MEASURE_AT_MOST:
                if await asyncio.to_thread(self.searchable, uri):
                    found = partial(Freshness.with_delay, seconds=time.time() - came)
                    await asyncio.to_thread(self._update_freshness, name, found)
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 10.0)
        except TransientError:
            return
        except Exception:  # this is only a measurement
            log.exception("freshness_unknown", feed=name)
        finally:
            self._measuring.pop(name, None)

    def _update_freshness(self, name: str, change: Callable[[Freshness], Freshness]) -> None:
        self.feed_state.record_freshness(name, change(self.feed_state.freshness(name)))


def _batches(items: Iterator[Item]) -> Iterable[list[Item]]:
    return iter(lambda: list(islice(items, _BATCH)), [])


def give_back_memory() -> None:
    """Give back what was freed, which glibc keeps for each thread that once needed it; other systems do so alone."""
    if _TRIM:
        _TRIM(0)
