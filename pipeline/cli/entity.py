"""``wire entity``: list and correct which names mean one person, organization or place."""

import getpass
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.console import messages, output, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, index_client
from pipeline.identity.corrections import Correction
from pipeline.identity.indexed import correcting
from pipeline.identity.things import Thing, ThingKind

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A name as stories have it, or a key.")]
TypeOption = Annotated[
    ThingKind | None,
    typer.Option("--type", help="Which of several things with this name.", show_default=False),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="WHO", help="Who decides; this machine's user if not set.", show_default=False),
]
_MOST_ALIASES = 8


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="List and correct which names mean one person, organization or place."
    )
    group.command("list")(list_entities)
    group.command()(merge)
    group.command()(split)
    group.command()(rename)
    app.add_typer(group, name="entity")


def list_entities(
    beginning: Annotated[
        str, typer.Argument(metavar="BEGINNING", help="Only those with a name whose words begin so.")
    ] = "",
    type: TypeOption = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="List what people corrected, with who and when.")
    ] = False,
    size: Annotated[int, typer.Option("--size", min=1, help="How many to list.")] = 20,
    as_json: JsonOption = False,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List what stories name, each thing once with all of its names; with --json, one object per line.

    [dim]wire entity list clinton  ·  wire entity list --type person --size 50  ·  wire entity list --corrections[/]
    """
    with index_client(elasticsearch, data_dir) as client:
        if corrections:
            _show_corrections(correcting.read_corrections(client), as_json=as_json)
            return
        wanted = correcting.list_things(client, beginning, type)[:size]
    if as_json:
        for thing in wanted:
            print_json(json.dumps(asdict(thing), ensure_ascii=False))
        return
    output.print(_table(wanted) if wanted else "[dim]no names[/]")


def merge(
    name: NameArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The thing that it means.")],
    type: TypeOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Let a name mean another thing in all stories.

    [dim]wire entity merge Kadhafi 'Muammar Gaddafi'  ·  wire entity merge 'clinton' 'Hillary Clinton'[/]
    """
    with index_client(elasticsearch, data_dir) as client:
        made = correcting.merge(client, name, into, type, by or getpass.getuser())
    _confirm(made, f"{name} means {made.name}", as_json=as_json)


def split(
    name: NameArgument,
    type: TypeOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Let a name mean nothing but what its own story says; this undoes a merge too.

    [dim]wire entity split Clinton --type person[/]
    """
    with index_client(elasticsearch, data_dir) as client:
        made = correcting.split(client, name, type, by or getpass.getuser())
    _confirm(made, f"{name} stands for itself", as_json=as_json)


def rename(
    name: NameArgument,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name that lists shall show.")],
    type: TypeOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """List a thing under another name.

    [dim]wire entity rename 'George Bush' 'George W. Bush'[/]
    """
    with index_client(elasticsearch, data_dir) as client:
        made = correcting.rename(client, name, new, type, by or getpass.getuser())
    _confirm(made, f"{name} is listed as {made.name}", as_json=as_json)


def _confirm(made: Correction, text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(made.model_dump_json())
    else:
        messages.print(f"{escape(text)}; the stories follow within seconds")


def _table(found: list[Thing]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column, justify in (("stories", "right"), ("type", "left"), ("name", "left"), ("also", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for thing in found:
        others = dict.fromkeys(alias.name for alias in thing.aliases if alias.name != thing.name)
        also = ", ".join([*others][:_MOST_ALIASES]) + (" …" if len(others) > _MOST_ALIASES else "")
        table.add_row(f"{thing.stories:,}", thing.kind, f"[bold]{escape(thing.name)}[/]", escape(also))
    return table


def _show_corrections(made: list[Correction], *, as_json: bool) -> None:
    if as_json:
        for each in made:
            print_json(each.model_dump_json())
        return
    table = Table("when", "who", "correction", "name", "to", box=None, pad_edge=False)
    for each in made:
        at = each.at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(at, escape(each.by), each.correction, escape(each.key), escape(each.name or ""))
    output.print(table if made else "[dim]no corrections[/]")
