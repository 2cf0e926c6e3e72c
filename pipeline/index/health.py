"""Report why nothing is being written: blocked indices, and the latest metrics of the workers."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from elasticsearch import ApiError

from pipeline.elasticsearch.client import Client, retry_while_starting, translate_errors
from pipeline.index.metrics_recorder import METRICS

_BLOCKS = frozenset(f"index.blocks.{kind}" for kind in ("read_only", "read_only_allow_delete", "write"))
_RECENT = timedelta(minutes=3)


@retry_while_starting
def blocked(client: Client) -> str | None:
    """Return which of our indices block writes, as on a full disk. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        found = client.indices.get_settings(index=client.named("wire-*"), flat_settings=True, ignore_unavailable=True)
    blocks = {
        index: [name for name, value in about["settings"].items() if name in _BLOCKS and str(value).lower() == "true"]
        for index, about in found.items()
    }
    problems = [f"{index} has {', '.join(names)}" for index, names in sorted(blocks.items()) if names]
    more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"workers wait: {problems[0]}{more}; free the disk, or take the block back" if problems else None


def is_core_server(client: Client) -> bool:
    """Return whether this is the core server without modules, which Kibana needs. Raises ElasticsearchUnavailable."""
    try:
        with translate_errors(client):
            client.info()
    except ApiError as error:
        return error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    return False


@retry_while_starting
def disk_free(client: Client) -> float | None:
    """Return the free share of the disk that is fullest, among the nodes with data. Raises ElasticsearchUnavailable."""
    with translate_errors(client):
        nodes = client.nodes.stats(metric="fs", filter_path="nodes.*.fs.total")["nodes"].values()
    totals = [node["fs"]["total"] for node in nodes if node["fs"]["total"].get("total_in_bytes")]
    return min((each["available_in_bytes"] / each["total_in_bytes"] for each in totals), default=None)


@retry_while_starting
def processes(client: Client) -> list[dict[str, Any]]:
    """Return the latest metrics of each process that runs. Raises ElasticsearchUnavailable."""
    since = (datetime.now(UTC) - _RECENT).isoformat()
    with translate_errors(client):
        said = client.search(
            index=client.named(METRICS.name),
            query={
                "bool": {"filter": [{"range": {"@timestamp": {"gte": since}}}, {"exists": {"field": "resident_bytes"}}]}
            },
            sort=[{"@timestamp": "asc"}],
            size=1_000,
            ignore_unavailable=True,
            allow_no_indices=True,
        )
    last = {(each["stage"], each["process"]): each for each in (hit["_source"] for hit in said["hits"]["hits"])}
    return sorted(
        (each for each in last.values() if not each.get("stopped")), key=lambda each: (each["stage"], each["process"])
    )


def waiting_for(said: list[dict[str, Any]]) -> dict[str, str]:
    """Return what each stage waits for, from its processes' metrics."""
    return {each["stage"]: each["waiting"] for each in said if each.get("waiting")}
