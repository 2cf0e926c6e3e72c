"""``wire feeds``: run the configured live feeds, or follow sources named on the command line."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from prometheus_client import CollectorRegistry, ProcessCollector

from pipeline import topics
from pipeline.cli.console import messages, set_up_logging
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption
from pipeline.cli.orphans import end_with_parent
from pipeline.elasticsearch.client import connect
from pipeline.errors import ConfigurationError, ElasticsearchUnavailable, TooLarge
from pipeline.feeds import Rejected
from pipeline.feeds.feed_metrics import FeedMetrics, FeedRecords
from pipeline.feeds.feed_state import FeedState
from pipeline.feeds.live_feeds import Deliver, Item, LiveFeeds, Searchable
from pipeline.formats import format_named
from pipeline.kafka.sender import Sender
from pipeline.kafka.shared_sender import SharedSender
from pipeline.locate import locate_elasticsearch, locate_kafka
from pipeline.ops import dead_letters, recording
from pipeline.ops.monitor import serve
from pipeline.search.stories import story
from pipeline.settings import LiveFeed, Settings, load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(feeds)


def feeds(
    once: Annotated[
        bool, typer.Option("--once", help="Take the files there now, poll each address once, and exit.")
    ] = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Run all live feeds of configs/feeds.toml until told to stop: watched folders and polled addresses.

    The data directory stores which items were sent, so that a restart neither loses an item nor sends one twice.
    Rejected items are in `wire dead list`. `wire up` runs the live feeds too.

    [dim]wire feeds  ·  wire feeds --once  ·  wire status[/]
    """
    set_up_logging()
    end_with_parent()
    settings = load(kafka=kafka, elasticsearch=elasticsearch, data_dir=data_dir)
    if not settings.feeds:
        raise ConfigurationError(
            "no live feeds: add [[feeds]] to configs/feeds.toml, see docs/how-to/feed-live-sources.md"
        )
    run(settings, settings.feeds, once)


def run(settings: Settings, live: Sequence[LiveFeed], once: bool = False) -> None:
    """Run these feeds. Raises ConfigurationError, and KafkaUnavailable if no Kafka is known."""
    names = Counter(feed.name for feed in live)
    if twice := [name for name, times in names.items() if times > 1]:
        raise ConfigurationError(f"two live feeds are called {twice[0]!r}")
    for feed in live:
        if feed.format != "auto":
            format_named(feed.format)
    delivery = SharedSender(locate_kafka(settings))
    feed_state = FeedState(settings.data_dir)
    registry = CollectorRegistry()
    registry.register(FeedMetrics(live, feed_state))
    ProcessCollector(registry=registry)
    port = settings.monitor.port and settings.monitor.port + len(topics.STAGES)
    stop: Callable[[], None] | None = None
    if not once:
        serve(settings.monitor.host, port, registry)
        with suppress(ElasticsearchUnavailable):
            records = FeedRecords(live, feed_state, lambda: names)
            where = locate_elasticsearch(settings)
            stop = recording.start([recording.Process("feeds"), records], where, settings.monitor)
    messages.print(f"{len(live)} live feeds: {', '.join(names)}")
    running = LiveFeeds(feed_state, settings.feed.max_item_bytes, _delivering(delivery), _searchable(settings))
    try:
        asyncio.run(_until_signal(running, live, once))
    finally:
        if stop:
            stop()
        delivery.close()
        feed_state.close()


async def _until_signal(running: LiveFeeds, live: Sequence[LiveFeed], once: bool) -> None:
    task = asyncio.current_task()
    assert task
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await running.run(live, once)


def _delivering(delivery: SharedSender) -> Deliver:
    def deliver(feed: str, items: Sequence[Item]) -> None:
        def send(sender: Sender) -> None:
            for item in items:
                _send(sender, feed, item)

        delivery.deliver(send)

    return deliver


def _send(sender: Sender, feed: str, item: Item) -> None:
    if isinstance(item, Rejected):
        now = datetime.now(UTC).isoformat()
        about = {"uri": item.where, "source": feed, "feed": feed, "format": "auto", "received-at": now}
        dead_letters.write(sender, _letter(item.where), item.value, item.error, item.reason, about)
        return
    try:
        sender.send(item.topic, item.uri.encode(), item.value, item.headers.pairs())
    except TooLarge as error:
        about = {name: value.decode() for name, value in item.headers.pairs()}
        dead_letters.write(sender, _letter(item.uri), item.value[:65_536], "TooLarge", str(error), about)


def _letter(where: str) -> str:
    """Return the dead letter's id; an item rejected at the same place again replaces it."""
    return f"feed-{sha256(where.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _searchable(settings: Settings) -> Searchable | None:
    """Return a function that checks whether a story is searchable, if there is an Elasticsearch."""
    try:
        client = connect(locate_elasticsearch(settings))
    except ElasticsearchUnavailable:
        return None
    return lambda uri: story(client, uri) is not None


def feeds_for(words: Sequence[str], format: str, source: str | None, captions: bool = False) -> list[LiveFeed]:
    """Return live feeds for the folders and addresses named on the command line.

    Raises ConfigurationError for a word that is neither.
    """
    found = []
    what = {"format": format, "source": source, "captions": captions}
    for word in words:
        if word.lower().startswith(("http://", "https://")):
            found.append(LiveFeed.model_validate({"name": _name(word), "url": word, "every": 60, **what}))
        elif Path(word).is_dir():
            found.append(LiveFeed.model_validate({"name": _name(word), "folder": Path(word), **what}))
        else:
            raise ConfigurationError(f"--follow takes folders and addresses; {word} is neither")
    return found


def _name(word: str) -> str:
    """Return a name for a source on the command line that is the same next time."""
    place = word if "://" in word else str(Path(word).absolute())
    return "".join(character if character.isalnum() or character in ".-" else "_" for character in place)[-64:]
