"""``wire feed``: send items to Kafka."""

import sys
import time
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline import feeds
from pipeline.cli.console import messages, print_error, set_up_logging
from pipeline.cli.feeds import feeds_for, run
from pipeline.cli.offline import CaptionsOption, FormatOption, PublishedOption, SourceOption, item_reader
from pipeline.cli.options import DataDirOption, KafkaOption
from pipeline.errors import KafkaUnavailable, TooLarge
from pipeline.feeds import ItemReader, Rejected, files
from pipeline.kafka.sender import Sender
from pipeline.locate import locate_kafka
from pipeline.settings import load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(feed)


def feed(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE…", help="Files, folders, addresses, or - for standard input.")
    ],
    format: FormatOption = "auto",
    published: PublishedOption = None,
    source: SourceOption = None,
    captions: CaptionsOption = False,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Keep watching the folders and polling the addresses until told to stop."),
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="R", min=0.001, help="Send at most this many items per second.", show_default=False
        ),
    ] = None,
    kafka: KafkaOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Send items to Kafka. Return when all are acknowledged, and print how many.

    Items that cannot be read at all (empty, too large, unknown format) are rejected on standard error, and the exit
    code is then 1. Every other item becomes searchable, or appears in `wire dead list`.

    [dim]wire feed seeds/  ·  wire feed stories.jsonl --source AFP  ·  zcat dump.gz | wire feed -[/]
    [dim]wire feed https://example.org/rss.xml  ·  wire feed --follow /var/spool/agency[/]
    """
    settings = load(kafka=kafka, data_dir=data_dir)
    # Standard input is read until it ends anyway.
    if follow and sources != ["-"]:
        set_up_logging()
        run(settings, feeds_for(sources, format, source, captions))
        return
    what = item_reader(settings.feed.max_item_bytes, format, published, source, captions)
    sender = Sender(locate_kafka(settings))
    refused = 0
    try:
        refused = send(sources, what, sender, rate)
    except KafkaUnavailable as error:
        raise KafkaUnavailable(f"{error}; {sender.acknowledged} items were acknowledged before") from None
    finally:
        _say(sender.acknowledged, refused)
    sys.exit(refused > 0)


def send(sources: list[str], what: ItemReader, sender: Sender, rate: float | None) -> int:
    """Send every item, with a progress bar. Return how many were rejected. Raises KafkaUnavailable."""
    refused = 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[items]} acknowledged"),
        TimeElapsedColumn(),
    )
    total = None if any(feeds.is_endless(word) for word in sources) else files.size(sources)
    with Progress(*columns, console=messages, disable=not messages.is_terminal, transient=True) as progress:
        bar = progress.add_task("feeding", total=total, items=0)

        def acknowledged(size: int) -> None:
            progress.update(bar, advance=size, items=sender.acknowledged)

        sender.on_acknowledged = acknowledged
        with sender:
            pace = _Pace(rate)
            for item in feeds.read(sources, what):
                if isinstance(item, Rejected):
                    refused += 1
                    print_error(f"refused {item.where}: {item.reason}")
                    continue
                pace.wait()
                try:
                    sender.send(item.topic, item.uri.encode(), item.value, item.headers.pairs())
                except TooLarge as error:
                    refused += 1
                    print_error(f"refused {item.uri}: {error}")
            sender.finish()
    return refused


class _Pace:
    """Limit the rate to so many per second, evenly spaced."""

    def __init__(self, rate: float | None) -> None:
        self._pause = 1 / rate if rate else 0.0
        self._next = time.monotonic()

    def wait(self) -> None:
        if self._pause:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = max(self._next + self._pause, time.monotonic() - 1)


def _say(acknowledged: int, refused: int) -> None:
    items = "item" if acknowledged == 1 else "items"
    sys.stdout.write(f"{acknowledged} {items} acknowledged" + (f", {refused} refused" if refused else "") + "\n")
