"""``wire status``: show servers, consumer lag, counts and dead letters."""

import json
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from pipeline import topics
from pipeline.cli.console import output, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, KafkaOption, connected
from pipeline.cli.rendering import shown
from pipeline.ops.status import Status


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show servers, the lag of each stage and what it waits for, counts, dead letters, and each feed's freshness.

    The exit code is 3 if a server is unavailable or cannot be written to.

    [dim]wire status  ·  wire status --json | jq .lag[/]
    """
    settings, servers = connected(kafka, elasticsearch, data_dir)
    state = Status(settings, servers).gather()
    print_json(json.dumps(state)) if as_json else _show(state)
    if {state["kafka"]["state"], state["elasticsearch"]["state"]} != {"up"}:
        raise typer.Exit(3)


def _show(state: dict[str, Any]) -> None:
    _show_servers(state)
    if state["pages"]:
        output.print(f"pages          {state['pages']}")
    numbers = Table.grid(padding=(0, 2))
    for stage in topics.STAGES if "lag" in state else ():
        behind = state["lag"][stage]
        numbers.add_row(stage, f"[{'green' if not behind else 'yellow'}]{behind:,} waiting[/]")
    for name in ("stories", "quotes"):
        if name in state:
            numbers.add_row(name, f"{state[name]:,}")
    if "dead" in state:
        numbers.add_row("dead letters", f"[{'red' if state['dead'] else 'green'}]{state['dead']:,}[/]")
    if state.get("oldest"):
        numbers.add_row("oldest waiting", f"{state['oldest']['seconds']:g} s, at {state['oldest']['stage']}")
    output.print(numbers)
    for each in state.get("shared_uris", ()):
        stories = "1 story" if each["stories"] == 1 else f"{each['stories']:,} stories"
        text = f"{each['source']} sent different stories under one uri, such as {each['uri']}; {stories} kept apart"
        output.print(f"[yellow]{escape(shown(text))}[/]", soft_wrap=True)
    for each in state.get("orders", ()):
        words = " ".join(filter(None, (each["headline"], each["text"])))
        text = f"{each['kind']} ordered by {each['sender']}: {' '.join(words.split())[:160]} ({each['command']})"
        output.print(f"[yellow]{escape(shown(text))}[/]", soft_wrap=True)
    if state["feeds"]:
        output.print(_fresh(state["feeds"]))


def _show_servers(state: dict[str, Any]) -> None:
    table = Table.grid(padding=(0, 2))
    for name in ("kafka", "elasticsearch"):
        server = state[name]
        colour = "green" if server["state"] == "up" else "red"
        kind = " (local)" if server["local"] else ""
        table.add_row(name, f"[{colour}]{server['state']}[/]", server["address"] + kind)
    output.print(table)
    for reason in (state[name]["reason"] for name in ("kafka", "elasticsearch") if "reason" in state[name]):
        output.print(f"[red]{escape(reason)}[/]", soft_wrap=True)
    for stage, why in state.get("waiting", {}).items():
        output.print(f"[yellow]{stage} waits: {escape(why)}[/]", soft_wrap=True)


def _fresh(feeds: list[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("feed", "items", "last", "usual interval", "searchable after", ""):
        table.add_column(heading)
    for feed in feeds:
        wrong = f"[red]{escape(feed['error'])} ({feed['failures']}×)[/]" if "error" in feed else ""
        table.add_row(
            feed["name"],
            f"{feed['items']:,}",
            feed.get("last", "never")[:19],
            _duration(feed.get("pace")),
            _duration(feed.get("searchable")),
            wrong or ("[red]silent[/]" if feed["silent"] else "[green]fresh[/]" if feed["items"] else ""),
        )
    return table


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
