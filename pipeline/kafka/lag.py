"""Measure the consumer lag of each stage at the broker, not at the workers."""

from dataclasses import dataclass

import stamina
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError
from kafka.structs import OffsetAndMetadata

from pipeline import topics
from pipeline.envelope import Coordinate
from pipeline.kafka.client import admin, consumer
from pipeline.settings import Kafka


@dataclass(frozen=True)
class Lag:
    """A stage's lag on the topics it reads: how many messages it has not processed, and the first of each partition.

    ``done`` counts the processed messages since the topic was created.
    """

    stage: str
    done: int
    messages: int
    first: tuple[Coordinate, ...]


def lags(kafka: Kafka) -> list[Lag]:
    """Return the lag of every stage, in order. Raises KafkaUnavailable."""
    with admin(kafka) as groups, consumer(kafka) as client:
        return [_lag(kafka, groups, client, stage) for stage in topics.STAGES.values()]


def lag(kafka: Kafka, stage: topics.Stage) -> Lag:
    """Return the lag of one stage. Raises KafkaUnavailable."""
    with admin(kafka) as groups, consumer(kafka) as client:
        return _lag(kafka, groups, client, stage)


def _lag(kafka: Kafka, groups: KafkaAdminClient, client: KafkaConsumer, stage: topics.Stage) -> Lag:
    partitions = [
        TopicPartition(topic, n)
        for topic in map(kafka.named, stage.inputs)
        for n in client.partitions_for_topic(topic) or ()
    ]
    if not partitions:
        return Lag(stage.name, 0, 0, ())
    ends = client.end_offsets(partitions)
    starts = client.beginning_offsets(partitions)
    committed = _committed(groups, kafka.named(stage.group))
    behind = {}
    for tp in partitions:
        known = committed.get(tp)
        position = max(known.offset, starts[tp]) if known and known.offset >= 0 else starts[tp]
        if position < ends[tp]:
            behind[tp] = position
    return Lag(
        stage.name,
        sum(ends.values()) - sum(ends[tp] - position for tp, position in behind.items()),
        sum(ends[tp] - position for tp, position in behind.items()),
        tuple(Coordinate(kafka.plain(tp.topic), tp.partition, position) for tp, position in behind.items()),
    )


_COORDINATOR_NOT_READY = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)
"""The errors of a broker that was just started or just took over a group."""


@stamina.retry(on=_COORDINATOR_NOT_READY, attempts=None, timeout=10, wait_initial=0.1, wait_max=1)
def _committed(groups: KafkaAdminClient, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
    found: dict[TopicPartition, OffsetAndMetadata] = groups.list_group_offsets({group: None})[group]
    return found
