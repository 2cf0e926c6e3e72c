"""``wire setup``: create topics, index templates and dashboards."""

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


def setup(kafka: KafkaOption = None, elasticsearch: ElasticsearchOption = None, data_dir: DataDirOption = None) -> None:
    """Create or update topics, index templates and, if a Kibana is configured, its dashboards. Safe to repeat.

    [dim]wire setup --kafka kafka:9092 --elasticsearch http://es:9200[/]
    """
    settings, servers = connected(kafka, elasticsearch, data_dir)
    created, made = prepare(servers)
    messages.print(f"topics created: {', '.join(created) or 'none, all were there'}")
    messages.print(f"templates: {', '.join(made)}")
    report_limits(servers.elasticsearch)
    if settings.kibana.url:
        count = server.put(settings.kibana, ndjson(objects(settings.elasticsearch.prefix)))
        messages.print(f"Kibana objects: {count}")


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
