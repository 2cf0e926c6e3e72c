"""Write a worker's metrics to Elasticsearch, from a thread of their own."""

import os
import socket
import threading
import time
from datetime import timedelta

import structlog

from pipeline.elasticsearch.client import connect
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.index.metrics_recorder import Recorder
from pipeline.settings import Elasticsearch, Monitor
from pipeline.workers.runtime.metrics import WorkerMetrics

log = structlog.get_logger()


def start(metrics: WorkerMetrics, elasticsearch: Elasticsearch, monitor: Monitor) -> None:
    """Write a document every ``monitor.every`` seconds, except while Elasticsearch is unavailable."""
    about = {"process": f"{socket.gethostname()}-{os.getpid()}"}
    recorder = Recorder(connect(elasticsearch), about, timedelta(days=monitor.keep_days))
    threading.Thread(target=_record, args=(metrics, recorder, monitor.every), daemon=True, name="recording").start()


def _record(metrics: WorkerMetrics, recorder: Recorder, every: float) -> None:
    while True:
        time.sleep(every)
        try:
            recorder.record(metrics.document())
        except ElasticsearchUnavailable as error:
            log.info("metrics_not_recorded", reason=str(error))
        except DocumentRefused as error:
            log.warning("metrics_rejected", reason=str(error))
        except Exception:  # this thread must outlive any error
            log.exception("metrics_not_recorded")
