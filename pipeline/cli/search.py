"""``wire search``: search stories, quotes and events on a terminal."""

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any

import typer

from pipeline import topics
from pipeline.cli.console import messages, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption, KafkaOption
from pipeline.cli.rendering import show_facets, show_hit, show_results, show_utterance
from pipeline.documents.kinds import kind_asked_for
from pipeline.elasticsearch.client import connect
from pipeline.errors import ConfigurationError
from pipeline.kafka.reader import poll_batches
from pipeline.locate import locate_elasticsearch, locate_kafka
from pipeline.search.filters import FILTERS, Filter
from pipeline.search.render import render
from pipeline.search.search_query import Sort, parse
from pipeline.search.stories import execute, refresh
from pipeline.search.utterances import as_json as utterance_json
from pipeline.search.utterances import utterances
from pipeline.settings import Settings, load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(_with_filters(search))


def _with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with an option for each filter in place of its ``filters``."""

    @wraps(command)
    def wrapped(**given: Any) -> None:
        command(**given)

    signature = inspect.signature(command, eval_str=True)
    own = [each for name, each in signature.parameters.items() if name != "filters"]
    # Typer looks at both.
    wrapped.__signature__ = signature.replace(parameters=[*own, *map(_option, FILTERS.values())])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {each.name: each.annotation for each in wrapped.__signature__.parameters.values()}  # type: ignore[attr-defined]
    return wrapped


def _option(row: Filter) -> inspect.Parameter:
    about = typer.Option(
        f"--{row.name.replace('_', '-')}",
        metavar=row.values.metavar,
        help=f"{row.meaning[0].upper()}{row.meaning[1:]}.",
        show_default=False,
        rich_help_panel="Filters",
    )
    kind: Any = str if row.several == "one" else list[str]
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(row.name, keyword, default=None, annotation=Annotated[kind | None, about])


def search(
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY",
            help='Words, "phrases", AND, OR, NOT, brackets, prefix*, and filters such as speaker:"Xi Jinping" '
            "source:upi urgency:1-3; empty for everything.",
        ),
    ] = "",
    quotes: Annotated[bool, typer.Option("--quotes", help="Search quotes instead of stories.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Search events instead of stories.")] = False,
    by_utterance: Annotated[
        bool, typer.Option("--utterances", help="Search quotes, and show what was said once with all wordings.")
    ] = False,
    sort: Annotated[
        Sort | None,
        typer.Option(
            "--sort", help="Sort by relevance or time; by default relevance if there is a query.", show_default=False
        ),
    ] = None,
    size: Annotated[int, typer.Option("--size", metavar="N", min=0, help="How many hits to show.")] = 10,
    cursor: Annotated[
        str | None, typer.Option("--cursor", metavar="C", help="Continue after an earlier page.", show_default=False)
    ] = None,
    each: Annotated[
        bool,
        typer.Option("--all", help="Show each story and quote, not only one of those that tell or say the same."),
    ] = False,
    collapsed: Annotated[
        bool, typer.Option("--collapsed", help="Show one of those that tell the same; of events too.", hidden=True)
    ] = False,
    facets: Annotated[
        bool, typer.Option("--facets", help="Show counts by source, name, speaker …, and over time.")
    ] = False,
    advisories: Annotated[bool, typer.Option("--advisories", help="Include advisories and test messages.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing new matches until Ctrl-C.")] = False,
    as_json: JsonOption = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
    **filters: Any,
) -> None:
    """Search what is indexed: most relevant first, or newest first without a query.

    Of stories that tell the same, one is shown, with who else tells it; --all shows each.

    With --json: one object, {"total": n, "different": n, "hits": [{…document…, "highlight": {…}, "also": [{…}]}]}; with
    --follow, then one hit per line; with --utterances, one utterance per line.

    [dim]wire search putin  ·  wire search --quotes --speaker "Xi Jinping" peace
    wire search 'gas since:24h' -f  ·  wire search --events --type assault --dead 10
    wire search --utterances --speaker "Kofi Annan"[/]
    """
    settings = load(kafka=kafka, elasticsearch=elasticsearch, data_dir=data_dir)
    servers = locate_elasticsearch(settings)
    kind = kind_asked_for({"quotes": quotes or by_utterance, "events": events})
    search = parse(query, filters, kind, sort=sort, size=size, cursor=cursor, advisories=advisories)
    search = search.as_list(collapsed=False if each else collapsed or None)
    if by_utterance and (follow or facets or cursor):
        raise ConfigurationError("--utterances: not with --follow, --facets or --cursor")
    with connect(servers) as client:
        if by_utterance:
            for found in utterances(client, search, size):
                print_json(json.dumps(utterance_json(found), ensure_ascii=False)) if as_json else show_utterance(found)
            return
        result = execute(client, search, with_facets=facets)
        if as_json:
            print_json(json.dumps(render(result), ensure_ascii=False))
        else:
            show_results(result, search)
            show_facets(result)
        newest = replace(search, cursor=None, collapsed=False)
        for uris in _indexed(settings) if follow else ():
            refresh(client)
            arrived = execute(client, newest, uris=uris)
            for hit, hit_json in zip(arrived.hits, render(arrived)["hits"], strict=True):
                print_json(json.dumps(hit_json, ensure_ascii=False)) if as_json else show_hit(hit, search)


def _indexed(settings: Settings) -> Iterator[list[str]]:
    """Yield the uris of newly indexed stories, once a second, until Ctrl-C. Raises KafkaUnavailable."""
    messages.print("[dim]following; Ctrl-C ends[/]")
    with suppress(KeyboardInterrupt):
        for indexed in poll_batches(locate_kafka(settings), topics.DERIVED, seconds=1):
            yield sorted({(message.key or b"").decode("utf-8", "replace") for message in indexed})
