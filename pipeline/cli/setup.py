"""``wire setup``: topics, templates, dashboards."""

from typing import NamedTuple

import typer

from pipeline.broker import topics as broker_topics
from pipeline.cli.console import messages
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption, connected
from pipeline.index import connection, health
from pipeline.index import setup as templates
from pipeline.kibana import server
from pipeline.kibana.objects import ndjson, objects
from pipeline.local.locate import Servers


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(setup)


def setup(kafka: KafkaOption = None, elasticsearch: ElasticsearchOption = None, data_dir: DataDirOption = None) -> None:
    """Create or update topics, index templates and, where a Kibana is configured, its dashboards. Safe to repeat.

    [dim]wire setup --kafka kafka:9092 --elasticsearch http://es:9200[/]
    """
    settings, servers = connected(kafka, elasticsearch, data_dir)
    made = prepare(servers)
    messages.print(f"topics created: {', '.join(made.topics) or 'none, all were there'}")
    messages.print(f"templates: {', '.join(made.templates)}")
    tell_what_is_missing(made)
    if settings.kibana.url:
        count = server.put(settings.kibana, ndjson(objects(settings.elasticsearch.prefix)))
        messages.print(f"Kibana objects: {count}")


class Prepared(NamedTuple):
    """The topics that were created, the templates, and whether Elasticsearch is the core server alone."""

    topics: list[str]
    templates: list[str]
    is_core: bool


def prepare(servers: Servers) -> Prepared:
    """Make what must exist. Raises KafkaAway, ElasticsearchAway."""
    created = broker_topics.ensure(servers.kafka)
    client = connection.connect(servers.elasticsearch)
    with connection.speaking_to(client), client:
        return Prepared(created, templates.ensure(client, servers.elasticsearch), health.is_core(client))


def tell_what_is_missing(made: Prepared) -> None:
    """Say what the core server cannot do; everything else works on it."""
    if made.is_core:
        text = (
            "this Elasticsearch is the core server, which Kibana cannot use; `docker compose up -d` brings a full one"
        )
        messages.print(text, soft_wrap=True)
