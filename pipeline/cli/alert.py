"""``wire alert``: manage saved searches that notify."""

import asyncio
import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.alerts import delivery_log, saved_searches, webhook
from pipeline.alerts.delivery import Notifier
from pipeline.alerts.matching import trial
from pipeline.alerts.saved_searches import WEBHOOK, Alert
from pipeline.cli.console import messages, output, print_error, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, index_client
from pipeline.cli.rendering import shown
from pipeline.elasticsearch.client import connect
from pipeline.errors import ConfigurationError, DeliveryFailed
from pipeline.locate import locate_elasticsearch
from pipeline.settings import Alerts, load

_LOOK_BACK_DAYS = 30
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The alert's name, as `wire alert list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Manage alerts: saved searches that notify about new matches.")
    group.command()(add)
    group.command("list")(list_alerts)
    group.command("test")(send_test)
    group.command()(remove)
    app.add_typer(group, name="alert")


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The alert's name: letters, digits, . _ and -.")],
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="The search, with words and filters as for `wire search`.")
    ],
    quotes: Annotated[bool, typer.Option("--quotes", help="Match quotes instead of stories.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Match events instead of stories.")] = False,
    utterances: Annotated[
        bool, typer.Option("--utterances", help="Match quotes that word otherwise what another story quotes.")
    ] = False,
    to_webhook: Annotated[
        str | None,
        typer.Option("--webhook", metavar="URL", help="POST each match to this address.", show_default=False),
    ] = None,
    email: Annotated[
        list[str] | None,
        typer.Option(
            "--email", metavar="ADDRESS", help="Mail each match to this address; repeatable.", show_default=False
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the alert of this name.")] = False,
    as_json: JsonOption = False,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Save a search that notifies of new matches. They also go to the topic wire.alerts, the pages and an Atom feed.

    Says how many stories of the last 30 days it would have matched, so that one that matches nothing is noticed.

    [dim]wire alert add gas 'gas pipeline source:upi' --webhook https://example.org/hook[/]
    [dim]wire alert add xi 'speaker:"Xi Jinping"' --quotes --email desk@example.org[/]
    [dim]wire alert add reworded 'speaker:"Kofi Annan"' --utterances[/]
    [dim]wire alert add strikes 'type:assault country:UA' --events[/]
    """
    settings = load(elasticsearch=elasticsearch, data_dir=data_dir)
    watched = {"quotes": quotes, "events": events, "utterances": utterances}
    alert = saved_searches.new(name, query, **watched, webhook=to_webhook, email=tuple(email or ()))
    if alert.webhook and not settings.alerts.webhook_secret:
        print_error("what is posted is not signed (alerts.webhook_secret is not set here)")
    if alert.email and not settings.alerts.smtp_host:
        print_error("no mail server is configured here (alerts.smtp_host); the deliver worker needs one")
    with connect(locate_elasticsearch(settings)) as client:
        saved_searches.add(client, alert, overwrite=replace)
        matched = saved_searches.would_have_matched(client, alert, f"{_LOOK_BACK_DAYS}d")
    if as_json:
        print_json(json.dumps({"name": name, "matched": matched, "days": _LOOK_BACK_DAYS}))
        return
    would = f"of the last {_LOOK_BACK_DAYS} days it would have matched {alert.kind.counted(matched)}"
    messages.print(f"alert {name} watches from now on; {would}")


def list_alerts(
    as_json: JsonOption = False, elasticsearch: ElasticsearchOption = None, data_dir: DataDirOption = None
) -> None:
    """List the alerts, how many matches each has had, and when the last one came; with --json, one object per line.

    If that says something else than another agency's story before it, the list has what.

    [dim]wire alert list[/]
    """
    with index_client(elasticsearch, data_dir) as client:
        found = [(alert, *delivery_log.latest(client, alert.name, size=1)) for alert in saved_searches.load_all(client)]
    if as_json:
        for alert, total, newest in found:
            about = {**alert.model_dump(mode="json"), "matches": total}
            for match in newest:
                about |= {"last": match.at.isoformat()} | ({"differs": match.differs} if match.differs else {})
            print_json(json.dumps(about, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("name", "query", "notifies", "matches", "last"):
        table.add_column(column, overflow="fold")
    for alert, total, newest in found:
        query = f"{alert.query} ({alert.kind.alias})" if alert.of_parts else alert.query
        last = f"{newest[0].at:%Y-%m-%d %H:%M} {shown(newest[0].differs or '')}".strip() if newest else "never"
        where = ", ".join(channel for channel in (alert.webhook, *alert.email) if channel)
        table.add_row(alert.name, escape(query), escape(where), f"{total:,}", escape(last))
    output.print(table if found else "[dim]no alerts; wire alert add NAME QUERY[/]")


def send_test(
    name: NameArgument,
    since: Annotated[
        str, typer.Option("--since", metavar="T", help="Count what would have matched since this time.")
    ] = "24h",
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Count what would have matched, and send a test to the webhook and the mailboxes.

    The exit code is 1 if one of them could not be reached.

    [dim]wire alert test gas --since 7d[/]
    """
    settings = load(elasticsearch=elasticsearch, data_dir=data_dir)
    with connect(locate_elasticsearch(settings)) as client:
        alert = saved_searches.get(client, name)
        matched = saved_searches.would_have_matched(client, alert, since)
    output.print(f"{alert.kind.counted(matched)} would have matched since {escape(since)}")
    if not asyncio.run(_send_to_channels(settings.alerts, alert)):
        raise typer.Exit(1)


def remove(name: NameArgument, elasticsearch: ElasticsearchOption = None, data_dir: DataDirOption = None) -> None:
    """Delete an alert. Its recorded matches stay.

    [dim]wire alert remove gas[/]
    """
    with index_client(elasticsearch, data_dir) as client:
        saved_searches.remove(client, name)
    messages.print(f"alert {name} is removed")


async def _send_to_channels(settings: Alerts, alert: Alert) -> bool:
    """Send a test to each channel. Return whether all succeeded."""
    failed = False
    async with webhook.connect(settings.allow_private) as web:
        notifier, match = Notifier(settings, web), trial(alert)
        for channel in alert.channels:
            try:
                await notifier.notify(match, alert, channel)
                output.print(f"[green]sent to[/] {escape(alert.webhook or '' if channel == WEBHOOK else channel)}")
            except (DeliveryFailed, ConfigurationError) as error:
                failed = True
                print_error(str(error))
    return not failed
