"""``wire trace``: show a story's way through the pipeline."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from pipeline import topics
from pipeline.cli.console import output, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, KafkaOption, connected
from pipeline.desk.store import read_one
from pipeline.elasticsearch.client import connect
from pipeline.locate import Servers
from pipeline.ops import dead_letters
from pipeline.search.stories import story

_RELATED = ("copyof", "variantof", "updateof")
_LABELS = {
    "received": "received",
    **{
        stage.reads.rpartition(".")[2]: f"on {stage.reads}: {stage.awaits}"
        for stage in topics.STAGES.values()
        if stage.reads in topics.STORY_TOPICS
    },
    "indexed": "indexed; searchable within a second",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(trace)


def trace(
    uri: Annotated[str, typer.Argument(metavar="URI", help="The story's uri, as searches show it.")],
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show when a story's newest version passed each stage, and how long each took; or where it ended instead.

    The exit code is 1 if the story is unknown.

    [dim]wire trace urn:agency:2024:1  ·  wire trace upi-putin-xi.txt --json[/]
    """
    _, servers = connected(kafka, elasticsearch, data_dir)
    found = gather(servers, uri)
    print_json(json.dumps(found, ensure_ascii=False)) if as_json else _show(found)
    if found["state"] == "unknown":
        raise typer.Exit(1)


def gather(servers: Servers, uri: str) -> dict[str, Any]:
    """Return ``state``, ``times`` by place, and the dead letters of this uri.

    ``state`` is searchable (with ``copyof``, ``variantof`` or ``updateof``, if it is one), embargoed, withheld,
    canceled, waiting (the desk has passed it on), dead, or unknown. Raises KafkaUnavailable, ElasticsearchUnavailable.
    """
    client = connect(servers.elasticsearch)
    with client:
        indexed = story(client, uri)
        record = read_one(client, uri)
    dead = [
        {name: getattr(letter.failure, name) for name in ("stage", "error", "detail")} | {"id": letter.id}
        for letter in dead_letters.unresolved(servers.kafka)
        if letter.header("uri") == uri
    ]
    found: dict[str, Any] = {"uri": uri, "state": "unknown"}
    if indexed:
        times = {"received": indexed["source"]["receivedat"], **indexed.get("trace", {})}
        related = {name: indexed[name] for name in _RELATED if name in indexed}
        found |= {"state": "searchable", "version": indexed["version"], **related, "times": times}
    elif record:
        waits = record.embargoed is not None and record.embargoed > datetime.now(UTC)
        state = "embargoed" if waits else "waiting"
        known = record.model_dump(mode="json", include={"version", "embargoed"})
        found |= {"state": state if record.pubstatus == "usable" else record.pubstatus, **known}
    elif dead:
        found["state"] = "dead"
    return found | ({"dead": dead} if dead else {})


def _show(found: dict[str, Any]) -> None:
    about = {name: found[name] for name in ("version", "embargoed", *_RELATED) if found.get(name)}
    text = ", ".join(f"{name} {value}" for name, value in about.items())
    output.print(f"{escape(found['uri'])}  [bold]{found['state']}[/]  {escape(text)}", soft_wrap=True)
    table = Table.grid(padding=(0, 3))
    before: datetime | None = None
    for name, words in _LABELS.items():
        if name in found.get("times", {}):
            at = datetime.fromisoformat(found["times"][name])
            passed = f"+{max(0.0, (at - before).total_seconds()):.3f} s" if before else ""
            table.add_row(f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-3], passed, f"[dim]{words}[/]")
            before = at
    if before:
        output.print(table)
    for letter in found.get("dead", ()):
        text = f"{letter['stage']}: {letter['error']}: {letter['detail']}"
        output.print(f"[red]dead letter {escape(letter['id'])}[/] {escape(text)}", soft_wrap=True)
