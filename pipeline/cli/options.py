"""Options that several commands share, and the settings and servers that follow from them."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as settings_module
from pipeline.elasticsearch.client import Client, connect
from pipeline.locate import Servers, locate, locate_elasticsearch
from pipeline.settings import Settings

KafkaOption = Annotated[
    str | None, typer.Option("--kafka", metavar="HOST:PORT", help="Kafka's bootstrap servers.", show_default=False)
]
ElasticsearchOption = Annotated[
    str | None, typer.Option("--elasticsearch", metavar="URL", help="Elasticsearch's address.", show_default=False)
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="The data directory of `wire up`; .wire if not set.", show_default=False
    ),
]
PortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="P",
        min=0,
        max=65535,
        help="Port of the pages; a free one if it is taken.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def index_client(elasticsearch: str | None, data_dir: Path | None) -> Client:
    """Return a client of the Elasticsearch that these options name, or that ``wire up`` runs.

    Raises ConfigurationError, ElasticsearchUnavailable.
    """
    return connect(locate_elasticsearch(settings_module.load(elasticsearch=elasticsearch, data_dir=data_dir)))


def connected(
    kafka: str | None = None, elasticsearch: str | None = None, data_dir: Path | None = None
) -> tuple[Settings, Servers]:
    """Return the settings with these options, and the servers they name or that ``wire up`` runs.

    Raises ConfigurationError, KafkaUnavailable, ElasticsearchUnavailable.
    """
    settings = settings_module.load(kafka=kafka, elasticsearch=elasticsearch, data_dir=data_dir)
    return settings, locate(settings)
