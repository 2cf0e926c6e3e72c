"""``wire status``: show whether all is well, servers, consumer lag, counts, processes, feeds and the last day."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from pipeline import topics
from pipeline.cli.console import output, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, KafkaOption, connected
from pipeline.cli.rendering import shown
from pipeline.errors import ConfigurationError, ElasticsearchUnavailable
from pipeline.ops.history import History
from pipeline.ops.status import Status

_EVERY = 2.0
_BARS = "▁▂▃▄▅▆▇█"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(
    as_json: JsonOption = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the status anew every two seconds until Ctrl-C.")
    ] = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show whether all is well, servers, the lag of each stage, counts, processes, feeds, and the last 24 hours.

    What needs attention comes first, with what to do. The exit code is 3 if a server is unavailable or cannot be
    written to.

    [dim]wire status  ·  wire status --watch  ·  wire status --json | jq .lag[/]
    """
    if watch and as_json:
        raise ConfigurationError("--watch is for people; repeat `wire status --json` instead")
    settings, servers = connected(kafka, elasticsearch, data_dir)
    asked = Status(settings, servers)
    if watch:
        _watch(asked)
        return
    state = asked.gather()
    print_json(json.dumps(state)) if as_json else output.print(_shown(state, _past(asked)), soft_wrap=True)
    if {state["kafka"]["state"], state["elasticsearch"]["state"]} != {"up"}:
        raise typer.Exit(3)


def _watch(asked: Status) -> None:
    with suppress(KeyboardInterrupt), Live(console=output, screen=output.is_terminal, auto_refresh=False) as live:
        while True:
            live.update(_shown(asked.gather(), _past(asked)), refresh=True)
            time.sleep(_EVERY)


def _past(asked: Status) -> History | None:
    try:
        return asked.history()
    except ElasticsearchUnavailable:
        return None


def _shown(state: dict[str, Any], past: History | None) -> Group:
    parts: list[RenderableType] = [_verdict(state), _servers(state)]
    if state["pages"]:
        parts.append(f"pages          {state['pages']}")
    parts.append(_numbers(state))
    for each in state.get("shared_uris", ()):
        stories = "1 story" if each["stories"] == 1 else f"{each['stories']:,} stories"
        text = f"{each['source']} sent different stories under one uri, such as {each['uri']}; {stories} kept apart"
        parts.append(f"[yellow]{escape(shown(text))}[/]")
    for each in state.get("orders", ()):
        words = " ".join(filter(None, (each["headline"], each["text"])))
        text = f"{each['kind']} ordered by {each['sender']}: {' '.join(words.split())[:160]} ({each['command']})"
        parts.append(f"[yellow]{escape(shown(text))}[/]")
    if state.get("processes"):
        parts.append(_processes(state["processes"]))
    if state["feeds"]:
        parts.append(_fresh(state["feeds"]))
    if past and past.series:
        parts.append(_day(past))
    return Group(*parts)


def _verdict(state: dict[str, Any]) -> str:
    colour = "yellow" if state["problems"] else "green"
    verdict = f"[bold {colour}]{escape(shown(state['verdict']))}[/]"
    if len(state["problems"]) == 1:
        return f"{verdict} {escape(shown(state['problems'][0]['todo']))}"
    found = (
        f"[{colour}]•[/] {escape(shown(each['what']))}. [dim]{escape(shown(each['todo']))}[/]"
        for each in state["problems"]
    )
    return "\n".join((verdict, *found))


def _numbers(state: dict[str, Any]) -> Table:
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
    return numbers


def _processes(processes: list[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("stage", "process", "events/s", "p50", "p99", "memory", "last report"):
        table.add_column(heading)
    for each in processes:
        seconds = each.get("story_seconds", {})
        rate = each.get("events_per_second")
        table.add_row(
            each["stage"],
            each["process"],
            "" if rate is None else f"{rate:.1f}",
            _duration(seconds.get("p50")),
            _duration(seconds.get("p99")),
            f"{each['resident_bytes'] / 1e6:.0f} MB",
            each["@timestamp"][:19],
        )
    return table


def _day(past: History) -> Table:
    """Return the last 24 hours as bars, an hour each, with the last and the highest value."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("last 24 h", "", "", "last", "highest", ""):
        table.add_column(heading)
    for each in past.series:
        known = [value for value in each.values if value is not None]
        if any(known):
            table.add_row(each.of, each.name, _bars(each.values), f"{known[-1]:.3g}", f"{max(known):.3g}", each.unit)
    return table


def _bars(values: Sequence[float | None]) -> str:
    pairs = [[value for value in pair if value is not None] for pair in zip(values[::2], values[1::2], strict=True)]
    hours = [max(pair, default=None) for pair in pairs]
    most = max((value for value in hours if value is not None), default=0.0) or 1.0
    return "".join(" " if value is None else _BARS[round(value / most * (len(_BARS) - 1))] for value in hours)


def _servers(state: dict[str, Any]) -> Group:
    table = Table.grid(padding=(0, 2))
    for name in ("kafka", "elasticsearch"):
        server = state[name]
        colour = "green" if server["state"] == "up" else "red"
        kind = " (local)" if server["local"] else ""
        table.add_row(name, f"[{colour}]{server['state']}[/]", server["address"] + kind)
    reasons = [state[name]["reason"] for name in ("kafka", "elasticsearch") if "reason" in state[name]]
    waits = [f"[yellow]{stage} waits: {escape(why)}[/]" for stage, why in state.get("waiting", {}).items()]
    return Group(table, *(f"[red]{escape(reason)}[/]" for reason in reasons), *waits)


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
