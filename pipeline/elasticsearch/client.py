"""Create Elasticsearch clients, and turn their failures into this project's errors."""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Self

import elasticsearch
import stamina
from elasticsearch import ApiError, AuthenticationException, AuthorizationException, NotFoundError, TransportError
from elasticsearch.serializer import NdjsonSerializer, OrjsonSerializer

from pipeline.errors import ConfigurationError, ElasticsearchUnavailable
from pipeline.settings import Elasticsearch

NO_INDEX = "index_not_found_exception"
IGNORE_MISSING: dict[str, Any] = {"ignore_unavailable": True, "allow_no_indices": True}
"""Before the first story there is no index; the result is then empty."""
_UNAVAILABLE = frozenset((408, 429, 500, 502, 503, 504))
_APPLIED = frozenset((200, 201, 404, 409))
"""Deleting what does not exist is answered with 404."""
_RETRIABLE = frozenset((403, 429, 500, 502, 503, 504))
"""The statuses of a bulk action that may succeed later; 403 is a read-only index."""
_REASON_CHARACTERS = 500
"""How much of a reason to keep; some contain a thread pool's whole description."""


class _OrjsonLines(OrjsonSerializer, NdjsonSerializer):
    """Bulk requests by orjson too; the client itself has it for single objects only."""


class _PrefixedClient:
    """Add this installation's prefix to index names."""

    prefix = ""

    def named(self, *names: str) -> str:
        """Return the names of these indices, aliases or templates in the cluster, comma-separated."""
        return ",".join(f"{self.prefix}{name}" for name in names)


class Client(_PrefixedClient, elasticsearch.Elasticsearch):
    """A client for commands, pages and searches."""

    def __enter__(self) -> Self:
        """Close the client at the end."""
        return self


class AsyncClient(_PrefixedClient, elasticsearch.AsyncElasticsearch):
    """A client for the event loop."""

    async def search_whole(self, **request: Any) -> dict[str, Any]:
        """Search, without taking what some of the shards found for all.

        Raises ElasticsearchUnavailable, also if an index went meanwhile, since another one has its name then.
        """
        with translate_errors(self):
            try:
                response = await self.search(**request, allow_partial_search_results=False)
            except NotFoundError as error:
                raise ElasticsearchUnavailable(f"the search {error.message}", error.status_code) from None
        return dict(response)

    async def documents(self, docs: Sequence[dict[str, Any]], **request: Any) -> list[dict[str, Any]]:
        """Return those of these documents (``_index``, ``_id``) that are there, as last written.

        An index that is not made yet has none. Raises ElasticsearchUnavailable.
        """
        found: list[dict[str, Any]] = []
        asked = docs
        # An index that went meanwhile was rebuilt: its name leads to another one now.
        for _ in range(2):
            if asked:
                with translate_errors(self):
                    answers = (await self.mget(docs=asked, **request))["docs"]
                found += found_documents(answers, NO_INDEX)
                asked = [doc for doc, answer in zip(asked, answers, strict=True) if "error" in answer]
        return found


def connect(settings: Elasticsearch) -> Client:
    """Return a client that does not retry. Raises ConfigurationError."""
    client = Client(**_options(settings))
    client.prefix = settings.prefix
    return client


def connect_async(settings: Elasticsearch) -> AsyncClient:
    """Return a client that does not retry, since the workers do. Raises ConfigurationError."""
    client = AsyncClient(**_options(settings))
    client.prefix = settings.prefix
    return client


def _options(settings: Elasticsearch) -> dict[str, Any]:
    found: dict[str, Any] = {
        "hosts": settings.address.split(","),
        "request_timeout": settings.timeout,
        "max_retries": 0,
        "serializers": {each.mimetype: each for each in (OrjsonSerializer(), _OrjsonLines())},
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
    """Raise ElasticsearchUnavailable, with the address, if Elasticsearch is unreachable, overloaded or rejects us."""
    try:
        yield
    except TransportError as error:
        raise ElasticsearchUnavailable(
            f"Elasticsearch does not respond at {_address(client)} ({error.message})"
        ) from None
    except (AuthenticationException, AuthorizationException) as error:
        raise ElasticsearchUnavailable(
            f"Elasticsearch at {_address(client)} rejects the credentials: {error.message}"
        ) from None
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
"""Retry a read for some seconds: a starting node, and an index just created, first answer 503."""


@retry_while_starting
def ask(client: Client, index: str, **request: Any) -> dict[str, Any]:
    """Return the answer to a search of an index or alias; {} before it is there. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        try:
            return dict(client.search(index=client.named(index), **IGNORE_MISSING, **request))
        except NotFoundError:
            return {}


def store_once(client: Client, index: str, document: dict[str, Any]) -> None:
    """Store a document under a digest of it, to be found at once; a repetition changes nothing.

    Raises ElasticsearchUnavailable.
    """
    number = blake2b(repr(sorted(document.items())).encode(), digest_size=16).hexdigest()
    with translate_errors(client):
        client.index(index=client.named(index), id=number, document=document, refresh=True)


def documents_in(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the documents that a search found."""
    return [hit["_source"] for hit in answer.get("hits", {}).get("hits", ())]


def _address(client: Client | AsyncClient) -> str:
    return ", ".join(node.base_url for node in client.transport.node_pool.all())


def bulk_item_error(result: dict[str, Any]) -> str | ElasticsearchUnavailable | None:
    """Return the result of one bulk action: None if applied, the reason if rejected, an error if it must be retried."""
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
    """Yield the documents that an ``mget`` found.

    Raises ElasticsearchUnavailable if one could not be looked up: while a node starts or is overloaded, ``mget``
    succeeds as a whole and reports that per document. Taking it for absent would lose a story's kills and versions.
    """
    for doc in docs:
        error = doc.get("error")
        if error and error["type"] not in unharmful:
            raise ElasticsearchUnavailable(f"{doc['_index']}: {error['type']}: {error.get('reason')}"[:500])
        if doc.get("found"):
            yield doc
