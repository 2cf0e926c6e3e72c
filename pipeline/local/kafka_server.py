"""Run one Apache Kafka node in KRaft mode, as broker and controller."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from pipeline.local.jars import paths
from pipeline.local.java_process import JavaServer, java_command
from pipeline.local.ports import listens

_OPTIONS = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ssX",
)
CLUSTER_ID = "d2lyZS1sb2NhbC1rYWZrYQ"
"""The same in every data directory: 16 bytes in base64, as Kafka requires."""
_SINGLE_COPY = (
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
)


def kafka_server(
    folder: Path,
    log: Path,
    heap: int,
    ports: Mapping[str, int],
    properties: Mapping[str, str] | None = None,
    format_options: Sequence[str] = (),
) -> JavaServer:
    """Return a broker on the data in ``folder``, which its first start formats.

    ``ports`` are those of ``kafka`` and its ``controller``; ``properties`` extend or override its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = (f"{name}={value}\n" for name, value in (_properties(ports) | dict(properties or {})).items())
    (folder / "server.properties").write_text("".join(lines))
    arguments = ("server.properties", CLUSTER_ID, *format_options)
    command = java_command(heap, _OPTIONS, paths("kafka"), "KafkaLauncher", *arguments)
    return JavaServer("Kafka", command, folder, log, lambda: _is_ready(ports["kafka"]))


def _is_ready(port: int) -> bool:
    """Return whether clients can use it, which is a moment after it listens."""
    if not listens(port):
        return False
    try:
        KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", bootstrap_timeout_ms=1_000).close()
    except (KafkaError, OSError):
        return False
    return True


def _properties(ports: Mapping[str, int]) -> dict[str, str]:
    listeners = f"PLAINTEXT://127.0.0.1:{ports['kafka']},CONTROLLER://127.0.0.1:{ports['controller']}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{ports['controller']}",
        "listeners": listeners,
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{ports['kafka']}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
        # Relative to the working directory, since a path may contain this format's special characters.
        "log.dirs": "log",
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        # A killed broker stays registered until its session ends, and the next start waits for that.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "1000",
        "message.max.bytes": str(64 << 20),
        "log.cleaner.dedupe.buffer.size": str(16 << 20),
        **dict.fromkeys(_SINGLE_COPY, "1"),
    }
