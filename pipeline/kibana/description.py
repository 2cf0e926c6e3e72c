"""What a dashboard consists of: values that say what is shown, not how Kibana writes it down."""

from dataclasses import dataclass
from typing import Literal

RECORDS = "___records___"
"""Kibana's name for counting documents."""
Operation = Literal["count", "unique_count", "average", "max", "sum", "percentile"]


@dataclass(frozen=True)
class View:
    """A data view: the indices, and their time."""

    id: str
    name: str
    pattern: str
    time: str


@dataclass(frozen=True)
class Metric:
    """What is counted or measured; ``only`` is in KQL."""

    label: str
    operation: Operation = "count"
    field: str = RECORDS
    percentile: int | None = None
    only: str = ""


COUNT = Metric("count")


@dataclass(frozen=True)
class OverTime:
    """Metrics over time, a series for each, or for each of the most frequent values of a field."""

    title: str
    view: View
    metrics: tuple[Metric, ...] = (COUNT,)
    by: str | None = None
    shape: Literal["line", "bar_stacked", "area"] = "line"
    only: str = ""


@dataclass(frozen=True)
class Top:
    """The most frequent values of a field, as bars."""

    title: str
    view: View
    field: str
    size: int = 10
    metric: Metric = COUNT
    only: str = ""


@dataclass(frozen=True)
class Number:
    """One number."""

    title: str
    view: View
    metric: Metric = COUNT


@dataclass(frozen=True)
class Pairs:
    """Which values go together how often: a table of two or three fields and a count."""

    title: str
    view: View
    fields: tuple[str, ...]
    size: int = 10


@dataclass(frozen=True)
class PointMap:
    """Where, on a map."""

    title: str
    view: View
    field: str


@dataclass(frozen=True)
class Listing:
    """A saved search: documents, newest first, in columns."""

    id: str
    title: str
    view: View
    columns: tuple[str, ...]
    only: str = ""


Panel = OverTime | Top | Number | Pairs | PointMap | Listing


@dataclass(frozen=True)
class Placed:
    """A panel, and how much of the row of 48 columns and how many lines it takes."""

    panel: Panel
    width: int
    height: int


@dataclass(frozen=True)
class Dashboard:
    """Rows of panels, from above."""

    id: str
    title: str
    description: str
    rows: tuple[tuple[Placed, ...], ...]
    since: str = "now-24h"
    every: int = 30
    """Seconds between two refreshes."""
