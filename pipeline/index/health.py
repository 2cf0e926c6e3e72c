"""Why nothing is being written: what Elasticsearch's indices say, and what the workers said last."""

from datetime import UTC, datetime, timedelta

from elasticsearch import Elasticsearch as Client

from pipeline.index.connection import settled, speaking_to
from pipeline.index.names import METRICS

_BLOCKS = frozenset(f"index.blocks.{kind}" for kind in ("read_only", "read_only_allow_delete", "write"))
_RECENT = timedelta(minutes=3)


@settled
def blocked(client: Client) -> str | None:
    """Which of our indices cannot be written to, as on a full disk. Raises ElasticsearchAway."""
    with speaking_to(client):
        found = client.indices.get_settings(index="wire-*", flat_settings=True, ignore_unavailable=True)
    blocks = {
        index: [name for name, value in about["settings"].items() if name in _BLOCKS and str(value).lower() == "true"]
        for index, about in found.items()
    }
    told = [f"{index} has {', '.join(names)}" for index, names in sorted(blocks.items()) if names]
    more = f" and {len(told) - 1} more" if len(told) > 1 else ""
    return f"workers wait: {told[0]}{more}; free the disk, or take the block back" if told else None


@settled
def waiting(client: Client) -> dict[str, str]:
    """What each stage said last that it waits for, in the last minutes. Raises ElasticsearchAway."""
    since = (datetime.now(UTC) - _RECENT).isoformat()
    with speaking_to(client):
        said = client.search(
            index=METRICS,
            query={"range": {"@timestamp": {"gte": since}}},
            sort=[{"@timestamp": "asc"}],
            size=200,
            source_includes=["stage", "waiting"],
            ignore_unavailable=True,
            allow_no_indices=True,
        )
    last = {hit["_source"]["stage"]: hit["_source"].get("waiting") for hit in said["hits"]["hits"]}
    return {stage: why for stage, why in last.items() if why}
