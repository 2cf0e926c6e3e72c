"""``wire separate``: keep a story beside the update that has replaced it."""

import asyncio
import json
from typing import Annotated

import typer

from pipeline.cli.console import messages, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, KafkaOption, connected
from pipeline.ops.separate import set_separate


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(separate)


def separate(
    uri: Annotated[
        str, typer.Argument(metavar="URI", help="The uri of the replaced story; the page of its update lists it.")
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Let its update replace it again.")] = False,
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a story beside the update that has replaced it, because both are stories of their own.

    [dim]wire separate urn:agency:2024:1  ·  wire separate urn:agency:2024:1 --undo[/]
    """
    _, servers = connected(kafka, elasticsearch, data_dir)
    asyncio.run(set_separate(servers, uri, is_separate=not undo))
    if as_json:
        print_json(json.dumps({"uri": uri, "separate": not undo}))
    else:
        messages.print(f"{uri} {'is replaced by its update again' if undo else 'stands beside its update'} in a moment")
