"""Serving until told to stop."""

import uvicorn

from pipeline.broker.delivery import Delivery
from pipeline.feeds.figures import Feeds
from pipeline.feeds.memory import Memory
from pipeline.settings import Elasticsearch, Kafka, Settings
from pipeline.web.app import make
from pipeline.web.ingest import Door


def run(settings: Settings, elasticsearch: Elasticsearch, kafka: Kafka | None, port: int) -> None:
    """Serve on that port of the settings' address; without Kafka, what is pushed is told to wait."""
    delivery = Delivery(kafka) if kafka else None
    memory = Memory(settings.data_dir)
    door = Door(settings.push, settings.feed.max_item_bytes, settings.data_dir, delivery, memory)
    app = make(elasticsearch, door, Feeds(settings.feeds, memory))
    try:
        uvicorn.run(app, host=settings.web.host, port=port, log_level="warning", access_log=False)
    finally:
        if delivery:
            delivery.close()
        memory.close()
