"""``wire tail``: follow what is being indexed."""

import json

import typer

from pipeline import topics
from pipeline.cli.console import messages, output, print_json
from pipeline.cli.options import DataDirOption, JsonOption, KafkaOption
from pipeline.cli.rendering import show_story
from pipeline.kafka.reader import follow
from pipeline.locate import locate_kafka
from pipeline.settings import load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(tail)


def tail(as_json: JsonOption = False, kafka: KafkaOption = None, data_dir: DataDirOption = None) -> None:
    """Print each story as the language pass finishes it, until Ctrl-C.

    [dim]wire tail  ·  wire tail --json | jq -r '.quotes[] | .speaker.name + ": " + .text'[/]
    """
    servers = locate_kafka(load(kafka=kafka, data_dir=data_dir))
    messages.print("[dim]following; Ctrl-C ends[/]")
    try:
        for message in follow(servers, *topics.INDEX.inputs):
            if message.value is None:
                continue
            text = message.value.decode()
            if as_json:
                print_json(text)
            else:
                show_story(_with_names(json.loads(text)), quotes=True)
                output.print()
    except KeyboardInterrupt:
        return


def _with_names(story: dict) -> dict:  # type: ignore[type-arg]
    people = [entity["name"] for entity in story["entities"] if entity["type"] == "PERSON"]
    return {**story, "people": people}
