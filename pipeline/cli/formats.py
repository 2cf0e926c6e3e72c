"""``wire formats``: list the formats, and try a description on samples."""

import json
from collections.abc import Iterator
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from pipeline import formats, settings
from pipeline.cli.console import output, print_error, print_json
from pipeline.cli.options import JsonOption
from pipeline.errors import PermanentError, TooLarge
from pipeline.formats.described import DESCRIBED
from pipeline.formats.described.described_format import DescribedFormat, Finding
from pipeline.formats.described.description import load
from pipeline.subject import Subject

_NEEDED = ("uri", "versioncreated", "headline", "body")
_SHOWN = 90


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="List the formats, and try descriptions of new ones.")
    group.command()(check)
    group.command("list")(list_formats)
    app.add_typer(group, name="formats")


def list_formats(as_json: JsonOption = False) -> None:
    """List the formats in the order of recognition; with --json, one object per line.

    [dim]wire formats list[/]
    """
    described = DESCRIBED.formats()
    rows = [
        {"name": name, "content_type": each.content_type, "by": "description" if name in described else "code"}
        for name, each in formats.known_formats().items()
    ]
    if as_json:
        for row in rows:
            print_json(json.dumps(row))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("name", "content type", "by"):
        table.add_column(column)
    for row in rows:
        table.add_row(*row.values())
    output.print(table)


def check(
    description: Annotated[
        Path, typer.Argument(metavar="FILE.toml", help="The description of a format.", exists=True, dir_okay=False)
    ],
    samples: Annotated[
        list[Path], typer.Argument(metavar="SAMPLE…", help="Files of that format.", exists=True, dir_okay=False)
    ],
    as_json: JsonOption = False,
) -> None:
    """Show field by field what a description finds in samples, and what is missing. Needs no server.

    The exit code is 1 if a sample is not recognised or lacks a uri, a time, a headline or a body.

    [dim]wire formats check configs/formats/ap-media-api.toml sample.json[/]
    """
    described = DescribedFormat(load(description))
    limit = settings.load().feed.max_item_bytes
    complete = True
    for sample in samples:
        for number, item in enumerate(_items(described, sample, limit), 1):
            where = f"{sample}, item {number}"
            if isinstance(item, PermanentError):
                complete = False
                print_error(f"{where}: {item}")
                continue
            found = {field: each for field, each in item.items() if each is not None}
            missing = [field for field in item if item[field] is None]
            wanted = [field for field in _NEEDED if field not in found]
            complete = complete and not wanted
            if as_json:
                print_json(json.dumps(_as_json(where, found, missing, wanted), ensure_ascii=False))
            else:
                _show(where, found, missing, wanted)
    raise typer.Exit(not complete)


def _items(
    described: DescribedFormat, sample: Path, limit: int
) -> Iterator[dict[str, Finding | None] | PermanentError]:
    """Yield what is found in each item of a sample, or why it cannot be read."""
    head = sample.read_bytes()[: formats.SNIFFED_BYTES].lstrip()
    if not described.recognises(head, sample.name):
        yield PermanentError("not recognised: see [recognise] in the description")
        return
    with BufferedReader(sample.open("rb", buffering=0)) as stream:
        for item in described.split(stream, limit):
            if isinstance(item, TooLarge):
                yield item
                continue
            try:
                yield described.findings(item)
            except PermanentError as error:
                yield error


def _show(where: str, found: dict[str, Finding], missing: list[str], wanted: list[str]) -> None:
    output.print(f"[bold]{escape(where)}[/]")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("field", "value", "path"):
        table.add_column(column, overflow="fold")
    for field, each in found.items():
        table.add_row(field, escape(_shortened(each.value)), f"[dim]{escape(each.path)}[/]")
    output.print(table)
    if missing:
        output.print(f"[dim]nothing found for {', '.join(missing)}[/]")
    if wanted:
        output.print(f"[red]a story needs {', '.join(wanted)}[/]")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, Subject):
        return " ".join(filter(None, (value.name, f"({value.code})" if value.code else None)))
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _shortened(value: Any) -> str:
    text = " ".join(_text(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"


def _as_json(where: str, found: dict[str, Finding], missing: list[str], wanted: list[str]) -> dict[str, Any]:
    fields = {field: {"value": _text(each.value), "path": each.path} for field, each in found.items()}
    return {"item": where, "fields": fields, "missing": missing, "needed": wanted}
