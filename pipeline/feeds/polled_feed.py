"""Poll an address: an RSS, Atom or JSON feed, or anything else that holds items.

Requests are conditional and come at the feed's own interval with jitter; after errors with back-off, and not before
``Retry-After``. Permanent redirects are remembered. An entry is sent when it is new, and again when its content has
changed.
"""

import asyncio
import random
import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from io import BufferedReader, BytesIO

import structlog

from pipeline import formats
from pipeline.errors import NoStory, PermanentError
from pipeline.feeds.feed_state import FeedState, PollState
from pipeline.feeds.fetch import Client, Response, Unreachable
from pipeline.feeds.item_reader import ItemReader, Rejected
from pipeline.formats import SNIFFED_BYTES, jsonfeed, rss, text, webpage
from pipeline.story import RawStory

log = structlog.get_logger()

_LONGEST_BACKOFF = 3600.0
_LONGEST_RETRY = 24 * 3600.0
_JITTER = 0.1
_KEPT = 60 * 24 * 3600.0
_FEEDS = (rss.FORMAT.name, jsonfeed.FORMAT.name)
_FEED_ADDRESS = re.compile(
    r"[./=](?:rss|rss2|atom|rdf|feeds?)(?:[/?&#]|\.(?:xml|json|php|aspx?)|$)|\.(?:xml|rss|atom|rdf)(?:[?#]|$)"
    r"|^https?://(?:rss|feeds?)\.",
    re.I,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PollResult:
    """The result of one poll: new or changed items, rejections, and digests of all that the feed holds."""

    items: tuple[RawStory, ...] = ()
    refused: tuple[Rejected, ...] = ()
    digests: dict[str, str] | None = None
    state: PollState | None = None


@dataclass
class PolledFeed:
    """A feed whose address is polled every ``every`` seconds."""

    name: str
    url: str
    every: float
    full: bool
    client: Client
    feed_state: FeedState

    def due(self) -> float:
        """Return the seconds until the next poll; bounded, even if the clock was put back."""
        last = self.feed_state.last_poll(self.name, self.url)
        longest = (_LONGEST_RETRY if last.failures else self.every) * (1.0 + _JITTER)
        return min(max(0.0, last.due - time.time()), max(longest, self.every * (1.0 + _JITTER)))

    async def poll(self, reader: ItemReader) -> PollResult:
        """Poll the address. An error is part of the resulting state, and delays the next poll."""
        last = await asyncio.to_thread(self.feed_state.last_poll, self.name, self.url)
        conditions = {"If-None-Match": last.etag, "If-Modified-Since": last.modified}
        try:
            response = await self.client.get(last.url, {name: value for name, value in conditions.items() if value})
        except (Unreachable, PermanentError) as error:
            return PollResult(state=self._failed(last, str(error)))
        if response.status == 304:
            return PollResult(state=self._succeeded(last, response))
        if response.status == 410:
            return PollResult(state=self._failed(last, "410: gone for good", _LONGEST_RETRY))
        if response.status != 200:
            return PollResult(state=self._failed(last, f"answered {response.status}", retry_after(response)))
        return await self._result(last, response, reader)

    def mark_done(self, result: PollResult) -> None:
        """Record the poll and what it brought, once Kafka has acknowledged it."""
        now = time.time()
        if result.digests:
            self.feed_state.mark_seen(self.name, result.digests, now)
            self.feed_state.forget(self.name, now - _KEPT, result.digests)
        if result.state:
            self.feed_state.record_poll(self.name, self.url, result.state)

    async def _result(self, last: PollState, response: Response, reader: ItemReader) -> PollResult:
        if self._is_feed(last, reader) and not _looks_like_a_feed(response):
            return PollResult(state=self._failed(last, "no feed but a page or a text, although the answer was 200"))
        fresh, refused, digests = await asyncio.to_thread(self._read, response, reader)
        whole = [await self._with_full_text(item) for item in fresh] if self.full else fresh
        kind = whole[0].format if whole else last.format
        return PollResult(tuple(whole), refused, digests, replace(self._succeeded(last, response), format=kind))

    def _is_feed(self, last: PollState, reader: ItemReader) -> bool:
        """Return whether the address holds a feed: by its format, as it did before, or as it says itself."""
        known = reader.format if reader.format != "auto" else last.format
        return known in _FEEDS if known else bool(_FEED_ADDRESS.search(self.url))

    def _read(
        self, response: Response, reader: ItemReader
    ) -> tuple[list[RawStory], tuple[Rejected, ...], dict[str, str]]:
        """Return the new or changed items, the rejections, and the digests of all. Runs in a thread."""
        stream = BufferedReader(BytesIO(response.body), SNIFFED_BYTES)
        found = list(reader.items(stream, self.name, None, self.name))
        items = [item for item in found if isinstance(item, RawStory)]
        digests = {item.uri: _digest(item) for item in items}
        refused = tuple(item for item in found if isinstance(item, Rejected))
        seen = self.feed_state.seen(self.name, digests)
        # Feeds list their newest entry first.
        fresh = [item for item in reversed(items) if seen.get(item.uri) != digests[item.uri]]
        return fresh, refused, digests

    async def _with_full_text(self, item: RawStory) -> RawStory:
        """Return the entry with the text of the linked page, if that is longer and available."""
        link = await asyncio.to_thread(rss.link_of, item.value) if item.format == rss.FORMAT.name else None
        if not link:
            return item
        try:
            page = await self.client.get(link)
            return await asyncio.to_thread(_with_page, item, page) if page.status == 200 else item
        except (Unreachable, PermanentError):
            return item
        except Exception:  # a page's error must not affect other items
            log.exception("linked_page_unreadable", feed=self.name, uri=item.uri)
            return item

    def _succeeded(self, last: PollState, response: Response) -> PollState:
        return PollState(
            url=response.url,
            etag=response.headers.get("etag", last.etag if response.status == 304 else None),
            modified=response.headers.get("last-modified", last.modified if response.status == 304 else None),
            due=time.time() + _jittered(self.every),
        )

    def _failed(self, last: PollState, why: str, wait: float | None = None) -> PollState:
        backoff = min(self.every * 2**last.failures, max(_LONGEST_BACKOFF, self.every))
        pause = _jittered(max(backoff, wait or 0.0))
        return replace(last, due=time.time() + pause, failures=last.failures + 1, error=why)


def _looks_like_a_feed(response: Response) -> bool:
    """Return whether an answer begins like a feed; a sign-in page or a notice does not, and is no story."""
    try:
        return formats.sniff(response.body[:SNIFFED_BYTES]) not in (webpage.FORMAT, text.FORMAT)
    except PermanentError:
        return False


def _with_page(item: RawStory, page: Response) -> RawStory:
    """Return the entry with the text of that page. Raises PermanentError."""
    body = webpage.parse(replace(item, value=page.body, format=webpage.FORMAT.name)).body
    return replace(item, value=rss.with_text(item.value, body))


def retry_after(response: Response) -> float | None:
    """Return the seconds a server asks us to wait, at most a day; None if it does not."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value[:9]), _LONGEST_RETRY)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), _LONGEST_RETRY)


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(1.0, 1.0 + _JITTER)  # noqa: S311 - spreads visits, guards nothing


def _digest(item: RawStory) -> str:
    """Return a digest of the entry's content, independent of the feed around it."""
    try:
        value = formats.parse(replace(item, receivedat=_EPOCH)).model_dump_json(exclude={"source"})
    except (PermanentError, NoStory):
        value = item.value.decode("latin-1")
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
