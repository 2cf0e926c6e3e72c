"""Running one stage in this process until it is told to stop."""

import os
import threading

import structlog
from faust import Worker

from pipeline.embedded.cures import lease_member, pace_fetches
from pipeline.embedded.servers import Servers
from pipeline.settings import Settings
from pipeline.topics import Stage
from pipeline.workers.agents import AGENTS
from pipeline.workers.app import Context, make
from pipeline.workers.cures import keep_failed_commits

log = structlog.get_logger()

DRAIN = 10.0
"""Seconds a worker may take to stop; then it is ended. What it was at is done again by another."""


def run(stage: Stage, settings: Settings, servers: Servers) -> None:
    """Work until SIGTERM or SIGINT."""
    keep_failed_commits()
    member = None
    if servers.embedded_kafka:
        pace_fetches()
        member = lease_member(settings.data_dir, stage.group)
    app = make(stage, settings, servers, member.name if member else None)
    AGENTS[stage](Context(app, stage, settings, servers))
    worker = DrainingWorker(app, loglevel="WARNING", override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    log.info(
        "worker starts",
        stage=stage.name,
        reads=stage.reads,
        writes=stage.writes,
        member=app.conf.consumer_group_instance_id,
    )
    try:
        worker.execute_from_commandline()
    finally:
        if member:
            member.release(servers.kafka)


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
