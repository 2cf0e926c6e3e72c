"""``wire demo``: feed sample stories."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from pipeline import demo as sample
from pipeline.cli.feed import send
from pipeline.cli.options import DataDirOption, KafkaOption
from pipeline.feeds import ItemReader
from pipeline.kafka.sender import Sender
from pipeline.locate import locate_kafka
from pipeline.settings import load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(kafka: KafkaOption = None, data_dir: DataDirOption = None) -> None:
    """Feed sample stories of invented agencies, dated over the last three days up to now.

    Among them are updates, copies, corrections, kills and embargoes. A second run on the same day sends later
    versions of the same stories.

    [dim]wire demo  ·  wire up --demo  ·  make run DEMO=1[/]
    """
    settings = load(kafka=kafka, data_dir=data_dir)
    sender = Sender(locate_kafka(settings))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "demo.jsonl"
        lines = (json.dumps(each, ensure_ascii=False) for each in sample.stories(datetime.now(UTC)))
        file.write_text("\n".join(lines), encoding="utf-8")
        send([str(file)], ItemReader(settings.feed.max_item_bytes, "jsonl"), sender, None)
    sys.stdout.write(f"{sender.acknowledged} sample stories acknowledged\n")
