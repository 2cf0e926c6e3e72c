"""``wire up``: run everything on this machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.request import urlopen

import typer
from rich.live import Live
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as DownloadProgress

from pipeline import topics
from pipeline.cli.console import messages, print_error, set_up_logging
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption, PortOption
from pipeline.cli.progress import Progress
from pipeline.cli.setup import prepare, report_limits
from pipeline.cli.supervisor import Child, Supervisor
from pipeline.cli.worker import environment
from pipeline.errors import LocalServerFailed
from pipeline.local.jars import Jar
from pipeline.local.ports import free_port
from pipeline.local.servers import LocalServers
from pipeline.locate import Servers, write_addresses
from pipeline.settings import Settings, load

_FEW_CORES = 2
"""On so many cores, or fewer, processes of their own make light stages no faster, and take 115 MB each."""
_SHARED = ("index", "derive", "alert", "deliver")
"""The stages that share a process there. With a backlog, parse and desk are busy, and would delay urgent stories."""
_PAGES = 60.0
"""Seconds until the first page must load."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(up)


def up(
    feed: Annotated[
        list[str] | None,
        typer.Option("--feed", metavar="PATH", help="Feed this file or folder; repeatable.", show_default=False),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Feed the sample stories of `wire demo`.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="N",
            min=1,
            help="Language processes; this stage is bound by the CPU.",
            show_default=False,
        ),
    ] = None,
    port: PortOption = None,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Run everything on this machine until Ctrl-C: servers, topics, workers, pages, and a feed.

    Apache Kafka and Elasticsearch run on this machine unless configured elsewhere; the first start downloads them.
    The live feeds of configs/feeds.toml run too. Prints `ready URL` when the first page loads. Earlier data is
    kept.

    [dim]wire up --feed seeds/  ·  wire up --demo  ·  wire up --workers 2 --port 9000  ·  wire up --kafka kafka:9092[/]
    """
    settings = load(kafka=kafka, elasticsearch=elasticsearch, data_dir=data_dir, processes=workers, port=port)
    settings = settings.model_copy(update={"data_dir": settings.data_dir.absolute()})
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    local = LocalServers(settings, print_error)
    fed = ([["feed", *feed]] if feed else []) + ([["demo"]] if demo else [])
    logs = settings.data_dir / "logs"
    logs.mkdir(exist_ok=True)
    set_up_logging()
    try:
        # A signal may arrive while starting.
        with suppress(KeyboardInterrupt):
            servers = local.start(_downloading)
            prepare(servers)
            report_limits(servers.elasticsearch)
            _run(settings, servers, local, fed, logs)
    finally:
        local.stop()
    messages.print("stopped")


@contextmanager
def _downloading(jars: Sequence[Jar]) -> Iterator[Callable[[int], None]]:
    """Show a download: a bar on a terminal, one line elsewhere."""
    size = sum(jar.size for jar in jars)
    what = f"downloading Apache Kafka and Elasticsearch, once on this machine ({size / 1e6:.0f} MB)"
    if not messages.is_terminal:
        messages.print(what, soft_wrap=True)
        yield lambda size: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with DownloadProgress(*columns, console=messages, transient=True) as progress:
        bar = progress.add_task(what, total=size)
        yield lambda size: progress.advance(bar, size)


def _run(settings: Settings, servers: Servers, local: LocalServers, fed: list[list[str]], logs: Path) -> None:
    chosen = free_port(settings.web.port)
    pages = f"http://{settings.web.host}:{chosen}"
    if settings.web.port not in (0, chosen):
        print_error(f"port {settings.web.port} is taken, the pages are on {chosen}")
    serve = Child("serve", ["serve", "--port", str(chosen)], logs / "serve.log")
    stages = _workers(logs)
    feeds = [Child("feeds", ["feeds"], logs / "feeds.log")] if settings.feeds else []
    supervisor = Supervisor([serve], environment(settings, servers))
    supervisor.start()
    feeding: list[subprocess.Popen[bytes]] = []
    try:
        # The page opens sooner if nothing else starts at the same time.
        _await_page(pages, supervisor)
        if supervisor.stopping.is_set():
            return
        supervisor.children += [*stages, *feeds]
        feeding = [_feed(command, supervisor.environment) for command in fed]
        write_addresses(settings.data_dir, replace(servers, pages=pages))
        sys.stdout.write(f"ready {pages}\n")
        sys.stdout.flush()
        messages.print(f"logs in {logs}; Ctrl-C stops")
        progress = Progress(servers.kafka)
        with Live(console=messages, auto_refresh=False, transient=True) as live:
            show = _each_second(live, progress) if messages.is_terminal else lambda: None

            def look() -> None:
                local.restart_ended()
                show()

            supervisor.watch(look)
    finally:
        for process in feeding:
            if process.poll() is None:
                process.terminate()
                process.wait()
        supervisor.stop()


def _workers(logs: Path) -> list[Child]:
    """Return the workers: a process for each stage, or few where there are few cores to share."""
    shared = _SHARED if (os.cpu_count() or 1) <= _FEW_CORES else ()
    workers = [Child(name, ["worker", name], logs / f"{name}.log") for name in topics.STAGES if name not in shared]
    if shared:
        name = "-".join(shared)
        workers.append(Child(name, ["worker", "--together", *shared], logs / f"{name}.log"))
    return workers


def _await_page(pages: str, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + _PAGES
    while not supervisor.stopping.wait(0.1):
        try:
            with urlopen(pages, timeout=10):  # noqa: S310 - our own address
                return
        except OSError:
            if time.monotonic() > deadline:
                raise LocalServerFailed(f"the pages did not open at {pages} within {_PAGES:g} s") from None


def _feed(words: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Feed in a process of its own, whose output goes to standard error."""
    command = [sys.executable, "-m", "pipeline", *words]
    return subprocess.Popen(  # noqa: S603 - this very program
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment, start_new_session=True
    )


def _each_second(live: Live, progress: Progress) -> Callable[[], None]:
    shown = 0.0

    def show() -> None:
        nonlocal shown
        if time.monotonic() - shown >= 1:
            live.update(progress.table(), refresh=True)
            shown = time.monotonic()

    return show
