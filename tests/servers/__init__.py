"""Local servers that tests stop, secure or share, on top of ``pipeline.local``."""

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from pipeline.elasticsearch.client import Client
from pipeline.local.download import fetch
from pipeline.local.elasticsearch_server import elasticsearch_server
from pipeline.local.jars import cache_dir, locked
from pipeline.local.java_process import JavaServer
from pipeline.local.kafka_server import kafka_server
from pipeline.local.ports import free_port
from tests.servers.certificates import PASSWORD

USER = "newsroom"
_UNLINGERING = str(Path(__file__).parent.parent / "unlingering")


class Server:
    """A server that can be killed, paused and restarted on its data; its address stays the same."""

    address: str
    java: JavaServer

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.java.launch()
        self.java.wait()

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        self.signal(signal.SIGKILL)
        if self.java.process:
            self.java.process.wait()

    def revive(self) -> None:
        """Start the server if it does not run."""
        if not self.java.alive:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; SIGSTOP and SIGCONT pause and continue it."""
        with suppress(ProcessLookupError):
            if self.java.process:
                self.java.process.send_signal(number)


class Kafka(Server):
    """A broker. A ``keystore`` adds a second listener, ``secured``, with TLS and SCRAM for USER and PASSWORD."""

    def __init__(self, folder: Path, keystore: Path | None = None, advertised: int | None = None) -> None:
        """``advertised`` is the port of a proxy in front of it."""
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        ports = {"kafka": self.port, "controller": free_port(others=(self.port,))}
        self.secured = f"localhost:{free_port(others=ports.values())}" if keystore else ""
        properties = {"advertised.listeners": f"PLAINTEXT://127.0.0.1:{advertised}"} if advertised else {}
        user: Sequence[str] = ()
        if keystore:
            user = ("--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")
            properties = _secured(keystore, self.secured, f"PLAINTEXT://{self.address}", ports["controller"])
        fetch(locked("kafka"), cache_dir())
        self.java = kafka_server(folder, folder.parent / "kafka.log", 512 << 20, ports, properties, user)


class Elasticsearch(Server):
    """A node; ``settings`` are added to its configuration."""

    def __init__(self, folder: Path, settings: Mapping[str, Any] | None = None) -> None:
        """Keep the data in ``folder``."""
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        ports = {"elasticsearch": self.port, "transport": free_port(others=(self.port,))}
        fetch(locked("elasticsearch"), cache_dir())
        self.java = elasticsearch_server(folder, folder.parent / "elasticsearch.log", 1 << 30, ports, settings)

    def client(self) -> Client:
        """Return a client with all privileges."""
        return Client(self.address, request_timeout=60)


class Pair:
    """A Kafka and an Elasticsearch that run while the context is entered."""

    def __init__(self, kafka: Kafka, elasticsearch: Elasticsearch) -> None:
        """Hold these two servers."""
        self.kafka, self.elasticsearch = kafka, elasticsearch

    def start(self) -> None:
        """Start both in parallel."""
        self.kafka.java.launch()
        self.elasticsearch.java.launch()
        self.kafka.java.wait()
        self.elasticsearch.java.wait()

    def stop(self) -> None:
        """Stop both."""
        self.kafka.java.stop()
        self.elasticsearch.java.stop()

    def __enter__(self) -> Self:
        """Start both."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        self.stop()

    def installation(self, name: str) -> dict[str, str]:
        """Return the environment of an installation with that prefix on the shared servers.

        Its stages do not linger.
        """
        return {
            "PYTHONPATH": os.pathsep.join(filter(None, [_UNLINGERING, os.environ.get("PYTHONPATH")])),
            "WIRE_KAFKA__BOOTSTRAP_SERVERS": self.kafka.address,
            "WIRE_KAFKA__PREFIX": f"{name}.",
            "WIRE_KAFKA__PARTITIONS": "3",
            "WIRE_KAFKA__COMMIT_INTERVAL": "0.1",
            "WIRE_ELASTICSEARCH__HOSTS": self.elasticsearch.address,
            "WIRE_ELASTICSEARCH__PREFIX": f"{name}-",
            "WIRE_MONITOR__PORT": "0",
        }


def _secured(keystore: Path, secured: str, plain: str, controller: int) -> dict[str, str]:
    return {
        "listeners": f"{plain},CONTROLLER://127.0.0.1:{controller},SASL_SSL://{secured}",
        "advertised.listeners": f"{plain},SASL_SSL://{secured}",
        "ssl.keystore.location": str(keystore),
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.password": PASSWORD,
        "ssl.key.password": PASSWORD,
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }
