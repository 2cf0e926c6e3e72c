"""Configure a stage's Faust app, with the reason for each setting that is not Faust's default."""

import faust
from faust.types import AppT
from faust.types.auth import CredentialsT

from pipeline.kafka.client import tls_context
from pipeline.settings import Kafka, Settings
from pipeline.topics import DEAD_HEADROOM, Stage

_DAY = 24 * 3600.0


def make(stage: Stage, settings: Settings) -> AppT:
    """Return the app of a stage. Its id is the stage's consumer group."""
    kafka = settings.kafka
    return faust.App(
        kafka.named(stage.group),
        broker=[f"kafka://{server}" for server in kafka.address.split(",")],
        broker_credentials=_credentials(kafka),
        datadir=str(settings.data_dir / "faust"),
        # Raw bytes: the stages parse JSON themselves and reject bad values.
        key_serializer="raw",
        value_serializer="raw",
        # Faust's web server is not used, and it would bind to all addresses.
        web_enabled=False,
        # `wire setup` creates the topics; one created by a client would have one partition.
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=kafka.partitions,
        consumer_auto_offset_reset="earliest",
        # A consumer that waits for Elasticsearch is alive; its heartbeats continue.
        broker_max_poll_interval=_DAY,
        # Faust's warnings about waiting streams are wrong here; stall_detection.py replaces them.
        stream_processing_timeout=_DAY,
        broker_commit_livelock_soft_timeout=_DAY,
        # Heartbeats have a thread of their own; a killed worker is noticed soon.
        broker_session_timeout=10.0,
        # With Faust's 90 seconds, and 20 minutes for the producer, a worker would wait that long on a
        # dead connection.
        broker_request_timeout=30.0,
        producer_request_timeout=30.0,
        broker_heartbeat_interval=3.0,
        broker_commit_interval=kafka.commit_interval,
        # Small polls and buffers: what is in memory is bounded, back-pressure reaches Kafka.
        # Few at once, because an urgent message waits until the stage has taken those before it.
        broker_max_poll_records=8,
        stream_buffer_maxsize=64,
        # A message of any size still arrives.
        consumer_max_fetch_size=256 << 10,
        stream_wait_empty=False,
        producer_acks=-1,
        # Stories shrink to a third; gzip is what every client has without another library.
        producer_compression_type="gzip",
        producer_linger=0.002,
        producer_max_request_size=kafka.max_message_bytes + DEAD_HEADROOM,
        worker_redirect_stdouts=False,
    )


def _credentials(kafka: Kafka) -> CredentialsT | None:
    if kafka.password and kafka.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=kafka.username,
            password=kafka.password.get_secret_value(),
            mechanism=kafka.sasl_mechanism,
            ssl_context=tls_context(kafka),
        )
    context = tls_context(kafka)
    return faust.SSLCredentials(context) if context else None
