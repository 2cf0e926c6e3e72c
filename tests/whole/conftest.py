"""The whole path, as its users run it: the command line against the embedded servers, and the real ones.

``servers`` is asked for by what can run on both: once it stands for the embedded ones, once for the
real ones, where they can run; where ``CI`` is set, that they cannot is a failure.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from elasticsearch import Elasticsearch

from pipeline.embedded.servers import locate
from pipeline.index.connection import connect
from pipeline.search.stories import story
from pipeline.settings import load
from pipeline.web.state import gather
from tests.conftest import ROOT
from tests.servers import Pair
from tests.whole import real
from tests.whole.command import COMMAND, run

PATIENCE = 90


class Wire:
    """The ``wire`` command on one data directory; ``env`` are the variables of its ``wire up``."""

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
        """Run a command to its end; the exit code is checked unless it may be any."""
        words = [str(each) for each in arguments]
        env = {"WIRE_DATA_DIR": str(self.folder)} | (env or {})
        done = run(words, input or b"", env, self.home, PATIENCE)
        assert code is None or done.returncode == code, (done.returncode, done.stderr.decode())
        return done

    def up(self, *arguments: str) -> str:
        """Start ``wire up``; the address it is ready on."""
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--data-dir", str(self.folder), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.home, env=os.environ | self.env,
        )  # fmt: skip
        line = self.process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:"), self.process.stderr.read()
        self.address = line.split()[1]
        return self.address

    def down(self) -> list[psutil.Process]:
        """Stop it as Ctrl-C does; what still runs of it afterwards."""
        family = self.family()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 0
        return [process for process in family if lives(process)]

    def feed(self, *stories: dict[str, Any], **options: Any) -> None:
        """Feed ninjs objects."""
        lines = "\n".join(json.dumps(story) for story in stories)
        self("feed", "-", "--format", "jsonl", input=lines.encode(), **options)

    def json(self, *arguments: str, code: int | None = 0) -> dict[str, Any]:
        """A command's JSON."""
        return json.loads(self(*arguments, "--json", code=code).stdout)

    def search(self, *arguments: str) -> dict[str, Any]:
        return self.json("search", *arguments)

    def story(self, uri: str) -> dict[str, Any] | None:
        """The story of that uri in the index."""
        with self.elasticsearch as client:
            return story(client, uri)

    def status(self) -> dict[str, Any]:
        """What `wire status --json` prints, without the second it takes to start it."""
        settings = load(data_dir=self.folder)
        return gather(settings, locate(settings))

    def letters(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self("dead", "list", "--json").stdout.splitlines()]

    def workers(self, stage: str) -> list[psutil.Process]:
        found = []
        for process in self.family():
            with suppress(psutil.Error):
                if f"worker {stage}" in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def family(self) -> list[psutil.Process]:
        """The processes below `wire up` that live."""
        return [p for p in psutil.Process(self.process.pid).children(recursive=True) if lives(p)]

    def await_idle(self) -> dict[str, Any]:
        """Wait until every stage has done what there is, and searches see it; the status then."""
        eventually(lambda: not any(self.status().get("lag", {"": 1}).values()))
        with self.elasticsearch as client:
            client.indices.refresh(index="stories,quotes", ignore_unavailable=True)
        return self.status()

    @property
    def elasticsearch(self) -> Elasticsearch:
        """A client of its Elasticsearch."""
        return connect(locate(load(data_dir=self.folder)).elasticsearch)


def lives(process: psutil.Process) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def eventually(ask: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first true answer."""
    deadline = time.monotonic() + patience
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)
    return answer


@contextmanager
def running(folder: Path, *arguments: str, env: dict[str, str] | None = None, home: Path = ROOT) -> Iterator[Wire]:
    """A ``wire up``, stopped afterwards whatever happens; ``home`` is where its configs are."""
    wire = Wire(folder, home, env)
    try:
        wire.up(*arguments)
        yield wire
    finally:
        if wire.process and wire.process.poll() is None:
            wire.down()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let those with servers of their own come before the shared ones, which take their part of the machine."""
    items.sort(key=lambda item: "flavour" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", params=["embedded", "real"])
def flavour(request: pytest.FixtureRequest) -> str:
    """Which servers; real ones are left out, with the reason, where they cannot run."""
    if request.param == "real":
        real.needed()
    return request.param


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Pair]]:
    """Real servers by what they are for, started when they are first asked for."""
    found: dict[str, Pair] = {}
    with ExitStack() as stack:

        def pair(purpose: str) -> Pair:
            if purpose not in found:
                found[purpose] = stack.enter_context(Pair(tmp_path_factory.mktemp(f"{purpose}-servers")))
            return found[purpose]

        yield pair


@pytest.fixture
def servers(flavour: str, pairs: Callable[[str], Pair]) -> dict[str, str]:
    """The variables that name servers with nothing in them; for a test that runs its own ``wire up``."""
    if flavour == "embedded":
        return {}
    pair = pairs("own")
    pair.clear()
    return pair.environment


@pytest.fixture(scope="session")
def wire(flavour: str, pairs: Callable[[str], Pair], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One ``wire up`` for all tests that do no harm to it."""
    env = {"WIRE_MONITOR__PORT": "0", "WIRE_MONITOR__EVERY": "2"}
    env |= pairs("shared").environment if flavour == "real" else {}
    with running(tmp_path_factory.mktemp("wire"), "--port", "0", env=env) as wire:
        yield wire
