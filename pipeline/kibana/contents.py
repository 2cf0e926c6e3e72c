"""Describe a dashboard's contents, independent of how Kibana stores them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

RECORDS = "___records___"
"""Kibana's name for counting documents."""
Operation = Literal["count", "unique_count", "max", "sum", "last_value", "percentile"]


@dataclass(frozen=True)
class View:
    """A data view: the indices, their time field, and for fields the page of wire that a value leads to.

    In the address of a page ``{{value}}`` stands for the value.
    """

    id: str
    name: str
    pattern: str
    time: str
    pages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """What to count or measure; ``only`` is a filter in KQL.

    A ``percentile`` is from 1 to 99. Over time, ``per_second`` divides a sum by the seconds.
    """

    label: str
    operation: Operation = "count"
    field: str = RECORDS
    only: str = ""
    type: Literal["number", "string", "date", "boolean"] = "number"
    unit: Literal["", "bytes", "seconds", "share"] = ""
    percentile: int = 0
    per_second: bool = False


COUNT = Metric("count")


@dataclass(frozen=True)
class OverTime:
    """Metrics over time, as one series each, or one for each of a field's most frequent values."""

    title: str
    view: View
    metrics: tuple[Metric, ...] = (COUNT,)
    by: str | None = None
    shape: Literal["line", "bar_stacked", "area"] = "line"
    only: str = ""


@dataclass(frozen=True)
class Top:
    """The most frequent values of a field, as bars; if ``rising``, those more frequent now than at other times."""

    title: str
    view: View
    field: str
    size: int = 10
    metric: Metric = COUNT
    only: str = ""
    rising: bool = False


@dataclass(frozen=True)
class Number:
    """One number."""

    title: str
    view: View
    metric: Metric = COUNT


@dataclass(frozen=True)
class Pairs:
    """Which values of fields occur together, and what is measured of each: a table."""

    title: str
    view: View
    fields: tuple[str, ...]
    size: int = 10
    metrics: tuple[Metric, ...] = (COUNT,)
    only: str = ""


@dataclass(frozen=True)
class HeatMap:
    """How often the values of two fields occur together, as coloured cells: ``fields`` are down and across."""

    title: str
    view: View
    fields: tuple[str, str]
    size: int = 15


@dataclass(frozen=True)
class WorldMap:
    """A map of the world: countries shaded by how often their codes occur, and points sized by how many lie there."""

    title: str
    view: View
    countries: str
    points: str


@dataclass(frozen=True)
class Listing:
    """A saved search: documents, newest first, in columns."""

    id: str
    title: str
    view: View
    columns: tuple[str, ...]
    only: str = ""


@dataclass(frozen=True)
class Text:
    """A text in Markdown."""

    title: str
    markdown: str


@dataclass(frozen=True)
class Links:
    """A bar that leads to these dashboards, by id and title, and to wire's own pages if their address is known."""

    title: str
    dashboards: tuple[tuple[str, str], ...]
    pages: str | None = None


Chart = OverTime | Top | Number | Pairs | HeatMap
Panel = Chart | WorldMap | Listing | Text | Links


@dataclass(frozen=True)
class Control:
    """A list to choose values of a field from; the whole dashboard then shows what has these."""

    title: str
    view: View
    field: str


@dataclass(frozen=True)
class Placed:
    """A panel, its width in the grid of 48 columns, and its height."""

    panel: Panel
    width: int
    height: int


@dataclass(frozen=True)
class Dashboard:
    """Rows of panels, from the top, below a bar of links and ``guide``, which says in Markdown what one sees."""

    id: str
    title: str
    description: str
    guide: str
    controls: tuple[Control, ...]
    rows: tuple[tuple[Placed, ...], ...]
    since: str = "now-24h"
    every: int = 30
    """Seconds between refreshes."""
