"""Name the indices, and make templates with strict mappings of what each part of the pipeline says of its index."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pipeline.desk.record_mapping import INDEX, RECORD
from pipeline.documents.analysis import ANALYSIS
from pipeline.documents.kinds import KINDS
from pipeline.settings import Elasticsearch

KEEP_DELETES = "1h"
"""How long a deletion outranks a late write: longer than any worker can be paused between reading and writing."""

MONTHLY_SINCE = 2020
"""Earlier stories share an index a decade: an archive, or a source with strange dates, must not cost the server more
shards than it accepts (1,000 by default).
"""


class IndexMapping(NamedTuple):
    """The fields of an index; with ``by_time`` of the indices by time that are read through the alias ``name``."""

    name: str
    fields: Mapping[str, Any]
    by_time: bool = False

    @property
    def template(self) -> str:
        """The name of the template."""
        return f"wire-{self.name}" if self.by_time else self.name


RECORDS = IndexMapping(INDEX, RECORD)
OF_KINDS = tuple(IndexMapping(kind.alias, kind.mapping, by_time=True) for kind in KINDS)


def index_of(alias: str, firstcreated: datetime) -> str:
    """Return the index of a document: monthly (``wire-stories-2024.05``), or of a decade (``wire-stories-1990s``)."""
    if firstcreated.year < MONTHLY_SINCE:
        return f"wire-{alias}-{firstcreated.year // 10 * 10:04}s"
    return f"wire-{alias}-{firstcreated.year:04}.{firstcreated.month:02}"


def templates(mappings: Iterable[IndexMapping], settings: Elasticsearch) -> dict[str, dict[str, Any]]:
    """Return the index templates by name, as Elasticsearch takes them."""
    return {settings.named(each.template): _template(each, settings) for each in mappings}


def _template(mapping: IndexMapping, settings: Elasticsearch) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "number_of_shards": settings.shards, "number_of_replicas": settings.replicas, "analysis": ANALYSIS
    }  # fmt: skip
    made = {"settings": shape, "mappings": {"dynamic": "strict", "properties": mapping.fields}}
    if mapping.by_time:
        shape |= {"index.mapping.nested_objects.limit": 50_000, "index.gc_deletes": KEEP_DELETES}
        made["aliases"] = {settings.named(mapping.name): {}}
    pattern = f"{mapping.template}-*" if mapping.by_time else mapping.template
    return {"index_patterns": [settings.named(pattern)], "priority": 200, "template": made}
