"""``wire separate``, ``wire join`` and ``wire decisions``: say which stories belong together."""

import getpass
import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.console import messages, output, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, KafkaOption, connected, index_client
from pipeline.derive import decision_store
from pipeline.ops.decisions import decide

ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; otherwise your user name.", show_default=False)
]
WhyOption = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for those who read the decision later.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(separate)
    app.command()(join)
    app.command()(decisions)


def separate(
    uri: Annotated[str, typer.Argument(metavar="URI", help="The story; the page of its report lists it.")],
    undo: Annotated[bool, typer.Option("--undo", help="Let the texts decide again.")] = False,
    why: WhyOption = "",
    by: ByOption = None,
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Let a story stand alone, since it is no copy, variant or update of another.

    [dim]wire separate urn:agency:2024:1 --why 'another fire'  ·  wire separate urn:agency:2024:1 --undo[/]
    """
    _, servers = connected(kafka, elasticsearch, data_dir)
    decide(servers, "undo" if undo else "separate", uri, by or getpass.getuser(), why=why)
    if as_json:
        print_json(json.dumps({"uri": uri, "separate": not undo}))
    else:
        messages.print(f"{escape(uri)} {'goes where its text belongs' if undo else 'stands alone'} in a moment")


def join(
    uri: Annotated[str, typer.Argument(metavar="URI", help="The story.")],
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="The story that it belongs with.", show_default=False)
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let the texts decide again.")] = False,
    why: WhyOption = "",
    by: ByOption = None,
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Put two stories in one group, since they are the same report.

    The later one becomes a copy of the earlier one, or a variant if it says something else.

    [dim]wire join urn:agency:2024:1 urn:other:77  ·  wire join urn:agency:2024:1 --undo[/]
    """
    if (other is None) != undo:
        raise typer.BadParameter("name the other story, or undo what was decided (--undo)")
    _, servers = connected(kafka, elasticsearch, data_dir)
    decide(servers, "undo" if undo else "join", uri, by or getpass.getuser(), other=other, why=why)
    if as_json:
        print_json(json.dumps({"uri": uri, "joined": other}))
    else:
        what = "goes where its text belongs" if undo else f"belongs with {other}"
        messages.print(f"{escape(f'{uri} {what}')} in a moment")


def decisions(
    as_json: JsonOption = False,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List what people decided about stories, oldest first; with --json, one object per line.

    [dim]wire decisions  ·  wire decisions --json[/]
    """
    with index_client(elasticsearch, data_dir) as client:
        made = decision_store.read(client)
    if as_json:
        for each in made:
            print_json(each.model_dump_json())
        return
    table = Table("when", "who", "decision", "story", "with", "why", box=None, pad_edge=False)
    for each in made:
        at = each.at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(at, *map(escape, (each.by, each.decision, each.uri, each.other or "", each.why or "")))
    output.print(table if made else "[dim]no decisions[/]")
