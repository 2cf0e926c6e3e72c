"""Find the servers that a command uses: the configured ones, or the local ones that ``wire up`` runs.

A running ``wire up`` writes the addresses of its servers to ``servers.json`` in its data directory.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from pipeline.errors import ElasticsearchUnavailable, KafkaUnavailable
from pipeline.settings import Elasticsearch, Kafka, Settings

STATE = "servers.json"
KAFKA, ELASTICSEARCH = "kafka", "elasticsearch"


@dataclass(frozen=True)
class Servers:
    """The settings of both servers with their addresses, which are local, and the pages' address if known."""

    kafka: Kafka
    elasticsearch: Elasticsearch
    local: tuple[str, ...] = ()
    pages: str | None = None


def locate(settings: Settings) -> Servers:
    """Return the configured servers, or those that ``wire up`` runs on this data directory.

    Raises KafkaUnavailable or ElasticsearchUnavailable if a server is neither configured nor running.
    """
    return servers_of(settings, locate_kafka(settings), locate_elasticsearch(settings))


def servers_of(settings: Settings, kafka: Kafka, elasticsearch: Elasticsearch) -> Servers:
    """Complete these servers with the addresses that ``wire up`` wrote to this data directory."""
    state = read_addresses(settings.data_dir)
    addresses = {KAFKA: kafka.address, ELASTICSEARCH: elasticsearch.address}
    local = tuple(name for name in state.get("local", ()) if addresses[name] == state[name])
    return Servers(kafka, elasticsearch, local, state.get("pages"))


def locate_kafka(settings: Settings) -> Kafka:
    """Return Kafka's settings with its address. Raises KafkaUnavailable."""
    found = settings.kafka.bootstrap_servers or read_addresses(settings.data_dir).get(KAFKA)
    if not found:
        raise KafkaUnavailable(f"no Kafka: {_none(settings)}; give --kafka host:port, or start `wire up`")
    return settings.kafka.model_copy(update={"bootstrap_servers": found})


def locate_elasticsearch(settings: Settings) -> Elasticsearch:
    """Return Elasticsearch's settings with its address. Raises ElasticsearchUnavailable."""
    found = settings.elasticsearch.hosts or read_addresses(settings.data_dir).get(ELASTICSEARCH)
    if not found:
        raise ElasticsearchUnavailable(
            f"no Elasticsearch: {_none(settings)}; give --elasticsearch http://…, or start `wire up`"
        )
    return settings.elasticsearch.model_copy(update={"hosts": found})


def write_addresses(folder: Path, servers: Servers) -> None:
    """Write the servers' addresses for other commands on this data directory."""
    state = {
        KAFKA: servers.kafka.address,
        ELASTICSEARCH: servers.elasticsearch.address,
        "local": servers.local,
        "pages": servers.pages,
        "pid": os.getpid(),
    }
    partial = folder / f"{STATE}.new"
    partial.write_text(json.dumps(state))
    partial.replace(folder / STATE)


def read_addresses(folder: Path) -> dict[str, Any]:
    """Read ``servers.json``; empty if the ``wire up`` that wrote it no longer runs."""
    try:
        state: dict[str, Any] = json.loads((folder / STATE).read_text())
    except (OSError, ValueError):
        return {}
    return state if psutil.pid_exists(state.get("pid", -1)) else {}


def _none(settings: Settings) -> str:
    return f"none is configured, and no `wire up` runs on {settings.data_dir}"
