"""``wire serve``: serve the pages and the search API."""

import typer

from pipeline.cli.console import print_error, set_up_logging
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption, PortOption
from pipeline.cli.orphans import end_with_parent
from pipeline.errors import KafkaUnavailable
from pipeline.local.ports import free_port
from pipeline.locate import locate_elasticsearch, locate_kafka, servers_of
from pipeline.settings import Kafka, Settings, load


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    port: PortOption = None,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Serve the pages, the search API at /api/v1 and POST /ingest, until told to stop.

    [dim]wire serve --port 8080  ·  curl 'localhost:8080/api/v1/search?q=putin'[/]
    """
    # The web framework is slow to import, and only this command needs it.
    from pipeline.web.run import run  # noqa: PLC0415

    set_up_logging()
    end_with_parent()
    settings = load(kafka=kafka, elasticsearch=elasticsearch, data_dir=data_dir, port=port)
    servers = servers_of(settings, _kafka(settings), locate_elasticsearch(settings))
    run(settings, servers, free_port(settings.web.port))


def _kafka(settings: Settings) -> Kafka:
    try:
        return locate_kafka(settings)
    except KafkaUnavailable:
        print_error("no Kafka is known: nothing can be pushed, and nothing is live")
        return settings.kafka
