"""Patch what is wrong in aiokafka, as of 0.14.0, with which Faust reads."""

import ssl
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from aiokafka import conn, errors
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

from pipeline.errors import ConfigurationError, KafkaUnavailable
from pipeline.kafka.kafka_python_patches import accept_any_name
from pipeline.settings import Kafka
from pipeline.topics import is_urgent


def read_round_robin() -> None:
    """Return what was fetched of urgent topics before all else, and a few messages of each partition in turn.

    aiokafka returns all that it fetched of one partition before it returns any of the next. With small messages, a
    partition would stand still for minutes. Not reported for aiokafka; Apache Kafka's own client has the same
    (KAFKA-3932, apache/kafka 5838).
    """
    fetched_records = fetcher.Fetcher.fetched_records

    async def round_robin(self: fetcher.Fetcher, *arguments: Any, **options: Any) -> Any:
        for tp in list(self._records):
            if not is_urgent(tp.topic):
                self._records.move_to_end(tp)
        found = await fetched_records(self, *arguments, **options)
        for tp in found:
            if tp in self._records:
                self._records.move_to_end(tp)
        return found

    fetcher.Fetcher.fetched_records = round_robin


def read_any_header() -> None:
    """Read messages whose header names are not UTF-8; see ``accept_any_name``."""
    accept_any_name(_DefaultRecordBatchPy)
    fetcher.MemoryRecords = _Records


class _Records(_MemoryRecordsPy):  # type: ignore[misc]
    """The batches of messages in the answer to a fetch."""

    def __init__(self, content: bytes | None) -> None:
        super().__init__(content or b"")

    def next_batch(self) -> Any:
        batch = self._next_slice
        if batch[self.MAGIC_OFFSET] < 2:
            return super().next_batch()
        self._cache_next()
        return _Batch(bytes(batch))


class _Batch:
    """A batch that aiokafka's fast reader reads, and the slower one what that cannot."""

    def __init__(self, content: bytes) -> None:
        self._content, self._batch = content, DefaultRecordBatch(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            yield from islice(_DefaultRecordBatchPy(self._content), read, None)


async def explain_rejection(kafka: Kafka, options: Mapping[str, Any]) -> None:
    """Connect once more, to find out whether Kafka rejects us. Raises ConfigurationError, KafkaUnavailable.

    kafka-python only logs that a broker rejects a password or shows a certificate that is not trusted, as long as it
    knows no broker yet (dpkp/kafka-python 2994 raises it later). So do the public classes of aiokafka. ``options`` are
    those of a kafka-python client.
    """
    host, _, port = kafka.address.split(",")[0].rpartition(":")
    given = {name: value for name, value in options.items() if not name.startswith("bootstrap")}
    where = f"Kafka at {kafka.address}"
    try:
        (await conn.create_conn(host, int(port), **given)).close()
    except ssl.SSLCertVerificationError as error:
        message = f"{where} shows a certificate that is not trusted ({error.verify_message}); see kafka.ca_file"
        raise ConfigurationError(message) from None
    except (errors.SaslAuthenticationFailed, errors.AuthenticationFailedError):
        message = f"{where} rejects user {kafka.username!r} with this password (kafka.username, kafka.password)"
        raise ConfigurationError(message) from None
    except (errors.KafkaError, OSError) as error:
        raise KafkaUnavailable(f"{where}: {type(error).__name__}: {error}") from None
