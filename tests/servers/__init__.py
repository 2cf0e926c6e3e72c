"""Apache Kafka and Elasticsearch themselves, from their published jars, where a JDK and Maven are.

``maven`` fetches the jars, once a version; ``kafka`` and ``elasticsearch`` each run one server that
can be stopped, killed and started again on its data; a ``Pair`` is one of each. ``make servers``
runs a pair until Ctrl-C.
"""

from pathlib import Path
from typing import Self

from tests.servers.elasticsearch import Elasticsearch
from tests.servers.kafka import Kafka


class Pair:
    """A Kafka and an Elasticsearch, running while it is entered."""

    def __init__(self, folder: Path) -> None:
        """Their data are below ``folder``."""
        self.kafka = Kafka(folder / "kafka")
        self.elasticsearch = Elasticsearch(folder / "elasticsearch")

    def __enter__(self) -> Self:
        """Start both."""
        self.kafka.format()
        self.kafka.server.launch()
        self.elasticsearch.server.start()
        self.kafka.server.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        self.kafka.server.stop()
        self.elasticsearch.server.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which ``wire`` finds them."""
        return {
            "WIRE_KAFKA__BOOTSTRAP_SERVERS": self.kafka.address,
            "WIRE_ELASTICSEARCH__HOSTS": self.elasticsearch.address,
        }

    def clear(self) -> None:
        """Take away all that is in them."""
        self.kafka.clear()
        self.elasticsearch.clear()
