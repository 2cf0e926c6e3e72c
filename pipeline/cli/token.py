"""``wire token``: manage who may push to /ingest."""

import json
import sys
from typing import Annotated

import typer

from pipeline.cli.console import messages, print_json
from pipeline.cli.options import DataDirOption, JsonOption
from pipeline.ops import tokens
from pipeline.settings import load

_NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The sender's name, which is also the feed of its items.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(name="token", help="Manage the tokens for POST /ingest.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_)
    group.command("remove")(remove)
    app.add_typer(group)


def add(name: _NameArgument, data_dir: DataDirOption = None) -> None:
    """Create a token and print it. It is shown only once, since only its digest is stored.

    [dim]TOKEN=$(wire token add desk)[/]
    [dim]curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: text/xml" -d @a.xml localhost:8080/ingest[/]
    """
    token = tokens.add(load(data_dir=data_dir).data_dir, name)
    sys.stdout.write(f"{token}\n")
    messages.print(f"{name} may push with it from now on; it is not kept and cannot be shown again")


def list_(as_json: JsonOption = False, data_dir: DataDirOption = None) -> None:
    """List the names of the senders.

    [dim]wire token list  ·  wire token list --json[/]
    """
    settings = load(data_dir=data_dir)
    names = sorted({**tokens.load(settings.data_dir), **settings.push.tokens})
    if as_json:
        print_json(json.dumps(names))
    else:
        sys.stdout.write("".join(f"{name}\n" for name in names))


def remove(name: _NameArgument, data_dir: DataDirOption = None) -> None:
    """Revoke a sender's token, at once.

    [dim]wire token remove desk[/]
    """
    tokens.remove(load(data_dir=data_dir).data_dir, name)
