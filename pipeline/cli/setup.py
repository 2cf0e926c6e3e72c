"""``wire setup``: topics and templates."""

import typer

from pipeline.broker import topics as broker_topics
from pipeline.cli.console import messages
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption, connected
from pipeline.embedded.servers import Servers
from pipeline.index import connection
from pipeline.index import setup as templates


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(setup)


def setup(kafka: KafkaOption = None, elasticsearch: ElasticsearchOption = None, data_dir: DataDirOption = None) -> None:
    """Create or update topics and index templates. Safe to repeat.

    [dim]wire setup --kafka kafka:9092 --elasticsearch http://es:9200[/]
    """
    created, made = prepare(connected(kafka, elasticsearch, data_dir)[1])
    messages.print(f"topics created: {', '.join(created) or 'none, all were there'}")
    messages.print(f"templates: {', '.join(made)}")


def prepare(servers: Servers) -> tuple[list[str], list[str]]:
    """Make what must exist; the topics that were created, and the templates.

    Raises KafkaAway, ElasticsearchAway.
    """
    created = broker_topics.ensure(servers.kafka)
    client = connection.connect(servers.elasticsearch)
    with connection.speaking_to(client), client:
        return created, templates.ensure(client, servers.elasticsearch)
