"""``wire setup``: topics and templates."""

import typer

from pipeline.broker import topics as broker_topics
from pipeline.cli.console import messages
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption, connected
from pipeline.embedded.servers import Servers
from pipeline.index import connection
from pipeline.index import setup as templates
from pipeline.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(setup)


def setup(kafka: KafkaOption = None, elasticsearch: ElasticsearchOption = None, data_dir: DataDirOption = None) -> None:
    """Create or update topics and index templates. Safe to repeat.

    [dim]wire setup --kafka kafka:9092 --elasticsearch http://es:9200[/]
    """
    created, made = prepare(*connected(kafka, elasticsearch, data_dir))
    messages.print(f"topics created: {', '.join(created) or 'none, all were there'}")
    messages.print(f"templates: {', '.join(made)}")


def prepare(settings: Settings, servers: Servers) -> tuple[list[str], list[str]]:
    """Make what must exist; the topics that were created, and the templates.

    Raises KafkaAway, ElasticsearchAway.
    """
    created = broker_topics.ensure(settings.kafka, servers.kafka)
    client = connection.connect(servers.elasticsearch, settings.elasticsearch.timeout)
    with connection.speaking_to(servers.elasticsearch), client:
        return created, templates.ensure(client, settings.elasticsearch)
