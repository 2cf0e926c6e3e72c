"""The whole path as users run it: the command line on one Kafka and one Elasticsearch for the whole test run."""

import json
import os
import signal
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil
import pytest
from elasticsearch import ApiError, TransportError

from pipeline.elasticsearch.client import Client, connect
from pipeline.kafka.lag import lags
from pipeline.local.ports import free_port
from pipeline.locate import locate_elasticsearch, locate_kafka
from pipeline.search.stories import story
from pipeline.settings import Kafka as KafkaSettings
from pipeline.settings import Settings, load
from tests.conftest import ROOT
from tests.servers import Elasticsearch, Kafka, Pair
from tests.servers.certificates import Authority
from tests.whole.command import COMMAND, run

PATIENCE = 90
SECRET = "whsec_" + b64encode(b"a secret of twenty-four.").decode()
MAIL_PORT = free_port()
"""Where tests of alerts have a mail server."""


class Wire:
    """The ``wire`` command on one data directory; ``env`` is the environment of its ``wire up``."""

    def __init__(self, folder: Path, home: Path = ROOT, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.home = home
        self.env = env or {}
        self.process: subprocess.Popen[str] | None = None
        self.address = ""

    def __call__(
        self,
        *arguments: str | Path,
        input: bytes | None = None,
        code: int | None = 0,
        env: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end, and check its exit code unless ``code`` is None."""
        words = [str(each) for each in arguments]
        done = run(words, input or b"", self.environment | (env or {}), self.home, PATIENCE)
        assert code is None or done.returncode == code, (done.returncode, done.stderr.decode())
        return done

    def up(self, *arguments: str) -> str:
        """Start ``wire up``, and return its address once it is ready."""
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--data-dir", str(self.folder), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.home, env=os.environ | self.env,
        )  # fmt: skip
        line = self.process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:"), self.process.stderr.read()
        self.address = line.split()[1]
        return self.address

    def down(self) -> list[psutil.Process]:
        """Stop it with SIGINT, as Ctrl-C does; return the processes left over."""
        family = self.family()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 0
        return [process for process in family if lives(process)]

    def feed(self, *stories: dict[str, Any], **options: Any) -> None:
        """Feed ninjs objects."""
        lines = "\n".join(json.dumps(story) for story in stories)
        self("feed", "-", "--format", "jsonl", input=lines.encode(), **options)

    def json(self, *arguments: str, code: int | None = 0) -> dict[str, Any]:
        """Return a command's JSON output."""
        return json.loads(self(*arguments, "--json", code=code).stdout)

    def search(self, *arguments: str) -> dict[str, Any]:
        return self.json("search", *arguments)

    def story(self, uri: str) -> dict[str, Any] | None:
        """Return the indexed story with that uri."""
        with self.elasticsearch as client:
            return story(client, uri)

    def status(self) -> dict[str, Any]:
        """Return the output of `wire status --json`."""
        return self.json("status", code=None)

    def count(self) -> int:
        """Return the number of searchable stories; 0 while the server starts or the index is created."""
        with self.elasticsearch as client, suppress(ApiError, TransportError):
            client.indices.refresh(index=client.named("stories"), ignore_unavailable=True)
            return int(client.count(index=client.named("stories"), ignore_unavailable=True)["count"])
        return 0

    def dead_letters(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self("dead", "list", "--json").stdout.splitlines()]

    def workers(self, stage: str) -> list[psutil.Process]:
        found = []
        for process in self.family():
            with suppress(psutil.Error):
                if {"worker", stage} <= set(process.cmdline()):
                    found.append(process)
        return found

    def family(self) -> list[psutil.Process]:
        """Return the live child processes of `wire up`."""
        return [p for p in psutil.Process(self.process.pid).children(recursive=True) if lives(p)]

    def await_idle(self) -> None:
        """Wait until no stage has work left and searches see the result."""
        kafka = self.kafka
        eventually(lambda: not any(each.messages for each in lags(kafka)))
        with self.elasticsearch as client:
            client.indices.refresh(index=client.named("stories", "quotes", "events"), ignore_unavailable=True)

    @property
    def settings(self) -> Settings:
        """Return its settings."""
        with patch.dict(os.environ, self.environment):
            return load()

    @property
    def kafka(self) -> KafkaSettings:
        """Return the connection parameters of its Kafka."""
        return locate_kafka(self.settings)

    @property
    def elasticsearch(self) -> Client:
        """Return a client of its Elasticsearch."""
        return connect(locate_elasticsearch(self.settings))

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of its commands."""
        return self.env | {"WIRE_DATA_DIR": str(self.folder)}


def launchers(folder: Path) -> dict[str, psutil.Process]:
    """Return the server processes that run on this data directory."""
    found = {}
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = " ".join(process.info["cmdline"] or ())
        if "wire.launcher." in command and str(process.info["cwd"]).startswith(str(folder)):
            found[command.partition("wire.launcher.")[2].partition("Launcher")[0]] = process
    return found


def lives(process: psutil.Process) -> bool:
    """Return whether the process runs; a zombie does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def eventually(ask: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait for the first true result, and return it."""
    deadline = time.monotonic() + patience
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)
    return answer


@contextmanager
def running(folder: Path, *arguments: str, env: dict[str, str] | None = None, home: Path = ROOT) -> Iterator[Wire]:
    """Start ``wire up``, and stop it afterwards whatever happens; its configs are in ``home``."""
    wire = Wire(folder, home, env)
    try:
        wire.up(*arguments)
        yield wire
    finally:
        if wire.process and wire.process.poll() is None:
            wire.down()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that signs the servers' certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def servers(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The servers of the whole run; each installation has its own prefix."""
    folder = tmp_path_factory.mktemp("servers")
    with Pair(Kafka(folder / "kafka", authority.keystore("broker")), Elasticsearch(folder / "elasticsearch")) as pair:
        yield pair


@pytest.fixture
def installation(servers: Pair, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment of an empty installation, for tests that run their own ``wire up``."""
    name = f"i{blake2b(request.node.nodeid.encode(), digest_size=4).hexdigest()}"
    yield servers.installation(name)
    with servers.elasticsearch.client() as client:
        for index in client.indices.get(index=f"{name}-*"):
            client.indices.delete(index=index)


@pytest.fixture(scope="session")
def wire(servers: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One ``wire up`` shared by all tests that leave it intact."""
    env = servers.installation("shared") | {
        "WIRE_MONITOR__EVERY": "2",
        "WIRE_ALERTS__WEBHOOK_SECRET": SECRET,
        "WIRE_ALERTS__ALLOW_PRIVATE": "true",
        "WIRE_ALERTS__SMTP_HOST": "127.0.0.1",
        "WIRE_ALERTS__SMTP_PORT": str(MAIL_PORT),
        "WIRE_ALERTS__SMTP_SECURITY": "none",
        "WIRE_ALERTS__SENDER": "desk@example.org",
    }
    with running(tmp_path_factory.mktemp("wire"), "--port", "0", env=env) as wire:
        yield wire
