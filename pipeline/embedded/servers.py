"""Starting, finding and ending the embedded servers.

Where they listen stands in ``servers.json`` in the data directory; ``locate`` finds them there.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil

from pipeline.embedded.cures import keep_findable
from pipeline.errors import ConfigurationError, ElasticsearchAway, KafkaAway, PipelineError
from pipeline.settings import Elasticsearch, Kafka, Settings

_STARTING = 30.0
_STOPPING = 5.0
_STATE = "servers.json"


@dataclass(frozen=True)
class Servers:
    """Both servers' settings, with their addresses; whether Kafka is embedded; where the pages are, if they are."""

    kafka: Kafka
    elasticsearch: Elasticsearch
    embedded_kafka: bool = False
    pages: str | None = None


def locate(settings: Settings) -> Servers:
    """The servers of the settings, else those that ``wire up`` runs on this data directory.

    Raises KafkaAway or ElasticsearchAway where a server is neither configured nor running.
    """
    running = _running(settings.data_dir) or {}
    return Servers(
        kafka=locate_kafka(settings),
        elasticsearch=locate_elasticsearch(settings),
        embedded_kafka=not settings.kafka.bootstrap_servers and running.get("embedded_kafka", False),
        pages=running.get("pages"),
    )


def locate_kafka(settings: Settings) -> Kafka:
    """Kafka's settings, with its address. Raises KafkaAway."""
    found = settings.kafka.bootstrap_servers or (_running(settings.data_dir) or {}).get("kafka")
    if not found:
        raise KafkaAway(f"no Kafka: {_none(settings)}; give --kafka host:port, or start `wire up`")
    return settings.kafka.model_copy(update={"bootstrap_servers": found})


def locate_elasticsearch(settings: Settings) -> Elasticsearch:
    """Elasticsearch's settings, with its address. Raises ElasticsearchAway."""
    if settings.elasticsearch.hosts:
        return settings.elasticsearch
    running = _running(settings.data_dir) or {}
    if not (found := running.get("elasticsearch")):
        raise ElasticsearchAway(
            f"no Elasticsearch: {_none(settings)}; give --elasticsearch http://…, or start `wire up`"
        )
    return settings.elasticsearch.at(found, embedded=running.get("embedded_elasticsearch", False))


def _none(settings: Settings) -> str:
    return f"none is configured, and no `wire up` runs on {settings.data_dir}"


def free_port(wanted: int = 0) -> int:
    """The wanted port if nobody listens there, else a free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise ConfigurationError("no free port on 127.0.0.1")


class Embedded:
    """The data directory of one ``wire up``, and the servers that run on it."""

    def __init__(self, settings: Settings) -> None:
        """Take the directory. Raises ConfigurationError where another ``wire up`` has it."""
        self._settings = settings
        self._folder = settings.data_dir
        self._server: subprocess.Popen[bytes] | None = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self._folder / "lock").open("w")
        except OSError as error:
            raise ConfigurationError(f"data directory {self._folder}: {error.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pages = (_running(self._folder) or {}).get("pages")
            where = f" (its pages: {pages})" if pages else ""
            raise ConfigurationError(f"another `wire up` runs on {self._folder}{where}") from None
        _end_leftover(self._folder)

    def start(self) -> Servers:
        """Start what is not configured, wait until it answers, and write down where.

        Raises PipelineError where the embedded server does not come up.
        """
        kafka, elasticsearch = (
            self._settings.kafka.bootstrap_servers,
            self._settings.elasticsearch.hosts,
        )
        kinds = ["kafka"] * (not kafka) + ["elasticsearch"] * (not elasticsearch)
        ports = {kind: free_port() for kind in kinds}
        if kinds:
            self._server = self._spawn(ports)
        at = {"bootstrap_servers": kafka or f"127.0.0.1:{ports['kafka']}"}
        hosts = elasticsearch or f"http://127.0.0.1:{ports['elasticsearch']}"
        servers = Servers(
            kafka=self._settings.kafka.model_copy(update=at),
            elasticsearch=self._settings.elasticsearch.at(hosts, embedded=not elasticsearch),
            embedded_kafka=not kafka,
        )
        self.publish(servers)
        return servers

    def tend(self, servers: Servers) -> None:
        """Do for the embedded servers what real ones do for themselves, once the topics are there."""
        if servers.elasticsearch.is_embedded:
            keep_findable(servers.kafka, servers.elasticsearch.address)

    def publish(self, servers: Servers) -> None:
        """Write down where the servers listen, for other commands."""
        state = {
            "kafka": servers.kafka.address,
            "elasticsearch": servers.elasticsearch.address,
            "embedded_kafka": servers.embedded_kafka,
            "embedded_elasticsearch": servers.elasticsearch.is_embedded,
            "pages": servers.pages,
            "pid": os.getpid(),
            "server": self._server and self._server.pid,
        }
        partial = self._folder / f"{_STATE}.new"
        partial.write_text(json.dumps(state))
        partial.replace(self._folder / _STATE)

    def alive(self) -> bool:
        """Whether the embedded server, if there is one, still runs."""
        return self._server is None or self._server.poll() is None

    def stop(self) -> None:
        """End the servers and give the directory back."""
        if self._server:
            _end_group(self._server.pid)
            self._server.wait()
        (self._folder / _STATE).unlink(missing_ok=True)
        self._lock.close()

    def _spawn(self, ports: dict[str, int]) -> "subprocess.Popen[bytes]":
        binary = Path(str(files("noida_db"))) / "noida-db"
        options = [option for kind, port in ports.items() for option in (f"--{kind}-port", str(port))]
        command = [str(binary), "start", "--data-dir", str(self._folder / "servers"), "--only", ",".join(ports)]
        with (self._folder / "servers.log").open("wb") as log:
            # Its "weak version" line on an older glibc stays in the log.
            server = subprocess.Popen(  # noqa: S603 - our own dependency's binary
                [*command, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _STARTING
        while not all(map(_listens, ports.values())):
            if server.poll() is not None or time.monotonic() > deadline:
                raise PipelineError(f"the embedded servers did not start; see {self._folder / 'servers.log'}")
            time.sleep(0.05)
        return server


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _running(folder: Path) -> dict[str, Any] | None:
    """What ``servers.json`` says, if the ``wire up`` that wrote it lives."""
    try:
        state: dict[str, Any] = json.loads((folder / _STATE).read_text())
    except (OSError, ValueError):
        return None
    return state if psutil.pid_exists(state.get("pid", -1)) else None


def _end_leftover(folder: Path) -> None:
    """End the server that a killed ``wire up`` left behind."""
    with suppress(OSError, ValueError, psutil.Error):
        leftover = json.loads((folder / _STATE).read_text()).get("server")
        if leftover and "noida-db" in psutil.Process(leftover).name():
            _end_group(leftover)


def _end_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        deadline = time.monotonic() + _STOPPING
        while psutil.pid_exists(group) and time.monotonic() < deadline:
            if psutil.Process(group).status() == psutil.STATUS_ZOMBIE:
                return
            time.sleep(0.05)
        os.killpg(group, signal.SIGKILL)
