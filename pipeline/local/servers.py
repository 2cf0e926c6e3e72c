"""Run the local servers of one data directory: start what is not configured elsewhere, side by side.

``local.json`` stores the ports, which are chosen once, and the versions that wrote the data.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import psutil

from pipeline.errors import ConfigurationError, LocalServerFailed
from pipeline.local.elasticsearch_server import elasticsearch_server
from pipeline.local.jars import Jar, cache_dir, locked, missing, version
from pipeline.local.java_process import STOPPING, JavaServer, end_group
from pipeline.local.kafka_server import kafka_server
from pipeline.local.ports import free_port
from pipeline.local.preflight import DISK, check_data, check_extra, check_folder, check_machine
from pipeline.locate import ELASTICSEARCH, KAFKA, STATE, Servers, read_addresses, write_addresses
from pipeline.settings import Settings

CHOSEN = "local.json"
STABLE_AFTER = 15.0
"""Seconds a server must have run to be restarted when it ends."""
PORTS = {KAFKA: (KAFKA, "controller"), ELASTICSEARCH: (ELASTICSEARCH, "transport")}
"""The ports of each server; the one that clients use has its name."""
_HEAPS = {KAFKA: (48, 256 << 20, 1 << 30), ELASTICSEARCH: (24, 512 << 20, 2 << 30)}
"""The share of the machine's memory for a heap, with its bounds."""
Download = Callable[[Sequence[Jar]], AbstractContextManager[Callable[[int], None]]]
"""Gets the jars about to be downloaded; shows the progress as bytes arrive."""


class LocalServers:
    """The data directory of one ``wire up``, locked while it runs, and its servers."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        """Lock the directory; ``say`` prints messages for people.

        Raises ConfigurationError if the directory is unusable or another ``wire up`` uses it.
        """
        self._settings = settings
        self._say = say
        self._folder = settings.data_dir
        self._started: dict[str, JavaServer] = {}
        self._ports: dict[str, int] = {}
        check_folder(self._folder)
        self._lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pages = read_addresses(self._folder).get("pages")
            where = f" (its pages: {pages})" if pages else ""
            raise ConfigurationError(f"another `wire up` runs on {self._folder}{where}") from None
        configured = {KAFKA: settings.kafka.bootstrap_servers, ELASTICSEARCH: settings.elasticsearch.hosts}
        self._names = tuple(name for name, address in configured.items() if not address)

    def start(self, download: Download) -> Servers:
        """Start what is not configured, wait until all of it answers, and publish the addresses.

        Raises ConfigurationError, DownloadFailed, LocalServerFailed; ``stop`` must then end what was started.
        """
        if self._names:
            self._prepare(download)
        for server in self._started.values():
            server.launch()
        for server in self._started.values():
            server.wait()
        servers = self._servers()
        write_addresses(self._folder, servers)
        return servers

    def restart_ended(self) -> None:
        """Restart a server that has ended.

        Raises LocalServerFailed if that would not help: the disk is full, or it had only just started.
        """
        for server in self._started.values():
            if server.alive:
                continue
            if shutil.disk_usage(self._folder).free < DISK // 2:
                raise LocalServerFailed(f"the disk is full, and {server.name} has ended; free some, and start again")
            if server.age < STABLE_AFTER:
                raise LocalServerFailed(f"{server.name} has ended soon after its start; see {server.log}")
            self._say(f"{server.name} has ended and is started again; see {server.log}")
            server.launch()

    def stop(self) -> None:
        """Stop the servers, and unlock the directory."""
        for server in self._started.values():
            server.terminate()
        for server in self._started.values():
            server.stop()
        (self._folder / STATE).unlink(missing_ok=True)
        self._lock.close()

    def _prepare(self, download: Download) -> None:
        check_extra()
        _end_leftovers(self._folder)
        versions = {name: version(name) for name in self._names}
        chosen = self._chosen()
        check_data(self._folder, chosen["versions"], versions)
        check_machine(self._folder)
        _fetch(locked(*self._names), download)
        self._ports = self.choose_ports(chosen["ports"])
        self._write({"ports": self._ports, "versions": chosen["versions"] | versions})
        (self._folder / "logs").mkdir(exist_ok=True)
        for name in self._names:
            folder, log = self._folder / "local" / name, self._folder / "logs" / f"{name}.log"
            if name == KAFKA:
                flush = {"log.flush.interval.messages": "1"} if self._settings.local.fsync else {}
                server = kafka_server(folder, log, self._heap(name), self._ports, flush)
            else:
                server = elasticsearch_server(folder, log, self._heap(name), self._ports)
            self._started[name] = server

    def choose_ports(self, kept: Mapping[str, int]) -> dict[str, int]:
        """Return the ports of the last start, except those that are taken now."""
        ports = dict(kept)
        for server in self._names:
            for name in PORTS[server]:
                before = ports.pop(name, 0)
                ports[name] = free_port(before, ports.values())
                if before and before != ports[name] and name == server:
                    self._say(f"port {before} is taken, {server} is on {ports[name]} from now on")
        return ports

    def _chosen(self) -> dict[str, Any]:
        """Return the ports by name, and the server versions that wrote the data; nothing if unknown."""
        try:
            chosen = json.loads((self._folder / CHOSEN).read_text())
            return {"ports": dict(chosen["ports"]), "versions": dict(chosen["versions"])}
        except (OSError, ValueError, KeyError, TypeError):
            return {"ports": {}, "versions": {}}

    def _write(self, chosen: Mapping[str, Any]) -> None:
        partial = self._folder / f"{CHOSEN}.new"
        partial.write_text(json.dumps(chosen, indent=1))
        partial.replace(self._folder / CHOSEN)

    def _heap(self, name: str) -> int:
        known: int | None = getattr(self._settings.local, f"{name}_heap")
        part, least, most = _HEAPS[name]
        return known or min(most, max(least, psutil.virtual_memory().total // part))

    def _servers(self) -> Servers:
        kafka, search = self._settings.kafka, self._settings.elasticsearch
        if KAFKA in self._names:
            kafka = kafka.model_copy(update={"bootstrap_servers": f"127.0.0.1:{self._ports[KAFKA]}"})
        if ELASTICSEARCH in self._names:
            search = search.model_copy(update={"hosts": f"http://127.0.0.1:{self._ports[ELASTICSEARCH]}"})
        return Servers(kafka=kafka, elasticsearch=search, local=self._names)


def _fetch(jars: Sequence[Jar], download: Download) -> None:
    """Download the jars that are not in the cache. Raises DownloadFailed, ConfigurationError."""
    if not (lacking := missing(jars, cache_dir())):
        return
    # Only needed once per machine; part of the extra `local`.
    from pipeline.local.download import fetch  # noqa: PLC0415

    with download(lacking) as on_bytes:
        fetch(lacking, cache_dir(), on_bytes)


def _end_leftovers(folder: Path) -> None:
    """End servers that a killed ``wire up`` left on this directory; by themselves they end within seconds."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_ours = any(word.startswith("wire.launcher.") for word in process.cmdline())
            if is_ours and Path(process.cwd()).is_relative_to(folder):
                end_group(process.pid, STOPPING)
