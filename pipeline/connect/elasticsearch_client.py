"""Elasticsearch clients that fail as this project's errors do."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Self

import elasticsearch
import stamina
from elasticsearch import ApiError, AuthenticationException, AuthorizationException, TransportError
from elasticsearch.serializer import OrjsonSerializer

from pipeline.errors import ConfigurationError, ElasticsearchUnavailable
from pipeline.settings import Elasticsearch

NO_INDEX = "index_not_found_exception"
_UNAVAILABLE = frozenset((408, 429, 500, 502, 503, 504))
_APPLIED = frozenset((200, 201, 404, 409))
"""404 is the answer to deleting what is not there."""
_RETRIABLE = frozenset((403, 429, 500, 502, 503, 504))
"""What one action of a bulk request is told that has to wait; 403 where the index is read-only."""
_REASON_CHARACTERS = 500
"""Characters of a reason: some hold a thread pool's whole description."""


class _PrefixedClient:
    """Knows what this installation's indices are called in the cluster."""

    prefix = ""

    def named(self, *names: str) -> str:
        """The names that these indices, aliases or templates have there, with commas between them."""
        return ",".join(f"{self.prefix}{name}" for name in names)


class Client(_PrefixedClient, elasticsearch.Elasticsearch):
    """A client for entrances and searches."""

    def __enter__(self) -> Self:
        """Close it at the end."""
        return self


class AsyncClient(_PrefixedClient, elasticsearch.AsyncElasticsearch):
    """A client for the event loop."""


def connect(settings: Elasticsearch) -> Client:
    """A client that retries nothing. Raises ConfigurationError."""
    client = Client(**_options(settings))
    client.prefix = settings.prefix
    return client


def connect_async(settings: Elasticsearch) -> AsyncClient:
    """A client that retries nothing, since the workers do. Raises ConfigurationError."""
    client = AsyncClient(**_options(settings))
    client.prefix = settings.prefix
    return client


def _options(settings: Elasticsearch) -> dict[str, Any]:
    found: dict[str, Any] = {
        "hosts": settings.address.split(","),
        "request_timeout": settings.timeout,
        "max_retries": 0,
        "serializers": {"application/json": OrjsonSerializer()},
    }
    if settings.ca_file:
        try:
            found["ssl_context"] = ssl.create_default_context(cafile=settings.ca_file)
        except OSError as error:
            raise ConfigurationError(f"elasticsearch.ca_file: {error}") from None
    if settings.api_key:
        found["api_key"] = settings.api_key.get_secret_value()
    elif settings.username and settings.password:
        found["basic_auth"] = (settings.username, settings.password.get_secret_value())
    return found


@contextmanager
def translate_errors(client: Client | AsyncClient) -> Iterator[None]:
    """Turn whatever says that Elasticsearch is away, busy or shut into ElasticsearchUnavailable, with its address."""
    try:
        yield
    except TransportError as error:
        raise ElasticsearchUnavailable(
            f"Elasticsearch does not answer at {_address(client)} ({error.message})"
        ) from None
    except (AuthenticationException, AuthorizationException) as error:
        raise ElasticsearchUnavailable(f"Elasticsearch at {_address(client)} refuses us: {error.message}") from None
    except ApiError as error:
        if error.status_code in _UNAVAILABLE:
            message = f"Elasticsearch at {_address(client)} answers {error.status_code}: {error.message}"
            raise ElasticsearchUnavailable(message, error.status_code) from None
        raise


def _is_starting(error: Exception) -> bool:
    return isinstance(error, ElasticsearchUnavailable) and error.status == HTTPStatus.SERVICE_UNAVAILABLE


retry_while_starting = stamina.retry(
    on=_is_starting, attempts=None, timeout=5, wait_initial=0.1, wait_max=1, wait_jitter=0.1
)
"""Decorates what reads: a node that starts, and an index that was made this moment, answer 503 at first."""


def _address(client: Client | AsyncClient) -> str:
    return ", ".join(node.base_url for node in client.transport.node_pool.all())


def bulk_item_error(result: dict[str, Any]) -> str | ElasticsearchUnavailable | None:
    """What became of one action of a bulk request: None (done), the reason of a refusal, or that it must wait."""
    status = result["status"]
    if status in _APPLIED and not (status == 404 and "error" in result):
        return None
    error = result.get("error", {})
    reason = f"{error.get('type')}: {error.get('reason')}"
    if cause := error.get("caused_by"):
        reason += f" ({cause.get('reason')})"
    return (
        ElasticsearchUnavailable(reason[:_REASON_CHARACTERS]) if status in _RETRIABLE else reason[:_REASON_CHARACTERS]
    )


def found_documents(docs: Sequence[dict[str, Any]], *unharmful: str) -> Iterator[dict[str, Any]]:
    """The documents of an ``mget`` that are there.

    Raises ElasticsearchUnavailable where one could not be looked for: while a node starts, or is too busy,
    ``mget`` succeeds as a whole and says so in that document's place. Taken for unknown, a story's
    kills and versions would be forgotten.
    """
    for doc in docs:
        error = doc.get("error")
        if error and error["type"] not in unharmful:
            raise ElasticsearchUnavailable(f"{doc['_index']}: {error['type']}: {error.get('reason')}"[:500])
        if doc.get("found"):
            yield doc
