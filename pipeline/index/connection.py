"""Elasticsearch clients that fail as this project's errors do."""

from collections.abc import Iterator
from contextlib import contextmanager

from elasticsearch import ApiError, AsyncElasticsearch, Elasticsearch, TransportError

from pipeline.errors import ElasticsearchAway

_BUSY = frozenset((401, 403, 408, 429, 500, 502, 503, 504))


def connect(hosts: str, timeout: float) -> Elasticsearch:
    """A client for entrances and searches; it retries nothing."""
    return Elasticsearch(hosts.split(","), request_timeout=timeout, max_retries=0)


def connect_async(hosts: str, timeout: float) -> AsyncElasticsearch:
    """A client for the event loop; it retries nothing, since the workers do."""
    return AsyncElasticsearch(hosts.split(","), request_timeout=timeout, max_retries=0)


@contextmanager
def speaking_to(hosts: str) -> Iterator[None]:
    """Turn whatever says that Elasticsearch is away, busy or shut into ElasticsearchAway."""
    try:
        yield
    except TransportError as error:
        raise ElasticsearchAway(f"Elasticsearch does not answer at {hosts} ({type(error).__name__})") from None
    except ApiError as error:
        if error.status_code in _BUSY:
            raise ElasticsearchAway(f"Elasticsearch at {hosts} answers {error.status_code}: {error.message}") from None
        raise
