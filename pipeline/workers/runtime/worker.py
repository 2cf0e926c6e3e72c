"""Run stages in this process until told to stop, each with a Faust app of its own on one event loop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from importlib import import_module
from typing import Any

import structlog
from faust import Sensor
from faust.types import AppT, StreamT

from pipeline.kafka import aiokafka_patches
from pipeline.ops import recording
from pipeline.ops.monitor import serve
from pipeline.settings import Settings
from pipeline.topics import Stage
from pipeline.workers.contract import Context, Handler
from pipeline.workers.garbage import collect_rarely
from pipeline.workers.runtime import faust_patches
from pipeline.workers.runtime.faust_app import make
from pipeline.workers.runtime.faust_broker import FaustBroker, events
from pipeline.workers.runtime.metrics import WorkerMetrics
from pipeline.workers.runtime.offsets import Event
from pipeline.workers.runtime.processor import Processor
from pipeline.workers.runtime.stall_detection import Partition, StallWatch

log = structlog.get_logger()


def run(stages: Sequence[Stage], settings: Settings) -> None:
    """Run the stages until SIGTERM or SIGINT. The settings must have the servers' addresses."""
    faust_patches.keep_failed_commits()
    faust_patches.never_pause()
    aiokafka_patches.read_round_robin()
    aiokafka_patches.read_any_header()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    apps = [_app(stage, settings) for stage in stages]
    worker = faust_patches.DrainingWorker(apps, loglevel="WARNING", override_logging=False, redirect_stdouts=False)
    worker.spinner = None
    collect_rarely()
    worker.execute_from_commandline()


def _app(stage: Stage, settings: Settings) -> AppT:
    """Return the app that runs a stage."""
    with structlog.contextvars.bound_contextvars(stage=stage.name):
        metrics = WorkerMetrics(stage.name)
        app = make(stage, settings)
        app.sensors.add(Rebalances(metrics))
        _add_stage(app, Context(stage, settings, FaustBroker(app, settings.kafka), metrics))
        _watch(app, stage, settings, metrics)
        log.info("worker_starting", reads=stage.inputs, writes=stage.writes)
    return app


def handler_of(context: Context) -> Handler:
    """Return the stage's handler. Import only its own module, since the others' imports cost time and memory."""
    handler: Handler = import_module(f"pipeline.workers.stages.{context.stage.name}").handler(context)
    return handler


def _add_stage(app: AppT, context: Context) -> None:
    stage, handler = context.stage, handler_of(context)
    processor = Processor(stage, handler, context.broker, context.metrics)
    streams = [_add_agent(app, topic, context) for topic in stage.inputs]

    async def process() -> None:
        structlog.contextvars.bind_contextvars(stage=stage.name)
        await processor.run(*streams)

    async def tick() -> None:
        structlog.contextvars.bind_contextvars(stage=stage.name)
        await processor.tick()

    async def stop(*_: object, **__: object) -> None:
        await handler.stop()

    app.task(handler.start)
    app.task(process)
    app.on_before_shutdown.connect(stop, weak=False)
    if handler.every:
        app.timer(interval=handler.every)(tick)


def _add_agent(app: AppT, topic: str, context: Context) -> AsyncIterator[Event]:
    """Add an agent that reads a topic. Return its events."""
    arrived: asyncio.Queue[Event] = asyncio.Queue(1)

    async def receive(stream: StreamT) -> None:
        async for event in events(stream, topic):
            await arrived.put(event)

    async def stream() -> AsyncIterator[Event]:
        while True:
            yield await arrived.get()

    app.agent(app.topic(context.settings.kafka.named(topic)), name=topic)(receive)
    return stream()


def _watch(app: AppT, stage: Stage, settings: Settings, metrics: WorkerMetrics) -> None:
    """Serve the worker's metrics and health, write them to Elasticsearch, and detect stalls."""

    def why_not_ready() -> str | None:
        if app.rebalancing or not metrics.assigned:
            return "partitions are being handed out"
        return metrics.waiting

    def assigned() -> set[Partition]:
        plain = settings.kafka.plain
        return {(plain(tp.topic), tp.partition) for tp in app.consumer.assignment() if plain(tp.topic) in stage.inputs}

    monitor = settings.monitor
    port = monitor.port and monitor.port + stage.number
    serve(monitor.host, port, metrics.registry, why_not_ready)
    recording.start([metrics], settings.elasticsearch, monitor)
    # A batch may take its deadline, twice if its stories are retried one by one.
    patience = max(monitor.stuck_after, 2 * settings.annotate.deadline if stage.name == "annotate" else 0)
    StallWatch(stage, settings.kafka, metrics, assigned, patience).start()


class Rebalances(Sensor):  # type: ignore[misc]
    """Count Faust's rebalances."""

    def __init__(self, metrics: WorkerMetrics) -> None:
        """``metrics`` are this worker's."""
        super().__init__()
        self._metrics = metrics

    def on_rebalance_end(self, app: AppT, state: dict[str, Any]) -> None:
        """Record that partitions were reassigned."""
        self._metrics.assigned = True
        self._metrics.rebalances.labels(self._metrics.stage).inc()
