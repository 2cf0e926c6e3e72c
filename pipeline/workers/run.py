"""Running one stage in this process until it is told to stop."""

import os
import signal
import threading
import time

import structlog
from faust import Worker

from pipeline.embedded.cures import lease_member, pace_fetches
from pipeline.embedded.servers import Servers
from pipeline.settings import Settings
from pipeline.topics import Stage
from pipeline.workers.agents import AGENTS
from pipeline.workers.app import Context, make

log = structlog.get_logger()

DRAIN = 10.0
"""Seconds a worker may take to stop; then it is ended. What it was at is done again by another."""
_ORPHAN_CHECK = 1.0


def run(stage: Stage, settings: Settings, servers: Servers, parent: int | None = None) -> None:
    """Work until SIGTERM or SIGINT; or until ``parent`` is gone, if there is one."""
    member = None
    if servers.embedded_kafka:
        pace_fetches()
        member = lease_member(settings.data_dir, stage.group)
    app = make(stage, settings, servers, member and member.name)
    AGENTS[stage](Context(app, stage, settings, servers))
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    worker = DrainingWorker(app, loglevel="WARNING", override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    log.info("worker starts", stage=stage.name, reads=stage.reads, writes=stage.writes, member=app.conf.consumer_group_instance_id)
    try:
        worker.execute_from_commandline()
    finally:
        if member:
            member.release(servers.kafka)


class DrainingWorker(Worker):
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


def _follow(parent: int) -> None:
    """End the process when its parent is gone."""
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK)
    os.kill(os.getpid(), signal.SIGTERM)
