"""Making the topics, explicitly, with their partitions."""

from kafka.admin import NewTopic

from pipeline import topics
from pipeline.connect.kafka import admin
from pipeline.settings import Kafka


def ensure(kafka: Kafka) -> list[str]:
    """Create the topics that do not exist; the names of those that were created.

    The dead letters are compacted: only the last word about each is wanted. Raises KafkaAway.
    """
    with admin(kafka) as client:
        known = set(client.list_topics())
        missing = [name for name in topics.TOPICS if kafka.named(name) not in known]
        if missing:
            client.create_topics([_new(name, kafka) for name in missing])
            client.wait_for_topics([kafka.named(name) for name in missing])
    return missing


def _new(name: str, kafka: Kafka) -> NewTopic:
    configs = {"max.message.bytes": str(kafka.max_message_bytes)}
    if name == topics.DEAD:
        configs["max.message.bytes"] = str(kafka.max_message_bytes + topics.DEAD_HEADROOM)
        configs |= {"cleanup.policy": "compact,delete", "retention.ms": str(kafka.dead_retention * 1000)}
    else:
        configs["retention.ms"] = str(kafka.retention * 1000)
    return NewTopic(
        name=kafka.named(name),
        num_partitions=1 if name == topics.SIGNATURES else kafka.partitions,
        replication_factor=kafka.replication,
        topic_configs=configs,
    )
