"""``wire setup``: create topics, index templates and dashboards."""

from typing import Annotated

import typer

from pipeline.cli.console import messages
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption, connected
from pipeline.elasticsearch.client import connect, translate_errors
from pipeline.index import health
from pipeline.kafka import topic_setup
from pipeline.kibana import server
from pipeline.kibana.objects import ndjson, objects
from pipeline.locate import Servers
from pipeline.ops import index_setup
from pipeline.settings import Elasticsearch


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(setup)


def setup(
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace dashboards that are in Kibana.")] = False,
) -> None:
    """Create or update topics, index templates and, if a Kibana is configured, its dashboards. Safe to repeat.

    Dashboards that are in Kibana stay as they are, with what people changed, unless --overwrite is given.

    [dim]wire setup --kafka kafka:9092 --elasticsearch http://es:9200[/]
    """
    settings, servers = connected(kafka, elasticsearch, data_dir)
    created, made = prepare(servers)
    messages.print(f"topics created: {', '.join(created) or 'none, all were there'}")
    messages.print(f"templates: {', '.join(made)}")
    report_limits(servers.elasticsearch)
    if settings.kibana.url:
        found = objects(settings.elasticsearch.prefix, settings.kibana.space, settings.kibana.pages)
        count = server.put(settings.kibana, ndjson(found), overwrite=overwrite)
        kept = f", {len(found) - count} kept as they are; --overwrite replaces them" if count < len(found) else ""
        messages.print(f"Kibana objects: {count} imported{kept}", soft_wrap=True)


def prepare(servers: Servers) -> tuple[list[str], list[str]]:
    """Create what must exist. Return the topics that were created, and the templates.

    Raises KafkaUnavailable, ElasticsearchUnavailable.
    """
    created = topic_setup.ensure(servers.kafka)
    client = connect(servers.elasticsearch)
    with translate_errors(client), client:
        return created, index_setup.ensure(client, servers.elasticsearch)


def report_limits(elasticsearch: Elasticsearch) -> None:
    """Print what does not work on the core server. Raises ElasticsearchUnavailable."""
    with connect(elasticsearch) as client:
        if health.is_core_server(client):
            text = "this Elasticsearch is the core server, which Kibana cannot use; `docker compose` has a full one"
            messages.print(text, soft_wrap=True)
