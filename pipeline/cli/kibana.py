"""``wire kibana``: import and export the dashboards."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import messages
from pipeline.errors import ConfigurationError
from pipeline.kibana import server
from pipeline.kibana.objects import ndjson, objects
from pipeline.settings import Kibana, load

KibanaOption = Annotated[
    str | None, typer.Option("--kibana", metavar="URL", help="Kibana's address.", show_default=False)
]
SpaceOption = Annotated[
    str | None,
    typer.Option("--space", metavar="S", help="Kibana's space; the default space if not set.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Import or export Kibana's data views, saved searches and dashboards."
    )
    group.command("import")(put)
    group.command("export")(get)
    app.add_typer(group, name="kibana")


def put(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="NDJSON to import; by default wire's own dashboards.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep existing objects.")] = False,
    kibana: KibanaOption = None,
    space: SpaceOption = None,
) -> None:
    """Import the dashboards into Kibana, replacing earlier ones.

    [dim]wire kibana import --kibana http://localhost:5601  ·  wire kibana import mine.ndjson --space desk[/]
    """
    where = _located(kibana, space)
    text = _read(file) if file else ndjson(objects(load().elasticsearch.prefix, where.space, where.pages))
    count = server.put(where, text, overwrite=not keep)
    messages.print(f"{count} objects imported")


def get(
    own: Annotated[bool, typer.Option("--own", help="Print wire's own dashboards, without a Kibana.")] = False,
    kibana: KibanaOption = None,
    space: SpaceOption = None,
) -> None:
    """Print the dashboards as they are in Kibana now, as NDJSON.

    [dim]wire kibana export > mine.ndjson  ·  wire kibana export --own > deploy/kibana/wire.ndjson[/]
    """
    where = _located(kibana, space)
    found = objects(load().elasticsearch.prefix, where.space, where.pages)
    sys.stdout.write(ndjson(found) if own else server.get(where, found))


def _located(url: str | None, space: str | None) -> Kibana:
    given = {name: value for name, value in (("url", url), ("space", space)) if value is not None}
    return load().kibana.model_copy(update=given)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: {error}") from None
