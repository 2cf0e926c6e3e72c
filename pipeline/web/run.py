"""Serving until told to stop."""

import uvicorn

from pipeline.broker.shared_sender import Delivery
from pipeline.connect.locate import Servers
from pipeline.feeds.feed_metrics import Feeds
from pipeline.feeds.feed_state import Memory
from pipeline.settings import Settings
from pipeline.web.app import make
from pipeline.web.ingest import Door

_STREAMS = 2
"""Seconds that live streams are given to end."""


def run(settings: Settings, servers: Servers, port: int) -> None:
    """Serve on that port of the settings' address; without Kafka, what is pushed is told to wait."""
    delivery = Delivery(servers.kafka)
    memory = Memory(settings.data_dir)
    door = Door(settings.push, settings.feed.max_item_bytes, settings.data_dir, delivery, memory)
    app = make(settings, servers, door, Feeds(settings.feeds, memory))
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
        delivery.close()
        memory.close()
