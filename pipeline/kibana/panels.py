"""Build a panel as Kibana stores it: Lens's form-based layers, a map's layers, or a reference to a saved search.

The shapes are those of Kibana 9's own exports. Everything is stored by value in the dashboard, except saved
searches; every data view is a reference.
"""

from collections.abc import Sequence
from typing import Any

from pipeline.kibana.contents import COUNT, HeatMap, Listing, Metric, Number, OverTime, Pairs, Panel, PointMap, Top

LAYER = "layer"
_QUERY = {"language": "kuery", "query": ""}
_COUNTING = ("count", "unique_count", "sum")
_SERIES = 8
"""The most series in one chart."""

Reference = dict[str, str]


def embedded(panel: Panel) -> tuple[str, dict[str, Any], list[Reference]]:
    """Return the type of a panel, its configuration, and its references."""
    if isinstance(panel, Listing):
        return "search", {"enhancements": {}}, []
    if isinstance(panel, PointMap):
        return "map", _map(panel), [_reference(panel.view.id, "layer_1_source_index_pattern")]
    attributes = lens(panel)
    return "lens", {"attributes": attributes, "enhancements": {}}, attributes["references"]


def lens(panel: OverTime | Top | Number | Pairs | HeatMap) -> dict[str, Any]:
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


def _chart(panel: OverTime | Top | Number | Pairs | HeatMap) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return Lens's chart type, its columns in order, and how they are drawn."""
    if isinstance(panel, Number):
        return "lnsMetric", {"metric": _metric(panel.metric)}, _layer(metricAccessor="metric")
    if isinstance(panel, Top):
        columns = {"value": _terms(panel.field, panel.size, "metric"), "metric": _metric(panel.metric)}
        return "lnsXY", columns, _xy("bar_horizontal", "value", ["metric"])
    if isinstance(panel, Pairs):
        rows = {f"value{number}": _terms(field, panel.size, "metric0") for number, field in enumerate(panel.fields)}
        columns = rows | {f"metric{number}": _metric(each) for number, each in enumerate(panel.metrics)}
        shown = [{"columnId": name, "isMetric": name not in rows, "isTransposed": False} for name in columns]
        return "lnsDatatable", columns, _layer(columns=shown, paging={"enabled": True, "size": 20})
    if isinstance(panel, HeatMap):
        down, across = (_terms(field, panel.size, "metric") for field in panel.fields)
        return "lnsHeatmap", {"across": across, "down": down, "metric": _metric(COUNT)}, _heat()
    metrics = {f"metric{number}": _metric(each) for number, each in enumerate(panel.metrics)}
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


def _metric(metric: Metric) -> dict[str, Any]:
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
        column["params"] = {"sortField": "@timestamp", "showArrayValues": False}
        column["filter"] = _kql(f"{metric.field}: *")
    if metric.unit:
        column["params"]["format"] = {"id": metric.unit, "params": {"decimals": 1}}
    if metric.per_second:
        column["timeScale"] = "s"
    if metric.only:
        column["filter"] = _kql(metric.only)
    return column


def _terms(field: str, size: int, metric: str, *, other: bool = False) -> dict[str, Any]:
    return {
        "customLabel": True,
        "dataType": "number" if field in ("version", "urgency") else "string",
        "isBucketed": True,
        "label": field,
        "operationType": "terms",
        "params": {
            "missingBucket": False,
            "orderBy": {"columnId": metric, "type": "column"},
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


def _map(panel: PointMap) -> dict[str, Any]:
    counted = {"field": {"name": "doc_count", "origin": "source"}, "fieldMetaOptions": {"isEnabled": True, "sigma": 3}}
    style = {
        "fillColor": {"type": "DYNAMIC", "options": {"color": "Yellow to Red", "type": "ORDINAL", **counted}},
        "iconSize": {"type": "DYNAMIC", "options": {"minSize": 6, "maxSize": 24, **counted}},
        "lineColor": {"type": "STATIC", "options": {"color": "#ffffff"}},
        "lineWidth": {"type": "STATIC", "options": {"size": 1}},
        "symbolizeAs": {"options": {"value": "circle"}},
    }
    points = {
        "alpha": 0.8,
        "id": "points",
        "includeInFitToBounds": True,
        "joins": [],
        "label": panel.title,
        "maxZoom": 24,
        "minZoom": 0,
        "sourceDescriptor": {
            "applyForceRefresh": True,
            "applyGlobalQuery": True,
            "applyGlobalTime": True,
            "geoField": panel.field,
            "id": "points-source",
            "indexPatternRefName": "layer_1_source_index_pattern",
            "metrics": [{"type": "count"}],
            "requestType": "point",
            "resolution": "FINE",
            "type": "ES_GEO_GRID",
        },
        "style": {"type": "VECTOR", "isTimeAware": True, "properties": style},
        "type": "GEOJSON_VECTOR",
        "visible": True,
    }
    ground = {
        "alpha": 1,
        "id": "ground",
        "includeInFitToBounds": True,
        "label": None,
        "maxZoom": 24,
        "minZoom": 0,
        "sourceDescriptor": {"isAutoSelect": True, "lightModeDefault": "road_map_desaturated", "type": "EMS_TMS"},
        "style": {"type": "EMS_VECTOR_TILE", "color": ""},
        "type": "EMS_VECTOR_TILE",
        "visible": True,
    }
    return {
        "attributes": {
            "title": panel.title,
            "description": "",
            "layerListJSON": [ground, points],
            "mapStateJSON": {
                "adHocDataViews": [],
                "center": {"lat": 25, "lon": 10},
                "filters": [],
                "query": _QUERY,
                "refreshConfig": {"interval": 0, "isPaused": True},
                "settings": {"autoFitToDataBounds": False},
                "timeFilters": {"from": "now-24h", "to": "now"},
                "zoom": 1.5,
            },
            "uiStateJSON": {"isLayerTOCOpen": False, "openTOCDetails": []},
        },
        "enhancements": {},
        "hiddenLayers": [],
        "isLayerTOCOpen": False,
        "mapCenter": {"lat": 25, "lon": 10, "zoom": 1.5},
        "openTOCDetails": [],
    }


def _kql(query: str) -> dict[str, str]:
    return {"language": "kuery", "query": query}


def _reference(id: str, name: str) -> Reference:
    return {"id": id, "name": name, "type": "index-pattern"}
