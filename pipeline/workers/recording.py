"""A worker's figures, written down for dashboards from a thread of their own."""

import os
import socket
import threading
import time
from datetime import timedelta

import structlog

from pipeline.errors import DocumentRefused, ElasticsearchAway
from pipeline.index.connection import connect
from pipeline.index.metrics import Recorder
from pipeline.settings import Elasticsearch, Monitor
from pipeline.workers.figures import Figures

log = structlog.get_logger()


def start(figures: Figures, elasticsearch: Elasticsearch, monitor: Monitor) -> None:
    """Write a document every ``monitor.every`` seconds; while Elasticsearch is away there is a gap."""
    about = {"process": f"{socket.gethostname()}-{os.getpid()}"}
    recorder = Recorder(connect(elasticsearch), about, timedelta(days=monitor.keep_days))
    threading.Thread(target=_record, args=(figures, recorder, monitor.every), daemon=True, name="recording").start()


def _record(figures: Figures, recorder: Recorder, every: float) -> None:
    while True:
        time.sleep(every)
        try:
            recorder.record(figures.document())
        except ElasticsearchAway as error:
            log.info("figures were not written down", why=str(error))
        except DocumentRefused as error:
            log.warning("figures were refused", why=str(error))
