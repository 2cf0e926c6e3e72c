"""Store records: one document per story in ``wire-desk``, written with compare-and-set.

Elasticsearch compares a document's sequence number with the one that was read (``if_seq_no``, ``if_primary_term``).
If two workers change a record at once, the second must read it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

from pipeline.desk.record import Record
from pipeline.desk.record_mapping import INDEX
from pipeline.elasticsearch.client import (
    AsyncClient,
    Client,
    bulk_item_error,
    found_documents,
    retry_while_starting,
    translate_errors,
)
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.story import story_id


@dataclass(frozen=True)
class Stored:
    """A record as read, and the token that identifies this state of it."""

    record: Record
    token: tuple[int, int]


_UNSETTLED = {"bool": {"filter": {"exists": {"field": "order.kind"}}, "must_not": {"term": {"settled": True}}}}
_NEWEST_FIRST = [{"versioncreated": "desc"}, {"uri": "asc"}]
_MOST_ORDERS = 1_000
_MOST_WITHDRAWN = 10_000
Change = tuple[Record, Stored | None]
"""A record to write, and what was read before; None for a new one."""


class Store(Protocol):
    """The records as the desk and index stages use them."""

    async def read(self, uris: Iterable[str]) -> Mapping[str, Stored]:
        """Return the records of these stories, as last written; without those that have none. Raises
        ElasticsearchUnavailable.
        """
        ...

    async def write(self, changes: Sequence[Change]) -> set[str]:
        """Write each record unless it changed since it was read. Return the uris of those that had.

        Raises ElasticsearchUnavailable (some may be written) or DocumentRefused.
        """
        ...

    async def due(self, now: datetime) -> Sequence[Record]:
        """Return the records whose ``sendagain`` has passed, up to a second stale. Raises ElasticsearchUnavailable."""
        ...

    async def withdrawn(self, spans: Sequence[tuple[datetime, datetime]]) -> Sequence[Record]:
        """Return the records with a withdrawn text that was written within these spans (from, before), up to a second
        stale. Raises ElasticsearchUnavailable.
        """
        ...

    async def unsettled(self) -> Sequence[Record]:
        """Return the records whose order is not settled, newest first, up to a second stale. Raises
        ElasticsearchUnavailable.
        """
        ...

    async def named(self, sender: str, names: Sequence[str]) -> Sequence[Record]:
        """Return the sender's stories that have one of these designations, newest first, up to a second stale. Raises
        ElasticsearchUnavailable.
        """
        ...


class ElasticsearchStore:
    """The records in Elasticsearch."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect at first use, on the event loop that uses it."""
        self._client = client

    async def read(self, uris: Iterable[str]) -> dict[str, Stored]:
        """See Store. Reads by id are in real time."""
        ids = sorted({story_id(uri) for uri in uris})
        if not ids:
            return {}
        with translate_errors(self._client):
            response = await self._client.mget(index=self._client.named(INDEX), ids=ids)
        found = [
            Stored(Record.model_validate(doc["_source"]), (doc["_seq_no"], doc["_primary_term"]))
            for doc in found_documents(response["docs"])
        ]
        return {stored.record.uri: stored for stored in found}

    async def write(self, changes: Sequence[Change]) -> set[str]:
        """See Store."""
        if not changes:
            return set()
        with translate_errors(self._client):
            response = await self._client.bulk(operations=[line for change in changes for line in self._lines(*change)])
        conflicts: set[str] = set()
        for (record, _), item in zip(changes, response["items"], strict=True):
            result = next(iter(item.values()))
            if result["status"] == HTTPStatus.CONFLICT:
                conflicts.add(record.uri)
                continue
            reason = bulk_item_error(result)
            if isinstance(reason, ElasticsearchUnavailable):
                raise reason
            if reason is not None:
                raise DocumentRefused(f"the record of {record.uri}: {reason}")
        return conflicts

    async def due(self, now: datetime, most: int = 100) -> list[Record]:
        """See Store."""
        due = {"range": {"sendagain": {"lte": now.isoformat()}}}
        query = {"bool": {"filter": [{"exists": {"field": "held"}}, due]}}
        response = await self._client.search_whole(index=self._client.named(INDEX), query=query, size=most)
        return [Record.model_validate(hit["_source"]) for hit in response["hits"]["hits"]]

    async def withdrawn(self, spans: Sequence[tuple[datetime, datetime]]) -> list[Record]:
        """See Store."""
        within = [{"gte": first.isoformat(), "lt": last.isoformat()} for first, last in spans]
        query = {"bool": {"should": [{"range": {"withdrawn.versioncreated": each}} for each in within]}}
        return await self._newest(query, _MOST_WITHDRAWN) if spans else []

    async def unsettled(self) -> list[Record]:
        """See Store."""
        return await self._newest(_UNSETTLED)

    async def named(self, sender: str, names: Sequence[str]) -> list[Record]:
        """See Store."""
        return await self._newest(
            {"bool": {"filter": [{"term": {"sender": sender}}, {"terms": {"names": list(names)}}]}}
        )

    async def _newest(self, query: dict[str, Any], most: int = _MOST_ORDERS) -> list[Record]:
        response = await self._client.search_whole(
            index=self._client.named(INDEX), query=query, size=most, sort=_NEWEST_FIRST
        )
        return [Record.model_validate(hit["_source"]) for hit in response["hits"]["hits"]]

    def _lines(self, record: Record, before: Stored | None) -> list[dict[str, Any]]:
        about: dict[str, Any] = {"_index": self._client.named(INDEX), "_id": story_id(record.uri)}
        document = record.model_dump(mode="json")
        if before is None:
            return [{"create": about}, document]
        seq_no, term = before.token
        return [{"index": about | {"if_seq_no": seq_no, "if_primary_term": term}}, document]


@retry_while_starting
def read_one(client: Client, uri: str) -> Record | None:
    """Return the record of one story, for reading only. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        response = client.options(ignore_status=404).get(index=client.named(INDEX), id=story_id(uri))
    return Record.model_validate(response["_source"]) if response.get("found") else None


@retry_while_starting
def unsettled(client: Client) -> list[Record]:
    """Return the records whose order waits to be carried out, newest first. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        response = client.options(ignore_status=404).search(
            index=client.named(INDEX), query=_UNSETTLED, size=_MOST_ORDERS, sort=_NEWEST_FIRST
        )
    return [Record.model_validate(hit["_source"]) for hit in response.get("hits", {}).get("hits", ())]
