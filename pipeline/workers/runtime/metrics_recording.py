"""Write a worker's metrics to Elasticsearch, from a thread of their own."""

import atexit
import os
import socket
import threading
from datetime import timedelta

import structlog

from pipeline.elasticsearch.client import connect
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.index.metrics_recorder import Recorder
from pipeline.settings import Elasticsearch, Monitor
from pipeline.workers.runtime.metrics import WorkerMetrics

log = structlog.get_logger()
_LAST = 2.0
"""Seconds that a stopping process waits for its last document."""


def start(metrics: WorkerMetrics, elasticsearch: Elasticsearch, monitor: Monitor) -> None:
    """Write a document every ``monitor.every`` seconds and at the end, except while Elasticsearch is unavailable."""
    about = {"process": f"{socket.gethostname()}-{os.getpid()}"}
    recorder = Recorder(connect(elasticsearch), about, timedelta(days=monitor.keep_days))
    stopping = threading.Event()
    arguments = (metrics, recorder, monitor.every, stopping)
    thread = threading.Thread(target=_record, args=arguments, daemon=True, name="recording")
    thread.start()

    def stop() -> None:
        stopping.set()
        thread.join(_LAST)

    atexit.register(stop)


def _record(metrics: WorkerMetrics, recorder: Recorder, every: float, stopping: threading.Event) -> None:
    is_last = False
    while not is_last:
        is_last = stopping.wait(every)
        try:
            document = metrics.document()
            recorder.record(document)
            metrics.recorded(document)
        except ElasticsearchUnavailable as error:
            log.info("metrics_not_recorded", reason=str(error))
        except DocumentRefused as error:
            log.warning("metrics_rejected", reason=str(error))
        except Exception:  # this thread must outlive any error
            log.exception("metrics_not_recorded")
