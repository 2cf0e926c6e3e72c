"""Apache Kafka: one node, KRaft, broker and controller in one."""

import subprocess
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.servers import maven
from tests.servers.certificates import PASSWORD
from tests.servers.process import Server, free_port

_ONE_COPY = (
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "transaction.state.log.min.isr",
    "share.coordinator.state.topic.replication.factor",
    "share.coordinator.state.topic.min.isr",
)
_MEMORY = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
USER = "newsroom"


class Kafka:
    """A broker on a folder. ``address`` stays the same after a restart.

    With a ``keystore`` there is a second listener, ``secured``: TLS, and SCRAM for USER and PASSWORD.
    """

    def __init__(self, folder: Path, keystore: Path | None = None, advertised: int | None = None) -> None:
        """Write its settings; ``format`` comes next. ``advertised`` is a proxy's port before it."""
        folder.mkdir(parents=True, exist_ok=True)
        self.port, controller = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.secured = f"localhost:{free_port()}" if keystore else ""
        extra = f",SASL_SSL://{self.secured}" if keystore else ""
        plain = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{controller}{extra}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{advertised or self.port},"
            f"CONTROLLER://127.0.0.1:{controller}{extra}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
            "log.dirs": str(folder / "log"),
            "offsets.topic.num.partitions": "4",
            "group.initial.rebalance.delay.ms": "0",
            "message.max.bytes": str(64 << 20),
            "log.retention.check.interval.ms": "60000",
            **dict.fromkeys(_ONE_COPY, "1"),
        }
        file = folder / "server.properties"
        settings = plain | (_secured(keystore) if keystore else {})
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self._file = file
        self._classes = f"{maven.jars('kafka')}/*"
        self.server = Server(
            [maven.java(), *_MEMORY, "-cp", self._classes, "kafka.Kafka", str(file)], folder, self.answers
        )

    def format(self) -> None:
        """Prepare the folder, once."""
        storage = [maven.java(), "-cp", self._classes, "kafka.tools.StorageTool"]
        identity = subprocess.run([*storage, "random-uuid"], check=True, capture_output=True, text=True).stdout.strip()
        user = ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"] if self.secured else []
        command = [*storage, "format", "--standalone", "-t", identity, "-c", str(self._file), *user]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def answers(self) -> bool:
        """Whether it can be used."""
        try:
            client = KafkaAdminClient(bootstrap_servers=self.address, bootstrap_timeout_ms=1_000)
        except (KafkaError, OSError):
            return False
        client.close()
        return True

    def clear(self) -> None:
        """Take away all topics and groups."""
        client = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            if groups := [group["group_id"] for group in client.list_groups()]:
                client.delete_groups(groups)
            if names := [name for name in client.list_topics() if not name.startswith("__")]:
                client.delete_topics(names)
        finally:
            client.close()


def _secured(keystore: Path) -> dict[str, str]:
    return {
        "ssl.keystore.location": str(keystore),
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.password": PASSWORD,
        "ssl.key.password": PASSWORD,
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }
