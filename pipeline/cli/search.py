"""``wire search``: stories and quotes on a terminal."""

import json
from typing import Annotated

import typer

from pipeline.cli.console import print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption
from pipeline.cli.show import show_answer
from pipeline.embedded.servers import locate_elasticsearch
from pipeline.index.connection import connect
from pipeline.search.stories import Answer, Question, ask, emphasised
from pipeline.search.times import moment
from pipeline.settings import load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(search)


def search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help='Words, "phrases", -without, a | b, prefix*; empty for everything.')
    ] = "",
    quotes: Annotated[bool, typer.Option("--quotes", help="Search quotes instead of stories.")] = False,
    speaker: Annotated[
        str | None, typer.Option("--speaker", metavar="N", help="Who spoke.", show_default=False)
    ] = None,
    entity: Annotated[
        str | None,
        typer.Option("--entity", metavar="N", help="A person, organization or place named.", show_default=False),
    ] = None,
    place: Annotated[
        str | None, typer.Option("--place", metavar="N", help="A place named.", show_default=False)
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="T", help="2024-05-16, today, 24h, 7d …", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="T", help="As --since; before that time.", show_default=False)
    ] = None,
    size: Annotated[int, typer.Option("--size", metavar="N", min=0, help="How many to show.")] = 10,
    advisories: Annotated[bool, typer.Option("--advisories", help="Advisories and test messages too.")] = False,
    as_json: JsonOption = False,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Search what is indexed: best first, or newest first where there is no query.

    With --json: one object, {"total": n, "hits": [{…document…, "highlight": {…}}]}.

    [dim]wire search putin  ·  wire search --quotes --speaker "Xi Jinping" peace  ·  wire search --since 24h[/]
    """
    settings = load(elasticsearch=elasticsearch, data_dir=data_dir)
    found = locate_elasticsearch(settings)
    question = Question(
        query=query,
        quotes=quotes,
        speaker=speaker,
        entity=entity,
        place=place,
        since=moment(since) if since else None,
        until=moment(until) if until else None,
        size=size,
        advisories=advisories,
    )
    with connect(found) as client:
        answer = ask(client, question)
    if as_json:
        print_json(to_json(answer))
    else:
        show_answer(answer, question)


def to_json(answer: Answer) -> str:
    """The answer as one JSON object, highlighted words between <em> and </em>."""
    return emphasised(json.dumps({"total": answer.total, "hits": answer.hits}, ensure_ascii=False))
