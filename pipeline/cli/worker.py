"""``wire worker``: run Faust workers."""

import os
from typing import Annotated

import stamina
import typer

from pipeline import topics
from pipeline.cli.console import set_up_logging
from pipeline.cli.options import DataDirOption, ElasticsearchOption, KafkaOption, connected
from pipeline.cli.orphans import PARENT, end_with_parent, is_child
from pipeline.cli.setup import prepare
from pipeline.cli.supervisor import Child, Supervisor
from pipeline.errors import ConfigurationError, TransientError
from pipeline.locate import Servers
from pipeline.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)


def worker(
    stages: Annotated[
        list[str] | None,
        typer.Argument(metavar="STAGE…", help="The stages to run; all of them by default."),
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="Run the stages in one process, which takes less memory.")
    ] = False,
    kafka: KafkaOption = None,
    elasticsearch: ElasticsearchOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Run workers until told to stop, each stage in a process of its own, or all of them in one.

    Several workers of a stage, here or elsewhere, share its partitions.

    [dim]wire worker  ·  wire worker --together  ·  wire worker annotate --kafka kafka:9092 --elasticsearch http://es:9200[/]
    """
    named = stages or list(topics.STAGES)
    if unknown := [name for name in named if name not in topics.STAGES]:
        raise ConfigurationError(f"no stage {unknown[0]!r}; the stages are {', '.join(topics.STAGES)}")
    set_up_logging()
    settings, servers = connected(kafka, elasticsearch, data_dir)
    end_with_parent()
    if not is_child():
        # Servers started at the same time may take longer; one that rejects us is not waited for.
        stamina.retry(on=TransientError, attempts=None, timeout=None, wait_max=10)(prepare)(servers)
    if len(named) > 1 and not together:
        _supervise(named, settings, servers)
        return
    # Faust is slow to import, and only a worker process needs it.
    from pipeline.workers.runtime.worker import run  # noqa: PLC0415

    located = {"kafka": servers.kafka, "elasticsearch": servers.elasticsearch}
    run([topics.STAGES[name] for name in named], settings.model_copy(update=located))


def environment(settings: Settings, servers: Servers) -> dict[str, str]:
    """Return the environment in which a child finds its parent's settings and servers."""
    given = {
        PARENT: str(os.getpid()),
        "WIRE_DATA_DIR": str(settings.data_dir),
        "WIRE_ANNOTATE__PROCESSES": str(settings.annotate.processes),
        "WIRE_KAFKA__BOOTSTRAP_SERVERS": servers.kafka.address,
        "WIRE_ELASTICSEARCH__HOSTS": servers.elasticsearch.address,
    }
    return {**os.environ, **given}


def _supervise(named: list[str], settings: Settings, servers: Servers) -> None:
    children = [Child(name, ["worker", name]) for name in named]
    supervisor = Supervisor(children, environment(settings, servers))
    supervisor.start()
    try:
        supervisor.watch()
    finally:
        supervisor.stop()
