"""Elasticsearch clients that fail as this project's errors do."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import stamina
from elasticsearch import ApiError, AsyncElasticsearch, AuthenticationException, AuthorizationException, TransportError
from elasticsearch import Elasticsearch as Client
from elasticsearch.serializer import OrjsonSerializer

from pipeline.errors import ConfigurationError, ElasticsearchAway
from pipeline.settings import Elasticsearch

_BUSY = frozenset((408, 429, 500, 502, 503, 504))


class _Embedded(Client):
    """A client of the embedded server."""

    def open_point_in_time(self, *, index: str, **options: Any) -> Any:  # type: ignore[override]
        """As the client's own; of an alias the server would freeze the last index alone."""
        return super().open_point_in_time(index=",".join(self.indices.get(index=index)), **options)


def connect(elasticsearch: Elasticsearch) -> Client:
    """A client for entrances and searches; it retries nothing. Raises ConfigurationError."""
    return (_Embedded if elasticsearch.is_embedded else Client)(**_options(elasticsearch))


def is_embedded(client: Client) -> bool:
    """Whether it speaks to the embedded server, some of whose faults need other questions."""
    return isinstance(client, _Embedded)


def connect_async(elasticsearch: Elasticsearch) -> AsyncElasticsearch:
    """A client for the event loop; it retries nothing, since the workers do. Raises ConfigurationError."""
    return AsyncElasticsearch(**_options(elasticsearch))


def _options(elasticsearch: Elasticsearch) -> dict[str, Any]:
    found: dict[str, Any] = {
        "hosts": elasticsearch.address.split(","),
        "request_timeout": elasticsearch.timeout,
        "max_retries": 0,
        "serializers": {"application/json": OrjsonSerializer()},
    }
    if elasticsearch.ca_file:
        try:
            found["ssl_context"] = ssl.create_default_context(cafile=elasticsearch.ca_file)
        except OSError as error:
            raise ConfigurationError(f"elasticsearch.ca_file: {error}") from None
    if elasticsearch.api_key:
        found["api_key"] = elasticsearch.api_key.get_secret_value()
    elif elasticsearch.username and elasticsearch.password:
        found["basic_auth"] = (elasticsearch.username, elasticsearch.password.get_secret_value())
    return found


@contextmanager
def speaking_to(client: Client | AsyncElasticsearch) -> Iterator[None]:
    """Turn whatever says that Elasticsearch is away, busy or shut into ElasticsearchAway, with its address."""
    try:
        yield
    except TransportError as error:
        raise ElasticsearchAway(f"Elasticsearch does not answer at {_address(client)} ({error.message})") from None
    except (AuthenticationException, AuthorizationException) as error:
        raise ElasticsearchAway(f"Elasticsearch at {_address(client)} refuses us: {error.message}") from None
    except ApiError as error:
        if error.status_code in _BUSY:
            told = f"Elasticsearch at {_address(client)} answers {error.status_code}: {error.message}"
            raise ElasticsearchAway(told, error.status_code) from None
        raise


def _is_starting(error: Exception) -> bool:
    return isinstance(error, ElasticsearchAway) and error.status == HTTPStatus.SERVICE_UNAVAILABLE


settled = stamina.retry(on=_is_starting, attempts=None, timeout=5, wait_initial=0.1, wait_max=1, wait_jitter=0.1)
"""Decorates what reads: a node that starts, and an index that was made this moment, answer 503 at first."""


def _address(client: Client | AsyncElasticsearch) -> str:
    return ", ".join(node.base_url for node in client.transport.node_pool.all())
