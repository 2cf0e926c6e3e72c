"""Create the topics explicitly, with their partitions."""

import structlog
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import KafkaError

from pipeline import topics
from pipeline.kafka.client import admin
from pipeline.settings import Kafka

log = structlog.get_logger()


def ensure(kafka: Kafka) -> list[str]:
    """Create missing topics, and update the settings of the others. Return the names of those created.

    Partitions of existing topics are not changed: a story's versions stay in order only within one partition.
    Raises KafkaUnavailable.
    """
    with admin(kafka) as client:
        known = set(client.list_topics())
        missing = [name for name in topics.TOPICS if kafka.named(name) not in known]
        if missing:
            client.create_topics([_new(name, kafka) for name in missing])
            client.wait_for_topics([kafka.named(name) for name in missing])
        there = [name for name in topics.TOPICS if name not in missing]
        resources = [
            ConfigResource(ConfigResourceType.TOPIC, kafka.named(name), _configs(name, kafka)) for name in there
        ]
        try:
            client.alter_configs(resources)
        except KafkaError as error:
            # Credentials that may use topics may not be allowed to change them.
            log.warning("topic_settings_unchanged", reason=f"{type(error).__name__}: {error}")
    return missing


def _new(name: str, kafka: Kafka) -> NewTopic:
    return NewTopic(
        name=kafka.named(name),
        num_partitions=kafka.partitions,
        replication_factor=kafka.replication,
        topic_configs=_configs(name, kafka),
    )


def _configs(name: str, kafka: Kafka) -> dict[str, str]:
    """Return a topic's message size limit and retention; the dead-letter topic is compacted."""
    if name == topics.DEAD:
        return {
            "max.message.bytes": str(kafka.max_message_bytes + topics.DEAD_HEADROOM),
            "cleanup.policy": "compact,delete",
            "retention.ms": str(kafka.dead_retention * 1000),
        }
    return {"max.message.bytes": str(kafka.max_message_bytes), "retention.ms": str(kafka.retention * 1000)}
