"""Create kafka-python clients, and turn their failures into this project's errors."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer
from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from kafka.record.default_records import DefaultRecordBatch

from pipeline.errors import ConfigurationError, KafkaUnavailable
from pipeline.kafka.kafka_python_patches import accept_any_name, ask_at_once
from pipeline.settings import Kafka

_BOOTSTRAP_MS = 5_000


def options(kafka: Kafka) -> dict[str, Any]:
    """Return the connection options of a kafka-python client.

    Raises KafkaUnavailable if no Kafka is known, ConfigurationError if a certificate cannot be read.
    """
    if not kafka.address:
        raise KafkaUnavailable("no Kafka address is known")
    found: dict[str, Any] = {
        "bootstrap_servers": kafka.address.split(","),
        "bootstrap_timeout_ms": min(_BOOTSTRAP_MS, int(kafka.delivery_timeout * 1000)),
        "security_protocol": kafka.security_protocol,
        "ssl_context": tls_context(kafka),
    }
    if kafka.password and kafka.security_protocol.startswith("SASL"):
        found |= {
            "sasl_mechanism": kafka.sasl_mechanism,
            "sasl_plain_username": kafka.username,
            "sasl_plain_password": kafka.password.get_secret_value(),
        }
    return found


def tls_context(kafka: Kafka) -> ssl.SSLContext | None:
    """Return whom to trust and what to present, or None without TLS. Raises ConfigurationError."""
    if not kafka.security_protocol.endswith("SSL"):
        return None
    try:
        context = ssl.create_default_context(cafile=kafka.ca_file)
        if kafka.certificate_file:
            context.load_cert_chain(kafka.certificate_file, kafka.key_file)
    except OSError as error:
        raise ConfigurationError(f"kafka.ca_file, .certificate_file, .key_file: {error}") from None
    return context


@contextmanager
def translate_errors(kafka: Kafka) -> Iterator[None]:
    """Raise KafkaUnavailable, with the address, if Kafka is unreachable; ConfigurationError if it rejects us."""
    try:
        yield
    except (KafkaConnectionError, KafkaTimeoutError, ConnectionError) as error:
        if kafka.security_protocol != "PLAINTEXT":
            # Only needed here, after a failure.
            from pipeline.kafka.aiokafka_patches import explain_rejection  # noqa: PLC0415

            asyncio.run(explain_rejection(kafka, options(kafka)))
        raise KafkaUnavailable(f"Kafka does not respond at {kafka.address} ({type(error).__name__})") from None
    except KafkaError as error:
        raise KafkaUnavailable(f"Kafka at {kafka.address}: {error}") from None


@contextmanager
def admin(kafka: Kafka) -> Iterator[KafkaAdminClient]:
    """Provide an administration client, and close it. Raises KafkaUnavailable."""
    with translate_errors(kafka):
        client = KafkaAdminClient(**options(kafka))
        try:
            yield client
        finally:
            client.close()


@contextmanager
def consumer(kafka: Kafka, fetch_bytes: int = 4 << 20) -> Iterator[KafkaConsumer]:
    """Provide a consumer without a group that commits nothing, and close it.

    ``fetch_bytes`` is how much to request of a partition at once; a larger message still arrives. Raises
    KafkaUnavailable.
    """
    accept_any_name(DefaultRecordBatch)
    with translate_errors(kafka):
        client = KafkaConsumer(
            **options(kafka),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=fetch_bytes,
        )
        ask_at_once(client)
        try:
            yield client
        finally:
            client.close()
