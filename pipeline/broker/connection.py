"""kafka-python clients that fail as this project's errors do."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient, KafkaConsumer
from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from pipeline.errors import KafkaAway

BOOTSTRAP_MS = 5_000


@contextmanager
def speaking_to(servers: str) -> Iterator[None]:
    """Turn whatever says that Kafka is away into KafkaAway, with its address."""
    try:
        yield
    except (KafkaConnectionError, KafkaTimeoutError, ConnectionError) as error:
        raise KafkaAway(f"Kafka does not answer at {servers} ({type(error).__name__})") from None
    except KafkaError as error:
        raise KafkaAway(f"Kafka at {servers}: {error}") from None


@contextmanager
def admin(servers: str) -> Iterator[KafkaAdminClient]:
    """An administration client, closed afterwards. Raises KafkaAway."""
    with speaking_to(servers):
        client = KafkaAdminClient(bootstrap_servers=servers.split(","), bootstrap_timeout_ms=BOOTSTRAP_MS)
        try:
            yield client
        finally:
            client.close()


@contextmanager
def consumer(servers: str, fetch_bytes: int = 4 << 20) -> Iterator[KafkaConsumer]:
    """A consumer that belongs to no group and commits nothing, closed afterwards.

    ``fetch_bytes`` is how much it asks of a partition at once; a larger message comes all the same.
    Raises KafkaAway.
    """
    with speaking_to(servers):
        client = KafkaConsumer(
            bootstrap_servers=servers.split(","),
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=fetch_bytes,
        )
        try:
            yield client
        finally:
            client.close()
