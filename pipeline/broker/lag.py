"""How far each stage is behind, measured at the broker, never at the worker."""

from dataclasses import dataclass

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from pipeline import topics
from pipeline.broker.connection import admin, consumer
from pipeline.broker.log import Coordinate


@dataclass(frozen=True)
class Lag:
    """A stage's backlog: how many messages it has not done, and the first of each partition.

    ``done`` counts the messages behind it, of those the topic was ever given.
    """

    stage: str
    done: int
    messages: int
    first: tuple[Coordinate, ...]


def lags(servers: str) -> list[Lag]:
    """The backlog of every stage, in the order of the route. Raises KafkaAway."""
    with admin(servers) as groups, consumer(servers) as client:
        return [_lag(groups, client, stage) for stage in topics.STAGES.values()]


def _lag(groups: KafkaAdminClient, client: KafkaConsumer, stage: topics.Stage) -> Lag:
    partitions = [TopicPartition(stage.reads, n) for n in client.partitions_for_topic(stage.reads) or ()]
    if not partitions:
        return Lag(stage.name, 0, 0, ())
    ends = client.end_offsets(partitions)
    starts = client.beginning_offsets(partitions)
    committed = groups.list_group_offsets({stage.group: None})[stage.group]
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
        tuple(Coordinate(tp.topic, tp.partition, position) for tp, position in behind.items()),
    )
