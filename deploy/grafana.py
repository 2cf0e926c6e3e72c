"""Make Grafana's board for operators of the description of Kibana's: its charts of metrics, asked of Prometheus."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.kibana.contents import Metric, Number, OverTime, Pairs, Panel
from pipeline.kibana.dashboards import METRICS, PIPELINE

_COUNTERS = {
    "increase.events": "wire_stage_events_total",
    "increase.dead_letters": "wire_stage_dead_letters_total",
    "increase.waits": "wire_server_unavailable_total",
    "increase.rebalances": "wire_rebalances_total",
    "increase.items": "wire_feed_items_total",
}
"""Prometheus's counter of what a field of ``wire-metrics-*`` has as an increase."""
_GAUGES = {
    "lag": "wire_consumer_lag_messages",
    "resident_bytes": "process_resident_memory_bytes",
    "silence": "(time() - wire_feed_last_item_timestamp_seconds)",
    "pace": "wire_feed_pace_seconds",
    "failures": "wire_feed_failures",
    "silent": "wire_feed_silent",
}
_ALONE = {"disk_free": "min(wire_elasticsearch_disk_free_ratio)", "process": 'count(up{job="wire"} == 1)'}
"""What has no labels."""
_LABELS = {"process": "instance"}
_UNITS = {"bytes": "bytes", "seconds": "s", "share": "percentunit", "": "short"}
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def board() -> dict[str, Any]:
    """Return the board, as Grafana imports it."""
    about = {"mode": "markdown", "content": PIPELINE.guide}
    text = {"id": 1, "type": "text", "title": "", "gridPos": _place(0, 0, 24, 3), "options": about}
    return {
        "uid": PIPELINE.id,
        "title": PIPELINE.title,
        "description": PIPELINE.description,
        "tags": ["wire"],
        "timezone": "browser",
        "editable": True,
        "refresh": f"{PIPELINE.every}s",
        "schemaVersion": 39,
        "time": {"from": PIPELINE.since, "to": "now"},
        "templating": {
            "list": [{"type": "datasource", "name": "datasource", "label": "Prometheus", "query": "prometheus"}]
        },
        "panels": [text, *_panels()],
    }


def text() -> str:
    """Return the board as its file."""
    return json.dumps(board(), indent=1, ensure_ascii=False) + "\n"


def promql(metric: Metric, by: Sequence[str], over: str) -> str | None:
    """Return the expression for a metric by these fields, counted over a time; None if Prometheus does not have it."""
    labels = _labels(metric, by)
    if metric.operation == "percentile":
        buckets = f'sum by (le) (rate(wire_story_latency_seconds_bucket{{stage="index"}}[{over}]))'
        return f"histogram_quantile({metric.percentile / 100:g}, {buckets})"
    if metric.field in _ALONE:
        return _ALONE[metric.field]
    grouped = f" by ({', '.join(labels)}) " if labels else ""
    if counter := _COUNTERS.get(metric.field):
        return f"sum{grouped}({'rate' if metric.per_second else 'increase'}({counter}[{over}]))"
    if gauge := _GAUGES.get(metric.field):
        return f"max{grouped}({gauge})"
    return None


def _labels(metric: Metric, by: Sequence[str]) -> list[str]:
    """Return Prometheus's labels for these fields; the memory of a process is no stage's."""
    return ["instance"] if metric.field == "resident_bytes" else [_LABELS.get(field, field) for field in by]


def _panels() -> Iterator[dict[str, Any]]:
    y = 3
    for row in PIPELINE.rows:
        found = [(placed, shown) for placed in row if (shown := _panel(placed.panel))]
        x, whole = 0, sum(placed.width for placed, _ in found)
        for number, (placed, shown) in enumerate(found):
            # A row without the panels that Prometheus cannot answer is filled by the others.
            width = 24 - x if number == len(found) - 1 else placed.width * 24 // whole
            id = y * 100 + x + 2
            yield {"id": id, "datasource": _SOURCE, "gridPos": _place(x, y, width, placed.height // 2 + 2), **shown}
            x += width
        y += max((placed.height // 2 + 2 for placed, _ in found), default=0)


def _panel(panel: Panel) -> dict[str, Any] | None:
    """Return a panel without its place, or None if Prometheus has nothing to show in it."""
    if isinstance(panel, Number):
        return _shown("stat", panel.title, [panel.metric], (), instant=True)
    if isinstance(panel, OverTime):
        return _shown("timeseries", panel.title, panel.metrics, [panel.by] if panel.by else [], instant=False)
    if isinstance(panel, Pairs) and panel.view == METRICS:
        return _shown("table", panel.title, panel.metrics, panel.fields, instant=True)
    return None


def _shown(
    kind: str, title: str, metrics: Sequence[Metric], by: Sequence[str], *, instant: bool
) -> dict[str, Any] | None:
    over = "$__range" if instant else "$__rate_interval"
    found = [(metric, expression) for metric in metrics if (expression := promql(metric, by, over))]
    if not found:
        return None
    targets = [
        {
            "refId": chr(ord("A") + number),
            "datasource": _SOURCE,
            "expr": expression,
            "instant": instant,
            "range": not instant,
            "format": "table" if kind == "table" else "time_series",
            "legendFormat": " ".join(f"{{{{{label}}}}}" for label in _labels(metric, by)) or metric.label,
        }
        for number, (metric, expression) in enumerate(found)
    ]
    units = {metric.unit for metric, _ in found}
    unit = _UNITS[units.pop()] if len(units) == 1 else "short"
    panel: dict[str, Any] = {
        "type": kind,
        "title": title,
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
    }
    if kind == "table":
        names = {f"Value #{target['refId']}": metric.label for target, (metric, _) in zip(targets, found, strict=True)}
        names = names if len(names) > 1 else {"Value": found[0][0].label}
        panel["transformations"] = [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": names}},
        ]
    return panel


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}
