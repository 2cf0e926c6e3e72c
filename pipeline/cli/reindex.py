"""``wire reindex``: rebuild the indices with current mappings."""

import json

import typer
from rich.markup import escape
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from pipeline.cli.console import messages, output, print_json
from pipeline.cli.options import DataDirOption, ElasticsearchOption, JsonOption
from pipeline.elasticsearch.client import connect
from pipeline.index.reindex import reindex as make_anew
from pipeline.locate import locate_elasticsearch
from pipeline.settings import load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reindex)


def reindex(
    as_json: JsonOption = False, elasticsearch: ElasticsearchOption = None, data_dir: DataDirOption = None
) -> None:
    """Rebuild the indices with current mappings, while workers and searches continue.

    Use it after an upgrade whose mappings cannot be added to existing indices, or to reclaim space after deletions.
    Writes to an index wait while the latest changes are copied; its name then becomes an alias of the new index. If
    interrupted, the old index stays complete.

    [dim]wire reindex  ·  wire reindex --json | jq .documents[/]
    """
    settings = locate_elasticsearch(load(elasticsearch=elasticsearch, data_dir=data_dir))
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,} documents"), TimeElapsedColumn())
    with (
        connect(settings) as client,
        Progress(*columns, console=messages, disable=not messages.is_terminal, transient=True) as progress,
    ):
        bar = progress.add_task("reindexing", total=None)
        for made in make_anew(client, settings, lambda name, n: progress.update(bar, description=name, completed=n)):
            about = {"name": made.name, "index": made.index, "documents": made.documents}
            if as_json:
                print_json(json.dumps(about))
            else:
                output.print(f"{escape(made.name)}: {made.documents:,} documents, now in {escape(made.index)}")
