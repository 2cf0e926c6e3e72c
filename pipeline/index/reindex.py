"""Rebuild the monthly indices with current mappings, while workers and searches continue.

For each index: fill a new one beside it; block writes for a moment (workers wait); copy what changed meanwhile;
then, in one step, delete the old index and make its name an alias of the new one. Elasticsearch's own _reindex does
not preserve the external versions of deletions and is missing on some servers. A point in time and bulk requests
are enough.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from elasticsearch import ApiError, BadRequestError, TransportError

from pipeline.elasticsearch.client import Client, translate_errors
from pipeline.errors import DocumentRefused, ElasticsearchUnavailable
from pipeline.index.earlier_versions import completed
from pipeline.index.templates import OF_KINDS, RECORDS, index_of, templates
from pipeline.settings import Elasticsearch

_PAGE = 500
_KEEP = "2m"
_ABANDONED = 45.0
"""Seconds without a heartbeat after which a reindexing counts as interrupted; longer than any request takes."""
_POLL_EVERY = 0.5
_GENERATION = re.compile(r"^made-(\d+)-of-(.+)$")
_MONTH = re.compile(r"wire-(\w+)-(\d{4})\.(\d{2})$")


@dataclass(frozen=True)
class Reindexed:
    """A rebuilt index: its name, the index behind it now, and the number of documents."""

    name: str
    index: str
    documents: int


def reindex(client: Client, settings: Elasticsearch, on_progress: Callable[[str, int], None]) -> Iterator[Reindexed]:
    """Rebuild each index; ``on_progress`` gets the name and how many documents are copied.

    Raises ElasticsearchUnavailable, DocumentRefused (the new mapping rejects a document; the old index stays).
    """
    rebuilt = (*OF_KINDS, RECORDS)
    with translate_errors(client):
        for mapping, made in zip(rebuilt, templates(rebuilt, settings).values(), strict=True):
            for index in sorted(client.indices.get(index=client.named(mapping.name), ignore_unavailable=True)):
                if shared := _shared_index(index):
                    yield _moved(client, index, client.named(shared), on_progress)
                else:
                    yield _one(client, index, made["template"], on_progress)


def _shared_index(index: str) -> str | None:
    """Return the index of a decade that the documents of a month belong into now; None if the month has its own."""
    month = _MONTH.search(index)
    if month is None:
        return None
    name = index_of(month[1], datetime(int(month[2]), int(month[3]), 1, tzinfo=UTC))
    return None if index.endswith(name) else name


def _moved(client: Client, old: str, new: str, on_progress: Callable[[str, int], None]) -> Reindexed:
    """Move all documents of a month into the index of its decade, where workers write by now; then delete the month."""
    with suppress(BadRequestError):
        client.indices.create(index=new)
    over: dict[str, int] = {}
    for _ in range(2):
        _copy_changes(client, old, new, over, lambda: on_progress(old, len(over)))
        _block_writes(client, old)
        client.indices.refresh(index=old)
    client.indices.refresh(index=new)
    client.indices.delete(index=old, ignore_unavailable=True)
    return Reindexed(old, new, len(over))


def _one(client: Client, old: str, template: dict[str, Any], on_progress: Callable[[str, int], None]) -> Reindexed:
    generation = _GENERATION.match(old)
    name, number = (generation[2], int(generation[1]) + 1) if generation else (old, 2)
    # A name outside all templates, so that searches do not find documents twice meanwhile.
    claim = _Claim(client, name, f"made-{number}-of-{name}")
    new = claim.index
    if not claim.acquire(template):
        return Reindexed(name, new, int(client.count(index=new)["count"]))
    over: dict[str, int] = {}

    def page() -> None:
        claim.renew()
        on_progress(name, len(over))

    try:
        _copy_changes(client, old, new, over, page)
        _block_writes(client, old)
        client.indices.refresh(index=old)
        _copy_changes(client, old, new, over, page)
        client.indices.refresh(index=new)
        claim.renew()
        aliases = [{"add": {"index": new, "alias": each}} for each in (name, *template.get("aliases", {}))]
        client.indices.update_aliases(actions=[{"remove_index": {"index": old}}, *aliases])
    except BaseException:
        claim.undo(old)
        raise
    return Reindexed(name, new, len(over))


def _block_writes(client: Client, index: str) -> None:
    """Return once no write to the index is under way. Raises ElasticsearchUnavailable.

    A write that waited in a queue when the block came would be acknowledged, and not be copied; the setting alone does
    not wait for it. A block that an interrupted run left is set anew, to be waited for.
    """
    client.indices.put_settings(index=index, settings={"index.blocks.write": None})
    if not client.indices.add_block(index=index, block="write")["shards_acknowledged"]:
        raise ElasticsearchUnavailable(f"{index}: writes under way did not end")


@dataclass
class _Claim:
    """Ensure that only one reindexing fills a new index: its owner and heartbeat are in the index's mapping."""

    client: Client
    name: str
    index: str
    owner: str = field(default_factory=lambda: uuid4().hex)
    beat: int = 0

    def acquire(self, template: dict[str, Any]) -> bool:
        """Create the new index. Return False if another reindexing has already replaced the old one.

        If another process fills it, wait for it, and take over once its heartbeat stops.
        """
        heard, since = None, time.monotonic()
        while True:
            mappings = template["mappings"] | {"_meta": self._meta}
            try:
                self.client.indices.create(index=self.index, settings=template["settings"], mappings=mappings)
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
            else:
                return True
            if self.index in _indices_of(self.client, self.name):
                return False
            if (found := self._found()) != heard:
                heard, since = found, time.monotonic()
            elif time.monotonic() - since > _ABANDONED:
                self.client.indices.delete(index=self.index, ignore_unavailable=True)
            time.sleep(_POLL_EVERY)

    def renew(self) -> None:
        """Update the heartbeat. Raises ElasticsearchUnavailable if another process has taken over."""
        if self._found().get("owner") != self.owner:
            raise ElasticsearchUnavailable(f"{self.index}: another `wire reindex` has taken over")
        self.beat += 1
        self.client.indices.put_mapping(index=self.index, meta=self._meta)

    def undo(self, old: str) -> None:
        """Clean up after a failure, unless the new index is in use, or another process's.

        Without a response it is unknown whether the last step took effect. If that cannot be found out, both
        indices stay, and the next run continues.
        """
        with suppress(ApiError, TransportError):
            if self._found().get("owner") != self.owner or self.index in _indices_of(self.client, self.name):
                return
            self.client.indices.put_settings(index=old, settings={"index.blocks.write": None})
            self.client.indices.delete(index=self.index, ignore_unavailable=True)

    @property
    def _meta(self) -> dict[str, Any]:
        return {"owner": self.owner, "beat": self.beat}

    def _found(self) -> dict[str, Any]:
        found = self.client.options(ignore_status=404).indices.get_mapping(index=self.index)
        mappings: dict[str, Any] = found.get(self.index, {}).get("mappings", {})
        return dict(mappings.get("_meta", {}))


def _indices_of(client: Client, name: str) -> set[str]:
    """Return the indices behind this name now. Raises what the client raises."""
    return set(client.options(ignore_status=404).indices.get_alias(name=name).body) - {"error", "status"}


def _copy_changes(client: Client, old: str, new: str, over: dict[str, int], on_progress: Callable[[], None]) -> None:
    """Copy documents that are missing or older, and delete what is gone; ``over`` is what is already there."""
    here: set[str] = set()
    for page in _pages(client, old):
        here.update(hit["_id"] for hit in page)
        lacking = [hit for hit in page if over.get(hit["_id"]) != hit["_seq_no"]]
        _write(client, new, lacking)
        over |= {hit["_id"]: hit["_seq_no"] for hit in lacking}
        on_progress()
    for gone in over.keys() - here:
        client.options(ignore_status=404).delete(index=new, id=gone)
        del over[gone]


def _pages(client: Client, index: str) -> Iterator[list[dict[str, Any]]]:
    point = client.open_point_in_time(index=index, keep_alive=_KEEP)["id"]
    after = None
    try:
        while True:
            found = client.search(
                pit={"id": point, "keep_alive": _KEEP},
                size=_PAGE,
                sort=[{"_shard_doc": "asc"}],
                search_after=after,
                version=True,
                seq_no_primary_term=True,
                track_total_hits=False,
                allow_partial_search_results=False,
            )
            page = found["hits"]["hits"]
            if not page:
                return
            yield page
            after = page[-1]["sort"]
    finally:
        client.close_point_in_time(id=point)


def _write(client: Client, new: str, hits: list[dict[str, Any]]) -> None:
    lines: list[Mapping[str, Any]] = []
    for hit in hits:
        about = {"_index": new, "_id": hit["_id"], "version": hit["_version"], "version_type": "external_gte"}
        lines += [{"index": about}, completed(new, hit["_id"], hit["_source"])]
    for item in client.bulk(operations=lines)["items"] if lines else ():
        result = item["index"]
        if result["status"] in (429, 503):
            raise ElasticsearchUnavailable(f"{new}: {result['error'].get('reason')}"[:500], result["status"])
        if "error" in result:
            raise DocumentRefused(f"{new}: {result['_id']}: {result['error'].get('reason')}"[:500])
