"""Running one stage in this process until it is told to stop."""

import os
import threading

import structlog
from faust import Worker
from faust.types import AppT

from pipeline.local.locate import Servers
from pipeline.settings import Settings
from pipeline.topics import STAGES, Stage
from pipeline.web.monitor import serve
from pipeline.workers import recording
from pipeline.workers.agents import AGENTS
from pipeline.workers.app import Context, make
from pipeline.workers.cures import keep_failed_commits
from pipeline.workers.figures import Figures, Rebalances
from pipeline.workers.liveness import Liveness

log = structlog.get_logger()

DRAIN = 10.0
"""Seconds a worker may take to stop; then it is ended. What it was at is done again by another."""


def run(stage: Stage, settings: Settings, servers: Servers) -> None:
    """Work until SIGTERM or SIGINT."""
    keep_failed_commits()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    structlog.contextvars.bind_contextvars(stage=stage.name)
    figures = Figures(stage.name)
    app = make(stage, settings, servers)
    app.sensors.add(Rebalances(figures))
    AGENTS[stage](Context(app, stage, settings, servers, figures))
    _watch(app, stage, settings, servers, figures)
    worker = DrainingWorker(app, loglevel="WARNING", override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    log.info("worker starts", reads=stage.reads, writes=stage.writes)
    worker.execute_from_commandline()


def _watch(app: AppT, stage: Stage, settings: Settings, servers: Servers, figures: Figures) -> None:
    """Have the worker looked at by others, by dashboards and by itself."""

    def why_not_ready() -> str | None:
        if app.rebalancing or not figures.assigned:
            return "partitions are being handed out"
        return figures.waiting

    topic = servers.kafka.named(stage.reads)

    def ours() -> set[int]:
        return {tp.partition for tp in app.consumer.assignment() if tp.topic == topic}

    monitor = settings.monitor
    port = monitor.port and monitor.port + list(STAGES.values()).index(stage)
    serve(monitor.host, port, figures.registry, why_not_ready)
    recording.start(figures, servers.elasticsearch, monitor)
    # A batch may take as long as its deadline, twice where its stories are tried alone.
    patience = max(monitor.stuck_after, 2 * settings.annotate.deadline if stage.name == "annotate" else 0)
    Liveness(stage, servers.kafka, figures, ours, patience).start()


class DrainingWorker(Worker):  # type: ignore[misc]
    """Faust's worker, which also leaves when Faust's own shutdown hangs (robinhood 484)."""

    def _on_sigint(self) -> None:
        _leave_within(DRAIN)
        super()._on_sigint()

    def _on_sigterm(self) -> None:
        _leave_within(DRAIN)
        super()._on_sigterm()


def _leave_within(seconds: float) -> None:
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()
