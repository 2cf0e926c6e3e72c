"""Run the web server until told to stop."""

import uvicorn

from pipeline.feeds.feed_metrics import FeedMetrics, FeedRecords
from pipeline.feeds.feed_state import FeedState
from pipeline.kafka.shared_sender import SharedSender
from pipeline.locate import Servers
from pipeline.ops import recording, tokens
from pipeline.ops.server_metrics import ServerMetrics
from pipeline.settings import Settings
from pipeline.web.app import make
from pipeline.web.ingest import IngestService

_STREAMS = 2
"""Seconds that live streams may take to end."""


def run(settings: Settings, servers: Servers, port: int) -> None:
    """Serve on this port. Without Kafka, pushes get 503 with Retry-After."""
    delivery = SharedSender(servers.kafka)
    feed_state = FeedState(settings.data_dir)
    ingest_service = IngestService(settings.push, settings.feed.max_item_bytes, settings.data_dir, delivery, feed_state)
    measured = ServerMetrics(servers)
    app = make(settings, servers, ingest_service, (FeedMetrics(settings.feeds, feed_state), measured))
    senders = FeedRecords((), feed_state, lambda: {*tokens.load(settings.data_dir), *settings.push.tokens})
    # What is measured for scrapes too comes first, whether or not Elasticsearch takes the documents.
    sources = (measured, recording.Process("serve"), senders)
    stop = recording.start(sources, servers.elasticsearch, settings.monitor)
    try:
        uvicorn.run(
            app,
            host=settings.web.host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_STREAMS,
        )
    finally:
        stop()
        delivery.close()
        feed_state.close()
