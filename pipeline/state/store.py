"""Where records are kept: one document a story in ``wire-desk``, written only by who read the last one.

Elasticsearch compares a document's sequence number with the one that was read
(``if_seq_no``, ``if_primary_term``): of two workers that change one record the second has to read
it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

from pipeline.connect.elasticsearch_client import (
    AsyncClient,
    Client,
    bulk_item_error,
    found_documents,
    retry_while_starting,
    translate_errors,
)
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.state.record import Record
from pipeline.state.record_mapping import INDEX
from pipeline.story import story_id


@dataclass(frozen=True)
class Stored:
    """A record as it was read, and what tells this state of it from others."""

    record: Record
    token: tuple[int, int]


Change = tuple[Record, Stored | None]
"""A record to be written, and what was read of it before; None where there was none."""


class Store(Protocol):
    """What the desk and the index need of the records."""

    async def read(self, uris: Iterable[str]) -> Mapping[str, Stored]:
        """The records of these stories, of those that have one: the last that was written. Raises ElasticsearchUnavailable."""
        ...

    async def write(self, changes: Sequence[Change]) -> set[str]:
        """Write each, unless it changed since it was read; the uris of those that did.

        Raises ElasticsearchUnavailable (some may be written) or DocumentRefused.
        """
        ...

    async def due(self, now: datetime) -> Sequence[Record]:
        """Records whose ``sendagain`` has come, as they were a moment ago. Raises ElasticsearchUnavailable."""
        ...


class ElasticsearchStore:
    """The records in Elasticsearch."""

    def __init__(self, client: AsyncClient) -> None:
        """Connect lazily, on the loop it is used on."""
        self._client = client

    async def read(self, uris: Iterable[str]) -> dict[str, Stored]:
        """See Store. Read by id, which is in real time."""
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
        at = {"lte": now.isoformat()}
        # Version 0.6 wrote no `sendagain`.
        older = {"bool": {"filter": {"range": {"embargoed": at}}, "must_not": {"exists": {"field": "sendagain"}}}}
        query = {
            "bool": {
                "filter": {"exists": {"field": "held"}},
                "should": [{"range": {"sendagain": at}}, older],
                "minimum_should_match": 1,
            }
        }
        with translate_errors(self._client):
            response = await self._client.search(index=self._client.named(INDEX), query=query, size=most)
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
    """The record of one story, for those who only look. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        response = client.options(ignore_status=404).get(index=client.named(INDEX), id=story_id(uri))
    return Record.model_validate(response["_source"]) if response.get("found") else None
