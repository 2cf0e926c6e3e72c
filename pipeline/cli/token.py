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


def add(
    name: _NameArgument,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="A source that it may speak for; may be repeated."),
    ] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Create a token and print it. It is shown only once, since only its digest is stored.

    With --source its items are those of that source, whatever they say, and it can push for no other. Without, they
    belong to NAME: it can replace or kill only what came with this token.

    [dim]wire token add ap --source AP[/]
    [dim]TOKEN=$(wire token add desk)[/]
    [dim]curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: text/xml" -d @a.xml localhost:8080/ingest[/]
    """
    token = tokens.add(load(data_dir=data_dir).data_dir, name, tuple(source or ()))
    sys.stdout.write(f"{token}\n")
    messages.print(f"{name} may push with it from now on; it is not kept and cannot be shown again")


def list_(as_json: JsonOption = False, data_dir: DataDirOption = None) -> None:
    """List the names of the senders, and the sources that their tokens are bound to.

    [dim]wire token list  ·  wire token list --json[/]
    """
    settings = load(data_dir=data_dir)
    bound = {name: token.sources for name, token in tokens.load(settings.data_dir).items()}
    senders = sorted((dict.fromkeys(settings.push.tokens, ()) | bound).items())
    if as_json:
        print_json(json.dumps([{"name": name, "sources": sources} for name, sources in senders]))
    else:
        sys.stdout.write("".join(f"{name}{_bound(sources)}\n" for name, sources in senders))


def remove(name: _NameArgument, data_dir: DataDirOption = None) -> None:
    """Revoke a sender's token, at once.

    [dim]wire token remove desk[/]
    """
    tokens.remove(load(data_dir=data_dir).data_dir, name)


def _bound(sources: tuple[str, ...]) -> str:
    return f"  speaks for {', '.join(sources)}" if sources else ""
