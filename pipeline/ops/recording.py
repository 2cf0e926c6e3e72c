"""Write a process's metrics to Elasticsearch, from a thread of their own."""

import atexit
import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import psutil
import structlog

from pipeline.elasticsearch.client import connect
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.index.metrics_recorder import Recorder
from pipeline.settings import Elasticsearch, Monitor

log = structlog.get_logger()
_FIRST = 1.0
"""Seconds until a process first says that it is there."""
_LAST = 2.0
"""Seconds that a stopping process waits for its last documents."""


class Measured(Protocol):
    """What a process measures."""

    def documents(self) -> Sequence[dict[str, Any]]:
        """Return the documents for ``wire-metrics-*``, as the values are now."""
        ...

    def recorded(self, documents: Sequence[dict[str, Any]]) -> None:
        """Take note that these were written: an increase counts from there."""
        ...


class Process:
    """A process that is no worker; ``name`` stands where a worker has its stage."""

    def __init__(self, name: str) -> None:
        """Take the name."""
        self._name = name

    def documents(self) -> list[dict[str, Any]]:
        """See Measured."""
        return [{"stage": self._name, "resident_bytes": psutil.Process().memory_info().rss}]

    def recorded(self, documents: Sequence[dict[str, Any]]) -> None:
        """See Measured: nothing here counts from the last document."""


def start(measured: Sequence[Measured], elasticsearch: Elasticsearch, monitor: Monitor) -> Callable[[], None]:
    """Write the documents now, every ``monitor.every`` seconds and at the end, except while Elasticsearch is away.

    The end is that of the process, or when the function that is returned is called.
    """
    about = {"process": f"{socket.gethostname()}-{os.getpid()}"}
    recorder = Recorder(connect(elasticsearch), about, timedelta(days=monitor.keep_days))
    stopping = threading.Event()
    arguments = (measured, recorder, monitor.every, stopping)
    thread = threading.Thread(target=_record, args=arguments, daemon=True, name="recording")
    thread.start()

    def stop() -> None:
        stopping.set()
        thread.join(_LAST)

    atexit.register(stop)
    return stop


def _record(measured: Sequence[Measured], recorder: Recorder, every: float, stopping: threading.Event) -> None:
    is_last = stopping.wait(min(_FIRST, every))
    while True:
        try:
            for each in measured:
                documents = each.documents()
                recorder.record([{**document, "stopped": True} for document in documents] if is_last else documents)
                each.recorded(documents)
        except ElasticsearchUnavailable as error:
            log.info("metrics_not_recorded", reason=str(error))
        except DocumentRefused as error:
            log.warning("metrics_rejected", reason=str(error))
        except Exception:  # this thread must outlive any error
            log.exception("metrics_not_recorded")
        if is_last:
            return
        is_last = stopping.wait(every)
