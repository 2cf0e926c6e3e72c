"""Build a panel as Kibana stores it: Lens's form-based layers, a Vega map, Markdown, links, or a saved search.

The shapes are those of Kibana 9's own exports. Everything is stored by value in the dashboard, except saved
searches; every data view and every dashboard that a link leads to is a reference.
"""

from collections.abc import Sequence
from typing import Any

from pipeline.kibana.contents import (
    COUNT,
    Chart,
    HeatMap,
    Links,
    Listing,
    Metric,
    Number,
    Pairs,
    Panel,
    Text,
    Top,
    WorldMap,
)
from pipeline.kibana.world import text_of

LAYER = "layer"
_QUERY = {"language": "kuery", "query": ""}
_COUNTING = ("count", "unique_count", "sum")
_FORMATS = {
    "bytes": {"id": "bytes", "params": {"decimals": 1}},
    "seconds": {"id": "duration", "params": {"decimals": 1, "fromUnit": "seconds", "toUnit": "humanizePrecise"}},
    "share": {"id": "percent", "params": {"decimals": 0}},
}
_SERIES = 8
"""The most series in one chart."""

Reference = dict[str, str]


def embedded(panel: Panel, prefix: str) -> tuple[str, dict[str, Any], list[Reference]]:
    """Return the type of a panel, its configuration, and its references; ``prefix`` is that of the indices."""
    if isinstance(panel, Listing):
        return "search", {"enhancements": {}}, []
    if isinstance(panel, Text):
        markdown = {"fontSize": 12, "markdown": panel.markdown, "openLinksInNewTab": False}
        return "visualization", _visualization("markdown", markdown) | {"hidePanelTitles": True}, []
    if isinstance(panel, WorldMap):
        return "visualization", _visualization("vega", {"spec": text_of(panel, f"{prefix}{panel.view.pattern}")}), []
    if isinstance(panel, Links):
        return "links", *_links(panel)
    attributes = lens(panel)
    return "lens", {"attributes": attributes, "enhancements": {}}, attributes["references"]


def _visualization(kind: str, params: dict[str, Any]) -> dict[str, Any]:
    data = {"aggs": [], "searchSource": {"filter": [], "query": _QUERY}}
    visualization = {"id": "", "title": "", "description": "", "type": kind, "params": params, "uiState": {}}
    return {"enhancements": {}, "savedVis": {**visualization, "data": data}}


def _links(panel: Links) -> tuple[dict[str, Any], list[Reference]]:
    options = {"openInNewTab": False, "useCurrentDateRange": True, "useCurrentFilters": False}
    links: list[dict[str, Any]] = [
        {
            "id": id,
            "type": "dashboardLink",
            "label": title,
            "order": order,
            "destinationRefName": f"link_{id}_dashboard",
            "options": options,
        }
        for order, (id, title) in enumerate(panel.dashboards)
    ]
    found = [{"id": id, "name": f"link_{id}_dashboard", "type": "dashboard"} for id, _ in panel.dashboards]
    if panel.pages:
        opened = {"openInNewTab": True, "encodeUrl": True}
        at = {"destination": panel.pages, "order": len(links), "options": opened}
        links.append({"id": "pages", "type": "externalLink", "label": "Pages of wire", **at})
    attributes = {"layout": "horizontal", "links": links}
    return {"attributes": attributes, "enhancements": {}, "hidePanelTitles": True}, found


def lens(panel: Chart) -> dict[str, Any]:
    """Return a Lens chart by value."""
    kind, columns, visualization = _chart(panel)
    layer = {"columnOrder": list(columns), "columns": columns, "incompleteColumns": {}, "sampling": 1}
    return {
        "title": panel.title,
        "type": "lens",
        "visualizationType": kind,
        "references": [_reference(panel.view.id, f"indexpattern-datasource-layer-{LAYER}")],
        "state": {
            "adHocDataViews": {},
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "filters": [],
            "internalReferences": [],
            "query": _kql(getattr(panel, "only", "")),
            "visualization": visualization,
        },
    }


def _chart(panel: Chart) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return Lens's chart type, its columns in order, and how they are drawn."""
    if isinstance(panel, Number):
        return "lnsMetric", {"metric": _metric(panel.metric, panel.view.time)}, _layer(metricAccessor="metric")
    if isinstance(panel, Top):
        terms = _terms(panel.field, panel.size, "metric", rising=panel.rising)
        columns = {"value": terms, "metric": _metric(panel.metric, panel.view.time)}
        return "lnsXY", columns, _xy("bar_horizontal", "value", ["metric"])
    if isinstance(panel, Pairs):
        rows = {f"value{number}": _terms(field, panel.size, "metric0") for number, field in enumerate(panel.fields)}
        columns = rows | _metrics(panel.metrics, panel.view.time)
        shown = [{"columnId": name, "isMetric": name not in rows, "isTransposed": False} for name in columns]
        return "lnsDatatable", columns, _layer(columns=shown, paging={"enabled": True, "size": 20})
    if isinstance(panel, HeatMap):
        down, across = (_terms(field, panel.size, "metric") for field in panel.fields)
        return "lnsHeatmap", {"across": across, "down": down, "metric": _metric(COUNT, panel.view.time)}, _heat()
    metrics = _metrics(panel.metrics, panel.view.time)
    split = {"split": _terms(panel.by, _SERIES, "metric0", other=True)} if panel.by else {}
    columns = split | {"time": _time(panel.view.time)} | metrics
    return "lnsXY", columns, _xy(panel.shape, "time", list(metrics), "split" if split else None)


def _heat() -> dict[str, Any]:
    cells = {"isCellLabelVisible": False, "isXAxisLabelVisible": True, "isYAxisLabelVisible": True}
    titles = {"isXAxisTitleVisible": False, "isYAxisTitleVisible": False}
    return _layer(
        shape="heatmap",
        xAccessor="across",
        yAccessor="down",
        valueAccessor="metric",
        legend={"isVisible": True, "position": "right", "type": "heatmap_legend"},
        gridConfig={"type": "heatmap_grid", **cells, **titles},
    )


def _layer(**drawn: Any) -> dict[str, Any]:
    return {"layerId": LAYER, "layerType": "data", **drawn}


def _xy(shape: str, x: str, accessors: Sequence[str], split: str | None = None) -> dict[str, Any]:
    drawn = _layer(accessors=list(accessors), seriesType=shape, xAccessor=x)
    if split:
        drawn["splitAccessor"] = split
    return {
        "fittingFunction": "None",
        "layers": [drawn],
        "legend": {"isVisible": bool(split) or len(accessors) > 1, "position": "right"},
        "preferredSeriesType": shape,
        "valueLabels": "hide",
    }


def _metrics(metrics: Sequence[Metric], time: str) -> dict[str, Any]:
    return {f"metric{number}": _metric(each, time) for number, each in enumerate(metrics)}


def _metric(metric: Metric, time: str) -> dict[str, Any]:
    column: dict[str, Any] = {
        "customLabel": True,
        "dataType": metric.type,
        "isBucketed": False,
        "label": metric.label,
        "operationType": metric.operation,
        # Where nothing was counted the count is 0; where nothing was measured there is no maximum.
        "params": {"emptyAsNull": metric.operation not in _COUNTING},
        "scale": "ratio",
        "sourceField": metric.field,
    }
    if metric.operation == "last_value":
        column["params"] = {"sortField": time, "showArrayValues": False}
        column["scale"] = "ordinal" if metric.type == "string" else "ratio"
        column["filter"] = _kql(f"{metric.field}: *")
    if metric.operation == "percentile":
        column["params"] = {"percentile": metric.percentile}
    if metric.unit:
        column["params"]["format"] = _FORMATS[metric.unit]
    if metric.per_second:
        column["timeScale"] = "s"
    if metric.only:
        column["filter"] = _kql(metric.only)
    return column


def _terms(field: str, size: int, metric: str, *, other: bool = False, rising: bool = False) -> dict[str, Any]:
    return {
        "customLabel": True,
        "dataType": "number" if field in ("version", "urgency") else "string",
        "isBucketed": True,
        "label": field,
        "operationType": "terms",
        "params": {
            "missingBucket": False,
            "orderBy": {"type": "significant"} if rising else {"columnId": metric, "type": "column"},
            "orderDirection": "desc",
            "otherBucket": other,
            "parentFormat": {"id": "terms"},
            "size": size,
        },
        "scale": "ordinal",
        "sourceField": field,
    }


def _time(field: str) -> dict[str, Any]:
    return {
        "dataType": "date",
        "isBucketed": True,
        "label": field,
        "operationType": "date_histogram",
        "params": {"dropPartials": False, "includeEmptyRows": True, "interval": "auto"},
        "scale": "interval",
        "sourceField": field,
    }


def _kql(query: str) -> dict[str, str]:
    return {"language": "kuery", "query": query}


def _reference(id: str, name: str) -> Reference:
    return {"id": id, "name": name, "type": "index-pattern"}
