"""``wire replay``: run stages again from what Kafka holds."""

import sys
from itertools import chain
from typing import Annotated

import typer
from rich.progress import track

from pipeline import topics
from pipeline.cli.console import messages
from pipeline.cli.options import DataDirOption, KafkaOption
from pipeline.envelope import Envelope
from pipeline.errors import ConfigurationError
from pipeline.kafka.reader import read
from pipeline.kafka.sender import Sender
from pipeline.locate import locate_kafka
from pipeline.search.times import parse_time
from pipeline.settings import load

_TOPICS = {name.removeprefix("wire."): name for name in topics.STORY_TOPICS}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    start: Annotated[
        str, typer.Option("--from", metavar="TOPIC", help="The topic to start from: raw, stories, edited or annotated.")
    ],
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="T", help="Only messages since this time: 2024-05-16, 24h, 7d …", show_default=False
        ),
    ] = None,
    kafka: KafkaOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Send what a topic holds through the following stages again. The index ends up the same as before.

    Urgent messages are read too, and wait with all others, so that news overtakes the replay.

    Use --from edited after a model update, --from annotated after losing an index.

    [dim]wire replay --from edited --since 7d[/]
    """
    if start not in _TOPICS:
        raise ConfigurationError(f"--from: {start!r} is none of {', '.join(_TOPICS)}")
    settings = load(kafka=kafka, data_dir=data_dir)
    broker, topic = locate_kafka(settings), _TOPICS[start]
    both = (topic, topics.twin_of(topic))
    held = chain.from_iterable(read(broker, each, parse_time(since) if since else None) for each in both)
    with Sender(broker) as sender:
        for message in track(held, "replaying", console=messages, disable=not messages.is_terminal, transient=True):
            if not _is_copy(message) and message.value is not None:
                sender.send(
                    topic, message.key or b"", message.value, [*message.pairs, ("replay-of", str(message.at).encode())]
                )
        sent = sender.finish()
    sys.stdout.write(f"{sent} messages of {topic} sent again\n")


def _is_copy(message: Envelope) -> bool:
    """Return whether the message is a replayed copy; its original is on the topic too, or too old."""
    original = message.headers.replay_of
    return original is not None and topics.routine(original.topic) == topics.routine(message.at.topic)
