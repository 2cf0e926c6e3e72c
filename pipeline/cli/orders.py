"""``wire kill`` and ``wire release``: carry out by hand what agencies order in words."""

import asyncio
import json
from typing import Annotated

import typer

from pipeline.cli.console import messages, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, KafkaOption, connected
from pipeline.ops import orders


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(kill)
    app.command()(release)


def kill(
    uri: Annotated[str | None, typer.Argument(metavar="URI", help="The story to remove.", show_default=False)] = None,
    order: Annotated[
        str | None,
        typer.Option("--order", metavar="URI", help="The order that this carries out; alone: the order to dismiss."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the story's history.")] = "",
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Remove a story with its quotes and events from every index; only a later version brings it back.

    `wire status` lists the orders of agencies that wire could not carry out by itself.

    [dim]wire kill urn:agency:2026:1 --order urn:agency:2026:7  ·  wire kill --order urn:agency:2026:7[/]
    """
    if uri is None and order is None:
        raise typer.BadParameter("name the story to remove, or the order to dismiss (--order)")
    _, servers = connected(kafka, elasticsearch, data_dir)
    if uri is not None:
        asyncio.run(orders.kill(servers, uri, reason))
    if order is not None:
        asyncio.run(orders.dismiss(servers, order))
    if as_json:
        print_json(json.dumps({name: value for name, value in (("killed", uri), ("settled", order)) if value}))
    else:
        messages.print(f"{uri} leaves the indices in a moment" if uri else f"{order} is off the list")


def release(
    uri: Annotated[str, typer.Argument(metavar="URI", help="The story that its own words hold.")],
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show a story whose own words hold it, with no time that could be read.

    [dim]wire release urn:agency:2026:1[/]
    """
    _, servers = connected(kafka, elasticsearch, data_dir)
    asyncio.run(orders.release(servers, uri))
    if as_json:
        print_json(json.dumps({"released": uri}))
    else:
        messages.print(f"{uri} can be found in a moment")
