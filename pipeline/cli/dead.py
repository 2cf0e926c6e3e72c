"""``wire dead``: show and replay dead letters."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.console import messages, output, print_error, print_json
from pipeline.cli.options import DataDirOption, JsonOption, KafkaOption
from pipeline.dead_letter import DeadLetter
from pipeline.errors import ConfigurationError
from pipeline.locate import locate_kafka
from pipeline.ops import dead_letters
from pipeline.settings import Kafka, load

IdsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="ID…", help="The ids, as `wire dead list` shows them.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All dead letters.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Manage dead letters: items that a stage gave up on, with the reason."
    )
    group.command("list")(list_dead_letters)
    group.command()(show)
    group.command()(replay)
    group.command()(drop)
    app.add_typer(group, name="dead")


def list_dead_letters(as_json: JsonOption = False, kafka: KafkaOption = None, data_dir: DataDirOption = None) -> None:
    """List the dead letters, oldest first; with --json, one object per line.

    [dim]wire dead list[/]
    """
    _, found = _letters(kafka, data_dir)
    if as_json:
        for letter in found:
            print_json(json.dumps(letter.as_json, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("id", "stage", "uri", "bytes", "error", "detail"):
        table.add_column(column, overflow="fold")
    for letter in found:
        about = letter.as_json
        table.add_row(*(str(about[name]) for name in ("id", "stage", "uri", "bytes", "error", "detail")))
    if found:
        output.print(table)
    output.print(f"[dim]{len(found)} dead {'letter' if len(found) == 1 else 'letters'}[/]")


def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id, as `wire dead list` shows it.")],
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Print a dead letter's original bytes unchanged, and its reason on standard error.

    [dim]wire dead show parse-2-15 > item.json[/]
    """
    broker, found = _letters(kafka, data_dir)
    (letter,) = _named([id], found)
    value = dead_letters.load_items(broker, [letter]).get(id)
    if value is None:
        raise ConfigurationError(f"the bytes of {id} have expired")
    if as_json:
        text = value.decode("utf-8", "backslashreplace")
        print_json(json.dumps({**letter.as_json, "value": text}, ensure_ascii=False))
        return
    for name, text in letter.as_json.items():
        messages.print(f"[dim]{name}[/] {escape(str(text))}", markup=True)
    sys.stdout.buffer.write(value)


def replay(
    ids: IdsArgument = None, everything: AllOption = False, kafka: KafkaOption = None, data_dir: DataDirOption = None
) -> None:
    """Send dead letters through the pipeline again, with their original bytes, and take them off the list.

    [dim]wire dead replay parse-2-15  ·  wire dead replay --all[/]
    """
    _resolve(ids, everything, kafka, data_dir, again=True)


def drop(
    ids: IdsArgument = None, everything: AllOption = False, kafka: KafkaOption = None, data_dir: DataDirOption = None
) -> None:
    """Take dead letters off the list for good.

    [dim]wire dead drop parse-2-15[/]
    """
    _resolve(ids, everything, kafka, data_dir, again=False)


def _resolve(ids: list[str] | None, everything: bool, kafka: str | None, data_dir: Any, again: bool) -> None:
    broker, found = _letters(kafka, data_dir)
    if not ids and not everything:
        raise ConfigurationError("name the letters, or give --all")
    chosen = found if everything else _named(ids or [], found)
    done = dead_letters.resolve(broker, chosen, again=again)
    sys.stdout.write(f"{done} {'replayed' if again else 'dropped'}\n")
    if done < len(chosen):
        print_error(f"{len(chosen) - done} not replayed: their bytes have expired")
        raise typer.Exit(1)


def _letters(kafka: str | None, data_dir: Any) -> tuple[Kafka, list[DeadLetter]]:
    broker = locate_kafka(load(kafka=kafka, data_dir=data_dir))
    return broker, dead_letters.unresolved(broker)


def _named(ids: list[str], found: list[DeadLetter]) -> list[DeadLetter]:
    known = {letter.id: letter for letter in found}
    if unknown := [id for id in ids if id not in known]:
        raise ConfigurationError(f"no dead letter {unknown[0]!r}; see `wire dead list`")
    return [known[id] for id in ids]
