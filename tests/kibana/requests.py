"""The Elasticsearch request behind each Kibana panel, derived from the panel's definition."""

import re
from collections.abc import Iterator
from typing import Any

from pipeline.kibana.contents import (
    RECORDS,
    Chart,
    Dashboard,
    Listing,
    Number,
    Panel,
    Placed,
    Top,
    WorldMap,
)
from pipeline.kibana.dashboards import DASHBOARDS
from pipeline.kibana.panels import LAYER, lens
from pipeline.kibana.world import spec


def placed() -> list[tuple[Dashboard, Placed]]:
    """Yield every panel of every dashboard."""
    return [(board, each) for board in DASHBOARDS for row in board.rows for each in row]


def used_fields(panel: Panel) -> Iterator[str]:
    """Return the fields that a panel uses, including those in its KQL."""
    if isinstance(panel, Listing):
        yield from panel.columns
    if isinstance(panel, WorldMap):
        yield from (panel.countries, panel.points)
    if isinstance(panel, Chart):
        yield from (column["sourceField"] for column in columns(panel).values() if column["sourceField"] != RECORDS)
    yield from _in_kql(getattr(panel, "only", ""))
    metrics = [*getattr(panel, "metrics", ()), *([panel.metric] if isinstance(panel, Top | Number) else [])]
    for metric in metrics:
        yield from _in_kql(metric.only)


def columns(panel: Any) -> dict[str, Any]:
    """Return the columns of a Lens panel."""
    found: dict[str, Any] = lens(panel)["state"]["datasourceStates"]["formBased"]["layers"][LAYER]["columns"]
    return found


def search(panel: Panel) -> dict[str, Any]:
    """Return the search request that answers a panel for all time."""
    query = kql(getattr(panel, "only", ""))
    if isinstance(panel, Listing):
        return {"query": query, "sort": [{panel.view.time: "desc"}], "size": 100, "fields": list(panel.columns)}
    if isinstance(panel, WorldMap):
        asked = {
            data["name"]: data["url"]["body"]["aggs"]["found"] for data in spec(panel, "")["data"] if "url" in data
        }
        return {"query": query, "size": 0, "aggs": asked}
    ours = columns(panel)
    metrics = {name: column for name, column in ours.items() if not column["isBucketed"]}
    aggs = {f"m-{name}": _metric(column) for name, column in metrics.items()}
    for name, column in reversed([(name, column) for name, column in ours.items() if column["isBucketed"]]):
        # What a bucket is ordered by has to be measured in it, and not only below.
        aggs = {name: {**_bucket(column, metrics), "aggs": aggs | _ordering(column, metrics)}}
    return {"query": query, "size": 0, "aggs": aggs}


def kql(text: str) -> dict[str, Any]:
    """Translate the subset of KQL that the dashboards use."""
    if not text:
        return {"match_all": {}}
    if " and " in text:
        return {"bool": {"filter": [kql(part) for part in text.split(" and ")]}}
    if text.startswith("not "):
        return {"bool": {"must_not": [kql(text[4:])]}}
    if match := re.fullmatch(r"([\w.]+) (<=|>) (\d+)", text):
        return {"range": {match[1]: {{"<=": "lte", ">": "gt"}[match[2]]: int(match[3])}}}
    if match := re.fullmatch(r"([\w.]+): \*", text):
        return {"exists": {"field": match[1]}}
    name, _, value = text.partition(": ")
    return {"terms": {name: value.strip("()").split(" or ")}}


def _in_kql(text: str) -> list[str]:
    return re.findall(r"([\w.]+)(?:: | <= | > )", text)


def _metric(column: dict[str, Any]) -> dict[str, Any]:
    field, operation = column["sourceField"], column["operationType"]
    asked: dict[str, Any] = {
        "count": {"value_count": {"field": "_index"}},
        "unique_count": {"cardinality": {"field": field}},
        "last_value": {
            "top_hits": {
                "size": 1,
                "_source": False,
                "docvalue_fields": [field],
                "sort": [{column["params"].get("sortField", ""): "desc"}],
            }
        },
        "percentile": {"percentiles": {"field": field, "percents": [column["params"].get("percentile")]}},
    }.get(operation, {operation: {"field": field}})
    if "filter" in column:
        return {"filter": kql(column["filter"]["query"]), "aggs": {"of": asked}}
    return asked


def _ordering(column: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    by = column["params"].get("orderBy", {}).get("columnId")
    return {f"m-{by}": _metric(metrics[by])} if by else {}


def _bucket(column: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    if column["operationType"] == "date_histogram":
        return {"date_histogram": {"field": column["sourceField"], "calendar_interval": "day"}}
    size, order = column["params"]["size"], column["params"]["orderBy"]
    if order["type"] == "significant":
        return {"significant_terms": {"field": column["sourceField"], "size": size}}
    by = order["columnId"]
    counted = metrics[by]["operationType"] == "count" and "filter" not in metrics[by]
    return {
        "terms": {"field": column["sourceField"], "size": size, "order": {"_count" if counted else f"m-{by}": "desc"}}
    }


def table(panel: Panel, aggregations: dict[str, Any]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return what a chart shows: each metric by its label, for each combination of buckets."""
    labels = {f"m-{name}": column["label"] for name, column in columns(panel).items() if not column["isBucketed"]}
    buckets = [name for name, column in columns(panel).items() if column["isBucketed"]]
    return dict(_rows(aggregations, buckets, labels, ()))


def _rows(
    found: dict[str, Any], buckets: list[str], labels: dict[str, str], at: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if not buckets:
        yield at, {label: _value(found[name]) for name, label in labels.items()}
        return
    for bucket in found[buckets[0]]["buckets"]:
        yield from _rows(bucket, buckets[1:], labels, (*at, bucket["key"]))


def _value(found: dict[str, Any]) -> Any:
    inner = found.get("of", found)
    if "hits" in inner:
        (*_, last) = [None, *(value for hit in inner["hits"]["hits"] for (value,) in hit["fields"].values())]
        return last
    return next(iter(inner["values"].values())) if "values" in inner else inner["value"]
